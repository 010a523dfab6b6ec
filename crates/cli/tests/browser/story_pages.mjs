// The story on the pages alone: each signs in, follows the pages' own links, fills in forms, and presses buttons.
import { accessible, expect, fits, lives, open, window_of } from "./browser.mjs";
import { people, said } from "./story_said.mjs";

const looked = new Set();

/** Looks at a page the first time that one of its kind comes by. */
const look = async (page) => {
  const name = new URL(page.url()).pathname.replace(/\/(\d+|[CD]-\d+)(?=\/|$)/g, "/#");
  if (looked.has(name)) return;
  looked.add(name);
  await fits(page, name);
  await accessible(page, name);
};

const exactly = (text) => new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}( [\\d,]+)?$`);

/** A person at their browser. */
const sitting = async (browser, who) => {
  const context = await window_of(browser);
  const page = await open(context, "/sign-in", { name: who, leaves: true });
  const gone = async (act) => {
    const left = page.waitForNavigation();
    left.catch(() => {});
    await act();
    const response = await left;
    const alert = response.status() >= 400 ? await page.locator("[role=alert], main").first().innerText() : "";
    if (alert) throw new Error(`${who} at ${page.url()}: ${response.status()}: ${alert}`);
    await lives(page);
    await look(page);
  };
  const self = {
    page,
    /** Follows links by what they say, in a part of the page or anywhere. */
    follow: async (...links) => {
      for (const link of links) {
        const [name, within] = Array.isArray(link) ? link : [link, "body"];
        await gone(() => page.locator(within).getByRole("link", { name: exactly(name) }).first().click());
      }
    },
    /** Goes to the release, and from there on by links. */
    go: async (...links) => {
      await gone(() => page.goto("/"));
      await self.follow("Tidewatch 2026.12", ...links);
    },
    /** Fills in fields by their labels. */
    fill: async (fields, within = "body") => {
      for (const [label, value] of Object.entries(fields)) {
        if (value === undefined) continue;
        const field = page.locator(within).getByLabel(label, { exact: true }).locator("visible=true").first();
        if ((await field.evaluate((element) => element.tagName)) === "SELECT") await field.selectOption(value);
        else await field.fill(value);
      }
    },
    tick: async (...labels) => {
      for (const label of labels) await page.getByLabel(label, { exact: true }).locator("visible=true").first().check();
    },
    unfold: (label) => page.locator("summary").filter({ hasText: label }).locator("visible=true").first().click(),
    /** Presses a button that sends a form. */
    press: (button, within = "body") => gone(() => page.locator(within).getByRole("button", { name: exactly(button) }).locator("visible=true").first().click()),
  };
  await self.fill({ Login: `${who}@example.com`, Password: `the password of ${who}` });
  await self.press("Sign in");
  return self;
};

const names = { ios: "iOS", wearos: "Wear OS" };
const functions = { engineering: "Engineering", product: "Product", qa: "QA" };

export const tellOnPages = async (browser) => {
  const as = {};
  for (const who of Object.keys(people)) as[who] = await sitting(browser, who);
  const { ada, eve, pia, quinn } = as;

  // What ready means.
  await ada.go("Definition", "Edit the draft");
  const left = ada.page.locator("form.editor ol > li", { hasText: "regression plan run" });
  await left.locator("summary").click();
  await ada.press("Remove", "form.editor details[open]");
  await ada.fill({ "A word on it, if you like": said.draft.reason });
  await ada.press("Put it forward for agreement");
  for (const [someone, of] of [[eve, "engineering"], [pia, "product"], [quinn, "qa"]]) {
    await someone.go("Definition");
    await someone.press(`Agree for ${functions[of]}`);
  }

  // What the release carries.
  for (const change of said.changes) {
    await eve.go("Contents", "Add a change");
    await eve.tick(...change.tracks.map((track) => names[track]));
    await eve.fill({ "What does it bring, in one line?": change.title, "What do users or the business get of it?": change.intent, "How much does it matter?": change.priority, "Which parts of the product does it change?": change.areas.join(", "), "Its page in the tracker": change.url });
    await eve.press("Add a change");
  }
  await ada.go("Contents", said.changes[1].title);
  await ada.unfold("Take it out");
  await ada.fill({ "Why is it taken out?": said.takenOut });
  await ada.press("Take it out");
  for (const [of, word] of Object.entries(said.done)) {
    const someone = as[word.by];
    await someone.go("Contents", said.changes[0].title);
    if (word.for) {
      await someone.unfold("Somebody told me");
      await someone.fill({ "For which function?": of, "What did they say?": "yes", "In their words": word.notes, Who: await known(someone.page, word.for), "Where they said it": word.source });
      await someone.press("Record it");
    } else {
      await someone.page.locator(`#by-${of} input[name=notes]`).fill(word.notes);
      await someone.press("It is done", `#by-${of}`);
    }
  }

  // Which build is to ship.
  const nominate = async ({ build, reason }) => {
    await ada.go(["iOS", "main"], "Nominate…");
    await ada.fill({ Build: build, "Why does it take the place of the candidate?": reason });
    await ada.press("Show what follows");
    await ada.press(`Nominate 4.2.0 (${build})`);
  };
  const attest = async ({ build, device, result, notes }) => {
    await quinn.go("Evidence", "Record", "iOS");
    await quinn.fill({ Build: build, Device: device, "What was tested and seen": notes });
    await quinn.tick(`It ${result}`);
    await quinn.press("Record it");
  };
  await nominate(said.first);
  await attest(said.early);
  await nominate(said.second);

  // What goes wrong, and what of it users feel.
  for (const [someone, defect] of [[quinn, said.defects[0]], [eve, said.defects[1]]]) {
    await someone.go("Defects", "Report a defect");
    await someone.fill({ "What goes wrong, in one line?": defect.title, "How bad is it where it happens?": defect.severity, "How soon should it be dealt with?": defect.priority, "Which parts of the product is it in?": defect.areas.join(", ") });
    await someone.tick(...defect.tracks.map((track) => names[track]));
    await someone.unfold("Builds, state, and what it belongs to");
    await someone.fill({ "How does it stand?": defect.state, "Found in which builds of iOS?": defect.found, "Mended in which build of iOS?": defect.fixed, "What is it a regression of?": defect.regressionOf });
    await someone.press("Report a defect");
  }
  await quinn.go("Defects", said.defects[0].title, "Say what users feel");
  const { impact } = said;
  await quinn.fill({ "What do users experience?": impact.experience, "How many of them?": impact.reach, "How often?": impact.often, "What is that known by?": impact.frequency, "In which circumstances?": impact.circumstances, "What can they do about it?": impact.workaround });
  await quinn.press("Tell it so");
  await eve.go("Defects", said.defects[0].title);
  await eve.page.locator(`#on-${said.exposure.track} input[name=note]`).fill(said.exposure.note);
  await eve.press("Not affected", `#on-${said.exposure.track}`);

  // What is accepted as it is.
  await quinn.go("Defects", said.defects[0].title, "Ask for a waiver…");
  await quinn.tick("4.2.0 (514) alone");
  const until = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 16);
  await quinn.fill({ "Why should it be accepted?": said.waiver.reason, "What is done meanwhile for users?": said.waiver.mitigation, "Until when?": until });
  await quinn.press("Ask for it");
  await pia.go("Waivers", "Approve or refuse…");
  await pia.fill({ "For which function?": said.approved.function, "What should be remembered, if anything": said.approved.note });
  await pia.press("Approve");

  // What could go wrong.
  const { risk } = said;
  await pia.go("Risks", "Note a risk");
  await pia.tick(...risk.tracks.map((track) => names[track]));
  await pia.fill({ "What could go wrong, in one line?": risk.title, "How likely is it?": risk.likelihood, "What would users experience?": risk.effect, "What is done against it?": risk.mitigation, "Which parts of the product is it about?": risk.areas.join(", "), Who: await known(pia.page, risk.owner) });
  await pia.press("Note a risk");
  await ada.go("Risks");
  await ada.unfold("Close");
  await ada.tick("It cannot happen any more");
  await ada.fill({ "In a sentence": said.closed.outcome });
  await ada.press("Close it");
  for (const [list, tab] of [["defects", "Defects"], ["changes", "Contents"], ["risks", "Risks"]]) {
    await ada.go(tab);
    await ada.unfold("Say that it is whole");
    await ada.fill({ "What did you compare it with?": said.whole[list] });
    await ada.press("Nothing is missing");
  }

  // What was looked at.
  await ada.go(["iOS", "main"], "Carry forward…");
  await ada.fill({ "Why does it hold for 4.2.0 (514) too?": said.carried });
  await ada.press("Carry it forward");
  await attest(said.misplaced);
  await quinn.unfold("It belongs elsewhere…");
  await quinn.fill({ "Track and build": `ios/${said.corrected.build}`, "How did it come to be here?": said.corrected.reason });
  await quinn.press("Put it there");
  await attest(said.mistaken);
  await quinn.unfold("Withdraw this evidence");
  await quinn.fill({ "Why does it not count?": said.withdrawn });
  await quinn.press("Withdraw it");
  await quinn.go("Evidence", "Record", "A test summary", "iOS");
  await quinn.fill({ Build: said.summary.build, "The summary": said.summary.text });
  await quinn.press("Record it");

  // Who stands by it.
  await quinn.go(["iOS", "main"], "Sign off");
  await quinn.fill({ "Which function signs?": said.signOff.function, "What it rests on, if you like": said.signOff.notes });
  await quinn.press("Sign off");
  await ada.go(["iOS", "main"], "Assess");
  await ada.tick("Go with waivers");
  await ada.fill({ "How sure are you, in percent?": String(said.assessment.confidence), "Why?": said.assessment.reasons });
  await ada.press("Sign it");

  // Everybody reads the same.
  await pia.go();
  const word = (await pia.page.locator("#t-ios .word").innerText()).toLowerCase();
  expect(word === "ready", `the page says of iOS that it is ${word}`);
  for (const { page } of Object.values(as)) await page.leave();
};

/** Returns the choice of somebody in the list of who is known. */
const known = (page, who) => page.locator("#person option").filter({ hasText: people[who].name }).first().getAttribute("value");
