// A page of the past stands still, whatever happens.
import { command, expect, open, play, release, rest, until, window_of } from "./browser.mjs";

await play(async (browser) => {
  const context = await window_of(browser);
  const now = await open(context, release);
  const at = encodeURIComponent(new Date(Date.now() - 5 * 60_000).toISOString());
  const past = await Promise.all([release, `${release}/tracks/wearos`, `${release}/evidence`, `${release}/journal`, "/"].map((path) => open(context, `${path}?as_of=${at}`)));
  const text = (page) => page.locator("main").innerText();
  const before = await Promise.all(past.map(text));
  let requests = 0;
  for (const page of past) page.on("request", () => { requests++; });

  await command("attest", "--release", "2026.12", "--track", "wearos", "--build", "90217", "--device", "Pixel Watch 3 / Wear OS 5", "--result", "failed");
  await until(now, "the page of now turns", () => document.querySelector("#t-wearos .word")?.textContent.toLowerCase() === "not ready");
  await rest(1_000);
  const after = await Promise.all(past.map(text));
  past.forEach((page, index) => expect(before[index] === after[index], `${page.url()} did not stand still`));
  expect(requests === 0, `pages of the past asked ${requests} times`);
  for (const page of past) {
    expect((await page.locator("#live").count()) === 0, `${page.url()} listens to what happens`);
    expect(await page.getByText("A page of the past stands still.").isVisible(), `${page.url()} does not say that it stands still`);
  }

  // What is there later was not there then, and links stay in the past until one leaves it.
  const [page] = past;
  await page.reload();
  expect(/1 event has been recorded since/.test(await page.locator(".past").innerText()), "the page of the past does not say how much happened since");
  await page.locator("#t-wearos h2 a").click();
  await page.waitForURL(/tracks\/wearos\?as_of=/);
  expect((await page.locator("h1 .word").innerText()).toLowerCase() === "unknown", "a failure shows before it happened");
  await page.getByRole("link", { name: "Back to now" }).click();
  await page.waitForURL((url) => !url.search);
  expect((await page.locator("h1 .word").innerText()).toLowerCase() === "not ready", "the page of now does not show the failure");
  for (const one of [now, ...past]) await one.leave();
});
