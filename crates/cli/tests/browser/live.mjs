// What the command line records while pages are open shows on them, and what a reader was doing goes on.
import { command, evidence, expect, open, play, release, rest, until, window_of } from "./browser.mjs";

const word = ([id, word]) => document.querySelector(`#${id} .word`)?.textContent.trim().toLowerCase() === word;
const stayed = (page) => page.evaluate(() => globalThis.opened === true);

await play(async (browser) => {
  const context = await window_of(browser, { viewport: { width: 1440, height: 500 } });
  const [overview, list, track, fleet] = await Promise.all([release, `${release}/evidence`, `${release}/tracks/wearos`, "/"].map((path) => open(context, path)));
  for (const page of [overview, list, track, fleet]) {
    await page.evaluate(() => { globalThis.opened = true; });
  }

  // Somebody types, reads further below, and has unfolded something.
  await list.locator("#search").pressSequentially("half a wo");
  await list.keyboard.press("ArrowLeft");
  await overview.evaluate(() => scrollTo(0, 420));
  await track.locator("#facts summary").click();
  await track.locator("#facts summary").focus();
  const before = { scroll: await overview.evaluate(() => scrollY), focus: await track.evaluate(() => document.activeElement.textContent) };
  expect(before.scroll > 300, "the release's page is too short to scroll");

  const device = ["--track", "wearos", "--build", "90217", "--device"];
  await command("attest", "--release", "2026.12", ...device, "Pixel Watch 3 / Wear OS 5", "--result", "failed", "--notes", "It forgot the tide.");
  const times = await Promise.all([
    until(overview, "a failed check turns the track on the release's page", word, ["t-wearos", "not ready"]),
    until(track, "a failed check turns the track's own page", () => document.querySelector("h1 .word")?.textContent.trim().toLowerCase() === "not ready"),
    until(list, "a failed check shows in the list of evidence", () => document.querySelector("main table")?.textContent.includes("Pixel Watch 3")),
    until(fleet, "a failed check turns the lane on the fleet's page", () => [...document.querySelectorAll(".lane")].some((lane) => lane.textContent.includes("Wear OS") && lane.textContent.toLowerCase().includes("not ready"))),
  ]);
  console.log(`a check by hand showed on four open pages within ${Math.max(...times)} ms`);
  await rest(200);

  const typed = await list.evaluate(() => [document.activeElement?.id, document.activeElement?.value, document.activeElement?.selectionStart]);
  expect(typed.join() === "search,half a wo,8", `what was typed came to ${typed}`);
  expect((await overview.evaluate(() => scrollY)) === before.scroll, `the release's page scrolled from ${before.scroll} to ${await overview.evaluate(() => scrollY)}`);
  expect(await track.locator("#facts").evaluate((details) => details.open), "what was unfolded folded up");
  expect((await track.evaluate(() => document.activeElement.textContent)) === before.focus, "the track's page lost its focus");

  // A run that comes in, and is taken back.
  await command("ingest", "--release", "2026.12", "--track", "watchos", "--build", "514", "--kind", "smoke", "reports/watchos/smoke-514.xml");
  await until(overview, "smoke on the candidate makes the track ready", word, ["t-watchos", "ready"]);
  const [{ evidence: smoke }] = await evidence();
  await command("evidence", "withdraw", "--release", "2026.12", "--reason", "It ran against staging.", String(smoke));
  await until(overview, "taking smoke back makes the track unknown again", word, ["t-watchos", "unknown"]);
  await until(overview, "the turn is told in a toast", () => document.getElementById("toasts").textContent.includes("watchOS is now unknown"));
  // Whichever script comes last, a page lives.
  for (const late of ["/assets/sse.", "/assets/app."]) {
    const slow = await window_of(browser);
    await slow.route((url) => url.pathname.startsWith(late), async (route) => { await rest(300); await route.continue(); });
    await (await open(slow, release, { name: `a page to which ${late} comes late` })).leave();
  }
  for (const page of [overview, list, track, fleet]) {
    expect(await stayed(page), `${page.url()} was loaded again`);
    await page.leave();
  }
});
