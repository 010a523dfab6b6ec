import { base, expect, look, open, play, release, window_of } from "./browser.mjs";

await play(async (browser) => {
  const pieces = (await (await fetch(`${base}/api/v1${release}/evidence?limit=500`)).json()).items;
  expect(pieces.length === 300, `300 pieces of evidence were brought, and ${pieces.length} are there`);
  const large = `${release}/evidence/${pieces.at(-1).evidence}`;
  await look(browser, [
    { name: "too-much-fleet", path: "/" },
    { name: "too-much-release", path: release },
    { name: "too-much-track", path: `${release}/tracks/track-1` },
    { name: "too-much-evidence", path: `${release}/evidence` },
    { name: "too-much-run", path: large },
    { name: "too-much-changes", path: `${release}/changes` },
    { name: "too-much-journal", path: `${release}/journal` },
    { name: "too-much-whole-journal", path: "/journal" },
    // There are no more colours than on the pages of the demo, only more of everything.
  ], { coloursTwice: false });
  // Every case of the run can be come by.
  const page = await open(await window_of(browser), `${large}?outcome=failed`);
  const told = await page.locator("nav.pages .hint").textContent();
  expect(/of 120$/.test(told.trim()), `120 cases failed, and the run says “${told}”`);
  await page.leave();
});
