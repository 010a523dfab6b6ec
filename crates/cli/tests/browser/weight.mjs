// How heavy and how quick the release's page is on a first visit, and how heavy a change is on a page that is open.
import { writeFileSync } from "node:fs";
import { command, expect, kept, open, play, release, rest, until, window_of } from "./browser.mjs";

const FIRST_VISIT = 150_000, CHANGE = 10_000, PAINTED = 1_000, SLOWER = 4;

/** Returns when a first visit in a new window is painted, slowed down. */
async function firstPaint(browser) {
  const context = await window_of(browser, { firstVisit: true });
  await context.addInitScript(() => {
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) globalThis.painted = entry.startTime; }).observe({ type: "largest-contentful-paint", buffered: true });
  });
  const page = await context.newPage();
  await (await context.newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  await page.goto(release, { waitUntil: "load" });
  await page.getByText("Live: what changes shows by itself.").waitFor();
  await rest(500);
  const painted = await page.evaluate(() => globalThis.painted);
  await context.close();
  return painted;
}

await play(async (browser) => {
  // Once before, so that the measured visit is that of a server at work.
  await (await open(await window_of(browser), release)).leave();

  const context = await window_of(browser, { firstVisit: true });
  await context.addInitScript(() => {
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) globalThis.painted = entry.startTime; }).observe({ type: "largest-contentful-paint", buffered: true });
  });
  const blank = await context.newPage();
  const session = await context.newCDPSession(blank);
  await session.send("Network.enable");
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  // Bytes as they came over the wire, heads of answers with them. A stream never finishes: its bytes count as they come.
  const streams = new Set(), names = new Map();
  let bytes = 0, parts = [];
  const add = (id, count) => { if (count > 0) { bytes += count; parts.push(`${names.get(id) ?? id} ${count}`); } };
  session.on("Network.requestWillBeSent", ({ requestId, request }) => names.set(requestId, new URL(request.url).pathname));
  session.on("Network.responseReceived", ({ requestId, response }) => { if (response.mimeType === "text/event-stream") { streams.add(requestId); add(requestId, response.encodedDataLength); } });
  session.on("Network.dataReceived", ({ requestId, encodedDataLength, dataLength }) => { if (streams.has(requestId)) add(requestId, encodedDataLength || dataLength); });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => { if (!streams.has(requestId)) add(requestId, encodedDataLength); });

  await blank.goto(release, { waitUntil: "load" });
  await blank.getByText("Live: what changes shows by itself.").waitFor();
  await rest(500);
  const paints = [await blank.evaluate(() => globalThis.painted)];
  const [first, firstParts] = [bytes, parts];

  await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  [bytes, parts] = [0, []];
  await command("attest", "--release", "2026.12", "--track", "wearos", "--build", "90217", "--device", "Pixel Watch 3 / Wear OS 5", "--result", "failed");
  await until(blank, "the change shows", () => document.querySelector("#t-wearos .word")?.textContent.toLowerCase() === "not ready");
  await rest(500);

  // How soon it is painted is the page's doing, how late may be the machine's: the soonest of a few first visits counts.
  while (Math.min(...paints) >= PAINTED && paints.length < 6) paints.push(await firstPaint(browser));
  const painted = Math.round(Math.min(...paints));

  const figures = [
    `first visit of the release's page: ${first} bytes over the wire (${firstParts.join(", ")})`,
    `largest paint of that visit, ${SLOWER} times slowed down: ${painted} ms`,
    `a change on an open page: ${bytes} bytes over the wire (${parts.join(", ")})`,
  ];
  console.log(figures.join("\n"));
  writeFileSync(`${kept}/weight.txt`, `${figures.join("\n")}\n`);
  expect(first > 20_000 && first < FIRST_VISIT, `a first visit weighs ${first} bytes, not less than ${FIRST_VISIT}`);
  expect(bytes > 500 && bytes < CHANGE, `a change weighs ${bytes} bytes, not less than ${CHANGE}`);
  expect(painted > 0 && painted < PAINTED, `the largest paint came after ${painted} ms, not within ${PAINTED}`);
});
