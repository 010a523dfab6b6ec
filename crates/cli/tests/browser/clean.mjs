import { NARROW, WIDE, accessible, fits, look, open, play, release, window_of } from "./browser.mjs";
import { pages } from "./pages.mjs";

await play(async (browser) => {
  await look(browser, await pages());
  // What opens over a page is clean as well.
  for (const viewport of [WIDE, NARROW]) {
    const context = await window_of(browser, { viewport });
    const page = await open(context, release);
    await page.locator("#as-of summary").click();
    await fits(page, `the menu of moments at ${viewport.width} px`);
    await accessible(page, `the menu of moments at ${viewport.width} px`, { within: "#as-of" });
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.locator("#keys").waitFor();
    await accessible(page, `the keys at ${viewport.width} px`, { within: "#keys" });
    await page.leave();
  }
});
