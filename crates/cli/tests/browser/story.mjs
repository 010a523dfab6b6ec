// A release goes from its definition to ready through the API alone, and again on the pages alone. Both journals are then the
// same, event by event and word by word: only who acts has another id, and it was another time of day.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { base as pages, expect, play, takes } from "./browser.mjs";
import { people, releasePath } from "./story_said.mjs";
import { speaker, tellByApi } from "./story_api.mjs";
import { tellOnPages } from "./story_pages.mjs";

const [, , , api, apiData] = process.argv;
const pagesData = process.env.SEAWORTHY_DATA;
takes(5);

const command = (data, ...parts) => promisify(execFile)(process.env.SEAWORTHY, parts, { env: { ...process.env, SEAWORTHY_DATA: data } });

/** Makes everybody's account, and returns them at the API with their ids. */
const invite = async (base, data) => {
  const [as, ids] = [{}, {}];
  for (const [who, { name, role, speaksFor }] of Object.entries(people)) {
    const login = `${who}@example.com`;
    const { stdout } = await command(data, "people", "invite", login, "--name", name, "--role", role, ...(speaksFor ? ["--speaks-for", speaksFor] : []));
    const body = new URLSearchParams({ login, name, password: `the password of ${who}` });
    const welcomed = await fetch(new URL(stdout.trim(), base), { method: "POST", body, redirect: "manual" });
    if (welcomed.status !== 303) throw new Error(`${who} is not welcome: ${welcomed.status}: ${await welcomed.text()}`);
    const token = (await command(data, "token", "create", "--for", login, "--name", "story", "--role", role, "--days", "1")).stdout.trim();
    as[who] = speaker(base, token);
  }
  const listed = JSON.parse((await command(data, "people", "list", "--json")).stdout);
  for (const who of Object.keys(people)) ids[who] = listed.find(({ login }) => login === `${who}@example.com`).id;
  return { as, ids };
};

const head = async (as) => (await as.ada("GET", "/journal/head")).position;

/** Returns what the journal says after a position, with people by what they are called here, and moments as such. */
const events = async ({ as, ids }, after) => {
  const { items, next } = await as.ada("GET", `/journal/events?limit=500${after > 0 ? `&after=${after}` : ""}`);
  expect(next === null, "the story is longer than a page of the journal");
  const called = new Map(Object.entries(ids).map(([who, id]) => [id, who]));
  const plain = (value) => {
    if (typeof value === "string") return called.get(value) ?? (/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(value) ? "a moment" : value);
    if (Array.isArray(value)) return value.map(plain);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, plain(of)]));
    return value;
  };
  return items.map(({ position, stream, version, type, type_version, actor, payload }) => plain({ position, stream, version, type, type_version, actor, payload }));
};

/** Returns what is told of every track. */
const verdicts = async ({ as }) => {
  const { tracks } = await as.ada("GET", `${releasePath}/check`);
  return tracks.map(({ track, build, version, readiness, note, criteria }) => ({ track, build, version, readiness, note, criteria: criteria.map(({ id, verdict, reasons, offenders }) => ({ id, verdict, reasons, offenders })) }));
};

const same = (what, one, other) => {
  const [first, second] = [one, other].map((of) => JSON.stringify(of, null, 1));
  expect(first === second, `${what} differs.\nBy the API: ${first}\nOn the pages: ${second}`);
};

await play(async (browser) => {
  const byApi = await invite(api, apiData);
  const onPages = await invite(pages, pagesData);
  const begin = await head(byApi.as);
  expect(begin === (await head(onPages.as)), "the two do not begin alike");
  same("the set-up", await events(byApi, 0).then((all) => all.map(({ type, payload }) => ({ type, payload }))), await events(onPages, 0).then((all) => all.map(({ type, payload }) => ({ type, payload }))));

  await tellByApi(byApi.as);
  await tellOnPages(browser);

  const [one, other] = [await events(byApi, begin), await events(onPages, begin)];
  expect(one.length > 30, `only ${one.length} events`);
  for (let index = 0; index < Math.max(one.length, other.length); index += 1) same(`event ${index + 1} of the story`, one[index], other[index]);
  const [judged, read] = [await verdicts(byApi), await verdicts(onPages)];
  same("what is told of the tracks", judged, read);
  const ios = judged.find(({ track }) => track === "ios");
  expect(ios.readiness === "ready", `iOS is ${ios.readiness}: ${JSON.stringify(ios.criteria.filter(({ verdict }) => verdict !== "met"))}`);
  for (const { as } of [byApi, onPages]) await as.ada("POST", "/journal/verify", {});
  console.log(`${one.length} events after the set-up, ${new Set(one.map(({ type }) => type)).size} kinds, the same both ways`);
});
