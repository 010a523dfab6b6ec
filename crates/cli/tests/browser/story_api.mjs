// The story through the JSON API alone, each with their own token.
import { people, releasePath, said } from "./story_said.mjs";

/** Speaks to the API of a server as one person. */
export const speaker = (base, token) => async (method, path, body, headers = {}) => {
  const answer = await fetch(`${base}/api/v1${path}`, { method, headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers }, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} ${JSON.stringify(body)}: ${answer.status}: ${text}`);
  return { etag: answer.headers.get("etag"), ...JSON.parse(text) };
};

const onIos = (build) => (build ? [{ track: "ios", build }] : []);

export const tellByApi = async (as) => {
  const post = (who, path, body, headers) => as[who]("POST", `${releasePath}${path}`, body, headers);

  await post("ada", "/definition/draft", { from: "template", without: [said.draft.without], reason: said.draft.reason });
  const { draft } = await as.ada("GET", `${releasePath}/definition`);
  for (const [who, of] of [["eve", "engineering"], ["pia", "product"], ["quinn", "qa"]]) {
    await post(who, "/definition/agreements", { definition: draft.position, function: of });
  }

  const changes = [];
  for (const change of said.changes) changes.push((await post("eve", "/contents", change)).change);
  await post("ada", `/contents/${changes[1]}/removal`, { reason: said.takenOut });
  for (const [of, { by, notes, source, ...word }] of Object.entries(said.done)) {
    const behalf = word.for && { name: people[word.for].name, source };
    await post(by, `/contents/${changes[0]}/word`, { function: of, done: true, notes, behalf });
  }

  const nominate = async (what) => {
    const { reason, ...dry } = what;
    const { etag } = await post("ada", "/tracks/ios/candidate", { ...dry, dry_run: true });
    await post("ada", "/tracks/ios/candidate", { ...dry, reason }, { "if-match": etag });
  };
  const attest = async (check) => (await post("quinn", "/attestations", { track: "ios", ...check })).evidence;
  await nominate(said.first);
  const early = await attest(said.early);
  await nominate(said.second);

  const defects = [];
  for (const [who, { found, fixed, regressionOf, ...defect }] of [["quinn", said.defects[0]], ["eve", said.defects[1]]]) {
    const report = { ...defect, found_in: onIos(found), fixed_in: onIos(fixed), regression_of: regressionOf };
    defects.push((await post(who, "/defects", report)).defect);
  }
  await post("quinn", `/defects/${defects[0]}/impact`, said.impact);
  await post("eve", `/defects/${defects[0]}/exposures`, said.exposure);
  const expires = new Date(Date.now() + 20 * 86_400_000).toISOString();
  const waiver = await post("quinn", "/waivers", { ...said.waiver, subject: { of: "defect", defect: defects[0] }, scope: { until: "build", build: "514" }, expires });
  await post("pia", `/waivers/${waiver.position}/approval`, said.approved);

  const risk = await post("pia", "/risks", { ...said.risk, owner: { name: people[said.risk.owner].name } });
  await post("ada", `/risks/${risk.position}/closing`, said.closed);
  for (const [list, note] of Object.entries(said.whole)) await post("ada", "/lists", { list, note });

  await post("ada", "/tracks/ios/carries", { evidence: early, reason: said.carried });
  const misplaced = await attest(said.misplaced);
  await post("quinn", "/corrections", { evidence: misplaced, track: "ios", ...said.corrected });
  const mistaken = await attest(said.mistaken);
  await post("quinn", "/withdrawals", { evidence: mistaken, reason: said.withdrawn });
  await post("quinn", "/summaries", { track: "ios", ...said.summary });
  await post("quinn", "/tracks/ios/signoffs", { build: said.second.build, ...said.signOff });
  await post("ada", "/tracks/ios/assessments", { build: said.second.build, ...said.assessment });
};
