// Somebody without an account opens a link on a phone, with script and without, and answers it once.
import { NARROW, accessible, command, evidence, expect, fits, kept, open, play, release, window_of } from "./browser.mjs";

const until = new Date(Date.now() + 20 * 3_600_000).toISOString();
const ask = async (...more) => {
  const { stdout } = await command("ask", ...more, "--release", "2026.12", "--of", "Jo Lind", "--until", until);
  return new URL(stdout.trim()).pathname;
};

await play(async (browser) => {
  const links = {
    check: await ask("device", "--track", "wearos", "--build", "90217", "--device", "Galaxy Watch 7 / Wear OS 5", "--note", "An hour on the wrist, please."),
    stale: await ask("device", "--track", "watchos", "--build", "512", "--device", "Apple Watch SE / watchOS 11"),
    summary: await ask("summary", "--track", "wearos", "--build", "90217"),
  };
  for (const javaScriptEnabled of [true, false]) {
    for (const colorScheme of ["light", "dark"]) {
      const context = await window_of(browser, { viewport: NARROW, colorScheme, javaScriptEnabled });
      for (const [name, link] of [...Object.entries(links), ["nothing", "/asked/nothing"]]) {
        const page = await open(context, link, { name, status: name === "nothing" ? 404 : 200 });
        const at = `asked-${name}-${colorScheme}`;
        await fits(page, at);
        if (javaScriptEnabled) await accessible(page, at);
        await page.screenshot({ path: `${kept}/${at}-390.png`, fullPage: true });
        expect((await page.locator("a[href]").count()) === 0, `${at} leads somewhere else`);
        for (const button of await page.locator("button:visible, .verdictly label, summary").all()) {
          const { height } = await button.boundingBox();
          expect(height >= 44, `${at}: ${await button.innerText()} is ${height} px high`);
        }
        await page.leave();
      }
      await context.close();
    }
  }

  const context = await window_of(browser, { viewport: NARROW, javaScriptEnabled: false });
  const before = (await evidence()).length;
  const page = await open(context, links.check, { name: "check" });
  await page.getByLabel("It failed").check();
  await page.getByLabel("What did you see?").fill("the tide widget <b>stays blank</b>");
  await page.getByRole("button", { name: "Record it" }).click();
  await page.getByRole("heading", { name: "Recorded, thank you" }).waitFor();
  await page.screenshot({ path: `${kept}/asked-recorded-390.png`, fullPage: true });
  expect(await page.getByText("the tide widget <b>stays blank</b>").isVisible(), "what was written is not shown as it was written");
  await page.reload();
  expect((await page.locator("form").count()) === 0, "it can be answered once more");
  expect((await evidence()).length === before + 1, "not one piece of evidence came of it");
  await page.leave();

  const cannot = await open(context, links.summary, { name: "cannot" });
  await cannot.getByText("I can’t do this").click();
  await cannot.getByLabel("Why not?").fill("on leave");
  await cannot.getByRole("button", { name: /^Tell / }).click();
  await cannot.getByRole("heading", { name: "You said that you can’t" }).waitFor();
  await cannot.leave();

  const wide = await window_of(browser);
  const asks = await open(wide, `${release}/asks`, { name: "asks" });
  for (const state of ["answered", "declined", "open"]) expect((await asks.locator(`.tag:text-is("${state}")`).count()) === 1, `no ask is ${state}`);
  await accessible(asks, "asks");
  await asks.leave();
});
