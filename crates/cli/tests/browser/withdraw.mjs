// Evidence is taken back with a reason, and not without.
import { accessible, evidence, expect, kept, open, play, release, until, window_of } from "./browser.mjs";

await play(async (browser) => {
  const context = await window_of(browser);
  const one = (await evidence()).find(({ track, what }) => track === "ios" && what.startsWith("smoke"));
  const overview = await open(context, release);
  const page = await open(context, `${release}/evidence/${one.evidence}`, { name: "withdrawal" });
  await page.locator("#withdraw summary").click();
  const send = async () => {
    const [response] = await Promise.all([page.waitForResponse((response) => response.request().method() === "POST"), page.getByRole("button", { name: "Withdraw it" }).click()]);
    await page.waitForLoadState();
    return response.status();
  };

  // The browser asks for a reason itself; blanks get past it, and so does a form without its help.
  await page.getByRole("button", { name: "Withdraw it" }).click();
  expect(await page.locator("#reason").evaluate((input) => input.validity.valueMissing && document.activeElement === input), "the browser does not ask for a reason");
  for (const reason of ["   ", ""]) {
    await page.locator("#withdraw form").evaluate((form) => { form.noValidate = true; });
    await page.locator("#reason").fill(reason);
    expect((await send()) === 422, `the reason “${reason}” is not answered with 422`);
    expect(await page.locator("#withdraw").evaluate((details) => details.open), "the form with a mistake in it is folded up");
    expect((await page.locator("#reason").getAttribute("aria-invalid")) === "true", "the field is not marked as wrong");
    expect((await page.locator("#reason-help .error").innerText()).length > 10, "nothing says what is wrong");
  }
  expect((await page.locator("#as-of form").getAttribute("action")).endsWith(`/evidence/${one.evidence}`), "the menu of moments leads to where the form was sent");
  await accessible(page, "the form with a mistake in it");
  await page.screenshot({ path: `${kept}/withdraw-without-reason-1440-light.png` });
  expect((await evidence()).length > 0 && (await overview.locator("#t-ios .word").innerText()).toLowerCase() === "ready", "without a reason it was withdrawn all the same");

  await page.locator("#reason").fill("ran against staging <b>by mistake</b>");
  await send();
  await page.locator(".toast").waitFor();
  expect(/Withdrawn/.test(await page.locator(".toast").innerText()), "no toast says that it was withdrawn");
  await page.screenshot({ path: `${kept}/withdrawn-1440-light.png` });
  await accessible(page, "the page of withdrawn evidence, with its toast");
  expect(!page.url().includes("done="), "the address says what was done");
  expect(await page.getByText("ran against staging <b>by mistake</b>").first().isVisible(), "the reason is not shown as it was written");
  expect((await page.locator("#withdraw").count()) === 0, "it can be withdrawn again");
  await until(overview, "the verdict turns on the page that stood open", () => document.querySelector("#t-ios .word")?.textContent.toLowerCase() === "unknown");
  await page.reload();
  expect((await page.locator(".toast").count()) === 0, "the toast comes again with a reload");
  await page.leave();
  await overview.leave();
});
