// The story of a release from its definition to ready: who takes part, and every word that they say.
// It is told through the API by `story_api.mjs` and on the pages by `story_pages.mjs`.

export const people = {
  ada: { name: "Ada Marsh", role: "coordinator", speaksFor: null },
  eve: { name: "Eve Holm", role: "contributor", speaksFor: "engineering" },
  pia: { name: "Pia Sol", role: "contributor", speaksFor: "product" },
  quinn: { name: "Quinn Oda", role: "contributor", speaksFor: "qa" },
};

export const said = {
  draft: { without: "plan-coverage", reason: "Nobody has written a plan for it.\nIt is asked again in 2027.03." },
  changes: [
    { title: "Routes sync without a phone", intent: "Runners leave the phone at home and lose nothing", priority: "p1", areas: ["Sync", "Routes"], tracks: ["ios", "wearos"], url: "https://tracker.example/TW-2117" },
    { title: "A darker map at night", priority: "p3", areas: ["Routes"], tracks: ["ios"] },
  ],
  takenOut: "It is not readable in the sun; it goes into 2027.03.",
  done: {
    engineering: { by: "eve", notes: "merged and reviewed" },
    qa: { by: "quinn", notes: "ten runs on both watches" },
    product: { by: "ada", for: "pia", source: "message in #release, 24 Nov 14:05", notes: "just as we wanted it" },
  },
  first: { build: "512" },
  second: { build: "514", reason: "512 crashes on start without a network.\nIt is the only change." },
  early: { build: "512", device: "iPhone 15 / iOS 18", result: "passed", notes: "a run of 5 km, synced twice" },
  carried: "Only the start without a network changed between the two builds.",
  misplaced: { build: "512", device: "iPhone SE / iOS 17", result: "passed", notes: "a run of 5 km, in flight mode" },
  corrected: { build: "514", reason: "The phone had 514 on it already." },
  mistaken: { build: "514", device: "iPhone SE / iOS 17", result: "failed", notes: "the route is empty" },
  withdrawn: "It was a watch that had never been paired.",
  defects: [
    { title: "Route of the last run shown after sync", severity: "high", priority: "p2", tracks: ["ios"], areas: ["Sync"], found: "514", state: "open", regressionOf: "4.1.0" },
    { title: "Map stays grey on the first start", severity: "critical", tracks: ["ios"], areas: ["Routes"], found: "512", fixed: "514", state: "verified" },
  ],
  impact: { experience: "runners see their last route instead of the new one", reach: "few", often: "rarely", frequency: "4 of 212 syncs in the beta, 20 to 26 November", circumstances: "after a run without a phone nearby", workaround: "opening the app on the phone once" },
  exposure: { track: "wearos", exposure: "not_affected", note: "ten syncs on 514, watch in flight mode" },
  waiver: { track: "ios", reason: "It was there in 4.1 too,\nand nobody wrote to support.", mitigation: "Support has the workaround; the fix is in 4.2.1." },
  approved: { function: "product", note: "until the fix is out, not longer" },
  risk: { title: "The new sync meets old firmware", likelihood: "likely", effect: "runners would see no routes at all until they update the watch", mitigation: "the old sync stays behind a flag until half of all watches have it", tracks: ["ios", "wearos"], areas: ["Sync"], owner: "quinn" },
  closed: { happened: false, outcome: "More than half of all watches have the new firmware." },
  whole: { defects: "gone through the tracker’s filter “fix version 4.2.0”", changes: "compared with the branch", risks: "asked everybody on Monday" },
  summary: { build: "514", text: "# 4.2.0 (514)\n\nBoth phones passed by hand.\n\n- One defect is **waived**.\n- No plan was run.\n" },
  signOff: { function: "qa", notes: "what the summary says" },
  assessment: { recommendation: "go_with_waivers", confidence: 85, reasons: "Everything was looked at.\n\nThe one defect that is left is rare." },
};

export const releasePath = "/releases/tidewatch/2026.12";
