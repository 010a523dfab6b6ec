import { look, open, play, release, window_of, wrong } from "./browser.mjs";

await play(async (browser) => {
  await look(browser, [
    { name: "nothing-fleet", path: "/" },
    { name: "nothing-whole-journal", path: "/journal" },
    { name: "nothing-release", path: release, status: 404 },
    { name: "nothing-event", path: "/journal/1", status: 404 },
  ]);
  const page = await open(await window_of(browser), "/");
  if (!(await page.getByText("seaworthy init").isVisible())) wrong("the empty fleet does not say how to begin");
  await page.leave();
});
