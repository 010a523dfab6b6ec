// What scenarios share: the browser, its windows, and an eye on everything that goes wrong in them.
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";

const require = createRequire(`${process.env.SEAWORTHY_BROWSER_MODULES}/`);
const { chromium } = require("playwright-core");
const axe = require("axe-core");

export const base = process.argv[2];
export const kept = process.env.SEAWORTHY_BROWSER_KEPT;
export const release = "/releases/tidewatch/2026.12";
export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 390, height: 844 };
const ZONE = "Europe/Berlin";

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** The most of a page that a picture is taken of, in pixels. */
const TALLEST = 4_000;

// A scenario that hangs is a scenario that fails.
const patience = (minutes) => setTimeout(() => { console.error(`gave up after ${minutes} minutes:\n- ${found.join("\n- ")}`); process.exit(2); }, minutes * 60_000).unref();
let giveUp = patience(2);
/** Lets a scenario take longer than others. */
export const takes = (minutes) => { clearTimeout(giveUp); giveUp = patience(minutes); };

const found = [];
/** Notes that something is not as it should be; the scenario goes on. */
export const wrong = (what) => { if (!found.includes(what)) found.push(what); };
export const expect = (holds, what) => { if (!holds) wrong(what); };

/** Plays a scenario in a browser and exits with what it came to. */
export const play = async (scenario) => {
  const browser = await chromium.launch({ executablePath: process.env.SEAWORTHY_CHROMIUM ?? "/usr/bin/chromium", args: ARGUMENTS });
  try {
    await scenario(browser);
  } catch (error) {
    wrong(error.stack);
  } finally {
    await browser.close();
  }
  if (found.length > 0) console.log(`${found.length} not as it should be:\n- ${found.join("\n- ")}`);
  process.exit(found.length > 0 ? 1 : 0);
};

/** A window of a reader whose zone the server knows already, unless it is their first visit. */
export const window_of = async (browser, options = {}) => {
  const { firstVisit = false, ...more } = options;
  const context = await browser.newContext({ baseURL: base, viewport: WIDE, timezoneId: ZONE, locale: "en-GB", reducedMotion: "reduce", ...more });
  context.setDefaultTimeout(10_000);
  context.plain = options.javaScriptEnabled === false;
  if (!firstVisit) await context.addCookies([{ name: "browser_zone", value: ZONE, url: base }]);
  return context;
};

/**
 * Opens a page and notes whatever its console, its policy or its requests complain of. Who `leaves` for other pages breaks off
 * what a page was just being told.
 */
export const open = async (context, path, { status = 200, name = path, leaves = false } = {}) => {
  const page = await context.newPage();
  const at = () => `${name} at ${page.viewportSize().width} px`;
  const listeners = {
    console: (message) => {
      // The browser itself notes a page that answers as an error, which is what it should do.
      const said = message.text();
      const isAnswer = /the server responded with a status of (404|422)/.test(said) && message.location().url === page.url();
      const isBrokenOff = leaves && /htmx:error: Failed to fetch/.test(said);
      if (["error", "warning"].includes(message.type()) && !isAnswer && !isBrokenOff) wrong(`${at()}: console: ${said}`);
    },
    pageerror: (error) => wrong(`${at()}: script: ${error.message}`),
    requestfailed: (request) => {
      // A stream of changes is broken off whenever its page is left.
      const isLeft = (leaves || new URL(request.url()).pathname.startsWith("/live")) && request.failure()?.errorText === "net::ERR_ABORTED";
      if (!isLeft) wrong(`${at()}: failed: ${request.url()}: ${request.failure()?.errorText}`);
    },
    response: (response) => {
      if (response.status() >= 400 && !response.request().isNavigationRequest()) wrong(`${at()}: ${response.status()}: ${response.url()}`);
    },
  };
  for (const [event, listener] of Object.entries(listeners)) page.on(event, listener);
  page.leave = async () => {
    for (const [event, listener] of Object.entries(listeners)) page.off(event, listener);
    await page.close();
  };
  const response = await page.goto(path, { waitUntil: "load" });
  expect(response.status() === status, `${at()}: answered ${response.status()}, not ${status}`);
  await page.evaluate(() => document.fonts.ready.then(() => {}));
  if (!context.plain) await lives(page, at());
  return page;
};

