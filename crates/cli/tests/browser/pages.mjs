// Every page of the demo.
import { evidence, release } from "./browser.mjs";

export const pages = async () => {
  const pieces = await evidence();
  const piece = (holds) => `${release}/evidence/${pieces.find(holds).evidence}`;
  const ago = (hours) => encodeURIComponent(new Date(Date.now() - hours * 3_600_000).toISOString());
  return [
    { name: "fleet", path: "/" },
    { name: "release", path: release },
    { name: "track-ready", path: `${release}/tracks/ios` },
    { name: "track-not-ready", path: `${release}/tracks/android` },
    { name: "track-unknown", path: `${release}/tracks/wearos` },
    { name: "way", path: `${release}/tracks/ios/way` },
    { name: "timeline", path: `${release}/timeline` },
    { name: "timeline-as-of", path: `${release}/timeline?as_of=${ago(30)}` },
    { name: "calendar", path: "/products/tidewatch/calendar" },
    { name: "evidence", path: `${release}/evidence` },
    { name: "evidence-nothing-fits", path: `${release}/evidence?find=nothing+is+called+so` },
    { name: "run-with-failures", path: piece(({ what, track }) => what.startsWith("regression") && track === "android") },
    { name: "check-by-hand", path: piece(({ what }) => what.startsWith("by hand")) },
    { name: "summary", path: piece(({ what }) => what.includes("summary")) },
    { name: "blockers", path: `${release}/blockers` },
    { name: "blocker", path: `${release}/blockers/1` },
    { name: "changes", path: `${release}/changes` },
    { name: "journal", path: `${release}/journal` },
    { name: "whole-journal", path: "/journal" },
    { name: "event", path: "/journal/3" },
    { name: "sign-in", path: "/sign-in" },
    { name: "people", path: "/people" },
    { name: "account", path: "/account" },
    { name: "login-of-a-program", path: "/account/login" },
    { name: "preferences", path: "/preferences" },
    { name: "api", path: "/api" },
    { name: "api-narrowed", path: "/api?find=withdraw" },
    { name: "gallery", path: "/gallery" },
    { name: "not-found", path: "/no/such/page", status: 404 },
    { name: "release-as-of", path: `${release}?as_of=${ago(28)}` },
    { name: "fleet-as-of", path: `/?as_of=${ago(28)}` },
    { name: "as-of-garbage", path: `${release}?as_of=gestern`, status: 422 },
  ];
};

// The pages by which people are asked and quoted: apart, since a scenario has two minutes.
export const asking = async () => {
  const word = (await evidence()).find(({ by }) => by.includes("recorded by"));
  return [
    { name: "word-of-another", path: `${release}/evidence/${word.evidence}` },
    { name: "record", path: `${release}/record?what=check&track=android&whose=other` },
    { name: "record-summary", path: `${release}/record?what=summary` },
    { name: "ask", path: `${release}/asks/new?what=check&track=wearos` },
    { name: "asks", path: `${release}/asks` },
    { name: "outbox", path: "/outbox" },
  ];
};
