// Without script: the content is there, and forms do what they say.
import { base, each, evidence, expect, open, play, release, window_of } from "./browser.mjs";
import { pages } from "./pages.mjs";

await play(async (browser) => {
  const context = await window_of(browser, { javaScriptEnabled: false });
  const all = await pages();
  await each(all, 3, async ({ name, path, status }) => {
    const page = await open(context, path, { status, name });
    expect((await page.locator("main h1").first().textContent()).trim() !== "", `${name} has no title`);
    expect((await page.locator("main").innerText()).length > 60, `${name} has next to nothing on it`);
    await page.leave();
  });

  const page = await open(context, `${release}/evidence`);
  await page.locator("select[name=track]").selectOption("android");
  await page.getByRole("button", { name: "Narrow" }).click();
  expect(/track=android/.test(page.url()), `the filter went to ${page.url()}`);
  const tracks = await page.locator("td[data-label=Track]").allTextContents();
  expect(tracks.length > 0 && tracks.every((track) => track.trim() === "Android"), `narrowed to Android, there is ${tracks}`);

  await page.goto(`${release}/changes`);
  await page.locator("main input[name=since]").fill("2020-01-01T00:00");
  await page.getByRole("button", { name: "Compare" }).click();
  expect(await page.getByText("The release did not exist then").isVisible(), "a comparison with 2020 does not say that there was nothing");

  await page.goto(release);
  await page.locator("#as-of summary").click();
  await page.getByRole("link", { name: "an hour ago" }).click();
  expect(await page.getByText("You see this as it was").isVisible(), "the menu of moments leads nowhere");

  await page.goto("/preferences");
  await page.locator("input[name=zone]").fill("Asia/Tokio");
  await page.getByRole("button", { name: "Keep" }).click();
  expect(await page.getByText("Did you mean Asia/Tokyo?").isVisible(), "a zone that is mistyped is not mended");
  await page.locator("input[name=zone]").fill("Asia/Tokyo");
  await page.getByText("dark", { exact: true }).click();
  await page.getByRole("button", { name: "Keep" }).click();
  expect((await page.locator("html").getAttribute("data-theme")) === "dark", "the dark theme was not kept");
  expect(await page.locator("footer").getByText("Asia/Tokyo").isVisible(), "the zone was not kept");

  const pieces = await evidence();
  const one = pieces.find(({ track, what }) => track === "ios" && what.includes("summary"));
  await page.goto(`${base}${release}/evidence/${one.evidence}`);
  await page.locator("#withdraw summary").click();
  await page.locator("#reason").fill("written for another build");
  await page.getByRole("button", { name: "Withdraw it" }).click();
  expect(await page.getByText("It counts for nothing.").isVisible(), "evidence cannot be withdrawn without script");
  await page.leave();
});