/** Waits until a page that should live is told of changes. One that is left before breaks off what it began. */
export const lives = async (page, name = page.url()) => {
  if ((await page.locator("#connection[data-live]").count()) === 0) return;
  await page.locator("#connection[data-state=live]").waitFor().catch(() => wrong(`${name}: it is never told of changes`));
};

/** Notes where a page is wider than its window, and by what. */
export const fits = async (page, name) => {
  const beyond = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return null;
    const outside = [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > clientWidth + 1 && !element.closest(".scroll, .tabs"));
    const names = outside.slice(0, 4).map((element) => `${element.tagName.toLowerCase()}${element.id ? `#${element.id}` : ""}.${element.getAttribute("class") ?? ""}`);
    return `${scrollWidth - clientWidth} px, by ${names.join(", ")}`;
  });
  expect(!beyond, `${name} scrolls sideways by ${beyond}`);
};

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const OF_COLOUR = ["color-contrast", "link-in-text-block"];

/** Notes what axe finds on a page; of colours alone where the rest has been looked at. */
export const accessible = async (page, name, { colours = false, within = null } = {}) => {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
  const only = colours ? { runOnly: OF_COLOUR } : { runOnly: TAGS, rules: { "target-size": { enabled: true } } };
  const violations = await page.evaluate(
    async ([within, options]) => {
      const { violations } = await axe.run(within ?? document, { ...options, resultTypes: ["violations"] });
      return violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.slice(0, 3).map((node) => `${node.target.join(" ")}: ${node.any.concat(node.all, node.none).map((check) => check.message).join("; ")}`), count: nodes.length }));
    },
    [within, only],
  );
  for (const { id, impact, where, count } of violations) wrong(`${name}: axe: ${id} (${impact}), ${count} times: ${where.join(" | ")}`);
};

/** Keeps a picture of a page, of as much of it as anybody would look at. */
const picture = async (page, name) => {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  const viewport = page.viewportSize();
  await page.setViewportSize({ width: viewport.width, height: Math.min(Math.max(height, viewport.height), TALLEST) });
  await page.screenshot({ path: `${kept}/${name}.png` });
  await page.setViewportSize(viewport);
};

/** Looks at pages in both widths and both themes, keeps a picture of each, and notes what is not clean. */
export const look = async (browser, pages, { atOnce = 2, coloursTwice = true } = {}) => {
  const context = await window_of(browser, { colorScheme: "light" });
  await each(pages, atOnce, async ({ name, path, status }) => {
    const page = await open(context, path, { status, name });
    for (const viewport of [WIDE, NARROW]) {
      await page.setViewportSize(viewport);
      for (const theme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme: theme });
        const full = `${name}-${viewport.width}-${theme}`;
        await fits(page, full);
        await picture(page, full);
        // What is folded away must hold as well once it is unfolded.
        const folded = await page.evaluate(unfold);
        await fits(page, `${full}, unfolded,`);
        if (theme === "light" || coloursTwice) await accessible(page, full, { colours: theme === "dark" });
        await page.evaluate(fold, folded);
      }
    }
    await page.leave();
  });
};

const unfold = () => {
  const all = [...document.querySelectorAll("details:not(.menu)")];
  return all.flatMap((details, index) => { const closed = !details.open; details.open = true; return closed ? [index] : []; });
};
const fold = (folded) => { for (const index of folded) document.querySelectorAll("details:not(.menu)")[index].open = false; };

/** Does something for each, some at once. */
export const each = async (todo, atOnce, work) => {
  const left = [...todo];
  const worker = async () => { for (let next = left.shift(); next; next = left.shift()) await work(next); };
  await Promise.all(Array.from({ length: atOnce }, worker));
};

/** Gives a command in another terminal. */
export const command = (...parts) => promisify(execFile)(process.env.SEAWORTHY, parts);

/** Returns the pieces of evidence that a release has, newest first. */
export const evidence = async () => (await (await fetch(`${base}/api/v1${release}/evidence?limit=500`)).json()).items;

/** Waits until a page says so, and returns how long that took in milliseconds. */
export const until = async (page, what, says, argument, limit = 2_000) => {
  const begin = Date.now();
  while (Date.now() - begin < limit) {
    if (await page.evaluate(says, argument)) return Date.now() - begin;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  wrong(`${what}: not within ${limit} ms`);
  return limit;
};

export const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
