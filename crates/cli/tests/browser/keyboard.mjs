// Tab walks through every link, button and input, from above to below, each with a ring that shows where one is.
import { NARROW, WIDE, each, expect, lives, open, play, release, window_of, wrong } from "./browser.mjs";
import { pages } from "./pages.mjs";

// Numbers what Tab should stop at, in the order of the document, with its place on the page.
const stops = () => {
  const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  const radios = new Set();
  const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")].filter(seen).filter((element) => {
    if (element.type !== "radio") return !element.disabled;
    // A group of choices is one stop, at the choice that is made.
    const first = !radios.has(element.name) && (element.checked || !document.querySelector(`[name="${element.name}"]:checked`));
    if (first) radios.add(element.name);
    return first;
  });
  return all.map((element, index) => {
    element.dataset.stop = index;
    const { left, right, top, bottom } = element.getClientRects()[0];
    const text = (element.getAttribute("aria-label") ?? element.textContent).trim().replace(/\s+/g, " ").slice(0, 40);
    return { left, right, top: top + scrollY, bottom: bottom + scrollY, what: `${element.tagName.toLowerCase()} “${text || element.id || element.name}”`, skip: element.classList.contains("skip") };
  });
};

const here = () => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const box = element.getClientRects()[0];
  const [x, y] = [box.left + Math.min(box.width / 2, 12), box.top + box.height / 2];
  const above = document.elementFromPoint(x, y);
  return {
    stop: element.dataset.stop ? Number(element.dataset.stop) : null,
    tag: element.tagName.toLowerCase(),
    ring: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
    shown: x >= 0 && y >= 0 && x <= innerWidth && y <= innerHeight && (element.contains(above) || Boolean(above?.contains(element))),
  };
};

const walk = async (page, name) => {
  const planned = await page.evaluate(stops);
  const walked = [];
  for (let press = 0; press < planned.length * 2 + 20; press++) {
    await page.keyboard.press("Tab");
    const now = await page.evaluate(here);
    if (!now || (now.stop === 0 && walked.length > 0)) break;
    const what = now.stop === null ? `a ${now.tag} that scrolls` : planned[now.stop].what;
    // A field of a date has several stops of its own, which the browser marks.
    expect(now.ring || walked.at(-1) === now.stop, `${name}: no ring around ${what}`);
    expect(now.shown, `${name}: focus is out of sight on ${what}`);
    if (now.stop !== null && walked.at(-1) !== now.stop) walked.push(now.stop);
  }
  planned.forEach(({ what }, index) => expect(walked.includes(index), `${name}: Tab never comes to ${what}`));
  expect(walked.every((stop, index) => index === 0 || stop > walked[index - 1]), `${name}: Tab does not follow the page: ${walked}`);
  expect(planned[0]?.skip, `${name}: the first stop is ${planned[0]?.what}, not the way to the content`);
  planned.slice(2).forEach((next, index) => {
    const last = planned[index + 1];
    const above = next.bottom <= last.top + 1, beside = next.left >= last.right - 1;
    const sameLine = next.top < last.bottom - 1 && next.bottom > last.top + 1;
    const back = (above && !beside) || (sameLine && next.right <= last.left + 1);
    expect(!back, `${name}: after ${last.what} comes ${next.what}, which is before it in view`);
  });
};

const skips = async (page, name) => {
  await page.keyboard.press("Tab");
  const link = page.locator(".skip");
  const box = await link.boundingBox();
  expect(box && box.width > 40 && box.height > 15, `${name}: the way to the content stays hidden while it has focus`);
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.activeElement?.id === "main"), `${name}: the way to the content does not lead there`);
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => Boolean(document.activeElement?.closest("main, footer"))), `${name}: after skipping, Tab is still above the content`);
};

await play(async (browser) => {
  const narrowly = new Set(["release", "evidence", "run-with-failures", "release-as-of"]);
  const windows = { wide: await window_of(browser, { viewport: WIDE }), narrow: await window_of(browser, { viewport: NARROW }) };
  const todo = (await pages()).flatMap((page) => [{ ...page, in: "wide" }, ...(narrowly.has(page.name) ? [{ ...page, in: "narrow" }] : [])]);
  await each(todo, 3, async (one) => {
    const page = await open(windows[one.in], one.path, one);
    await walk(page, `${one.name}, ${one.in}`);
    await page.reload();
    await lives(page);
    await skips(page, `${one.name}, ${one.in}`);
    await page.leave();
  });

  // The keys that go places.
  const page = await open(windows.wide, release);
  for (const [keys, path] of [[["g", "e"], `${release}/evidence`], [["g", "c"], `${release}/changes`], [["g", "j"], `${release}/journal`], [["g", "o"], release], [["g", "f"], "/"]]) {
    for (const key of keys) await page.keyboard.press(key);
    await page.waitForURL((url) => url.pathname === path).catch(() => wrong(`${keys.join(" ")} does not lead to ${path}`));
    await page.waitForLoadState();
    await lives(page);
  }
  await page.goto(`${release}/evidence`);
  await page.keyboard.press("/");
  expect(await page.evaluate(() => document.activeElement?.id === "search"), "/ does not lead to the search");
  await page.keyboard.press("Escape");
  await page.keyboard.press("a");
  expect(await page.locator("#as-of-at").isVisible(), "a does not open the menu of moments");
  await page.keyboard.press("Escape");
  expect(!(await page.locator("#as-of-at").isVisible()), "Escape does not close the menu of moments");
  await page.leave();
});
