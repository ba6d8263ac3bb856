// Every kind of question all the way, by keyboard alone on a small phone: from Markdown through the gate of a host
// elsewhere to the practice's inbox, fetched over that gate; help at an answer that may tell of danger; two devices at once; and a stock `age` on what the browser sealed.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { practiceIdentities } from "./forms.mjs";
import { payloadOf } from "./forge.mjs";
import { Practice, closeAll, launch, unlock } from "./harness.mjs";

const small = { width: 360, height: 740 };
const BROUGHT = "zqxbrought";
const SAFETY = "Thoughts that you would be better off dead or of hurting yourself in some way";

// Whoever stands in is the sample's: nobody has that key.
const ANSWERS = `
[answers]
hours = "Monday to Friday, 9 to 5"
window = "24 hours"
[answers.line]
name = "The practice"
number = "555-0100"
[answers.stand_in]
name = "Dana Roe"
email = "dana@example.org"
key = "heldspace-standin-1nsgzf3uvuscvfyejhs2ccn5u2gtl6j89x6mqachsr7lsmu83uan9ukwsvl5ptkqal23ak7jkcxwfwnugke9mulkhxcct3t9vnzwkv0caxzkkg"
`;

const WEEK = `+++
title = "This week"
+++
Before.

\`\`\`agenda
prompts = ["What would you like to bring?", "What should we leave alone?"]
\`\`\`

Between.

\`\`\`checkin
[[question]]
id = "sleep"
ask = "How did you sleep?"
kind = "scale"
low = "hardly"
high = "well"

[[question]]
id = "hours"
ask = "How many hours?"
kind = "number"
from = 0
to = 24
\`\`\`

\`\`\`poll
prompt = "Which evening?"
options = [2026-12-03T18:30, "Neither"]
\`\`\`

\`\`\`reply
prompt = "Anything else?"
\`\`\`
`;

let browser, practice, store, server, cards, contexts, page;

before(async () => {
  browser = await launch();
  practice = new Practice().group("tuesday", "Tuesday");
  appendFileSync(join(practice.root, "site.toml"), ANSWERS);
  // One for each test: the gate gives a keyring only so often.
  cards = Object.fromEntries(["maya", "rosa", "colm"].map((name) => [name, practice.member(name, "tuesday")]));
  practice.page("groups/tuesday/week.md", WEEK).page("groups/tuesday/asked.md", '+++\ntitle = "Two weeks"\n+++\nBefore.\n\n```checkin\ninstrument = "phq-9"\n```\n\nAfter.\n');
  // A host elsewhere, which knows the practice by its key alone: what is fetched comes over the gate as well.
  store = join(practice.root, "elsewhere");
  const { key } = JSON.parse(practice.run("host", "add", "elsewhere", "--json"));
  server = await practice.listening("serve", "--store", store, "--listen", "127.0.0.1:0", "--publisher", key);
  practice.run("host", "add", server.url);
  practice.build();
  practice.run("publish", "--yes");
});

after(async () => {
  await closeAll();
  await browser.close();
});

beforeEach(async () => {
  contexts = [];
  page = await device();
});

afterEach(() => Promise.all(contexts.map((context) => context.close())));

async function device() {
  contexts.push(await browser.newContext({ viewport: small }));
  const at = await contexts.at(-1).newPage();
  at.setDefaultTimeout(15_000);
  return at;
}

/** Presses Tab until the focus is where its name, and that of its question, begin like this. */
async function tabTo(wanted, question = "", at = page) {
  for (let n = 0; n < 120; n += 1) {
    const [name, legend] = await at.evaluate(() => {
      const one = document.activeElement;
      return [one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent, one.closest("fieldset")?.querySelector("legend")?.textContent ?? ""];
    });
    if (name.startsWith(wanted) && legend.startsWith(question)) return;
    await at.keyboard.press("Tab");
  }
  assert.fail(`Tab never came to ${wanted}`);
}

async function enter(name, at = page) {
  await at.goto(server.at(cards[name].link));
  await at.getByLabel("Passphrase").waitFor();
  await tabTo("Passphrase", "", at);
  await at.keyboard.type(cards[name].passphrase);
  await at.keyboard.press("Enter");
  await at.getByRole("heading", { name: /^Hello/ }).waitFor();
}

async function open(title, at = page) {
  await tabTo(title, "", at);
  await at.keyboard.press("Enter");
  await at.locator("iframe.page:not(.pending)").first().waitFor();
}

const form = (id, at = page) => at.locator(`[data-form="${id}"]`);
const sent = (id, at = page) => form(id, at).getByText(/^Sent on .* has not confirmed it yet\.$/).waitFor();
/** The focus goes to the form, and from there to its own button. */
async function send(id, at = page) {
  await tabTo("Send", "", at);
  assert.equal(await at.evaluate(() => document.activeElement.closest("[data-form]").dataset.form), id);
  await at.keyboard.press("Enter");
}

/** Once the host has the notes that a device wrote after it had sent an answer. */
async function keptAfterSending(at) {
  const answered = await at.waitForResponse((response) => response.url().includes("/answers/") && response.status() === 201);
  const { startTime } = answered.request().timing();
  await at.waitForResponse((response) => response.url().endsWith("/own") && response.status() === 204 && response.request().method() === "PUT" && response.request().timing().startTime > startTime);
}

/** What the therapist finds of one member, oldest first. */
function fetched(name) {
  practice.run("inbox", "sync");
  const { answers, refused, missing } = JSON.parse(practice.run("inbox", "list", "--json", "--member", name));
  assert.deepEqual([refused, missing], [[], []]);
  return answers.sort((one, other) => one.time - other.time);
}

test("an agenda, a check-in, a vote and a reply are answered by keyboard, fetched, and opened by a stock age", async () => {
  await enter("maya");
  await open("This week");
  await tabTo("What would you like to bring?");
  await page.keyboard.type(BROUGHT);
  await form("agenda").getByText("One question has no answer. You can send it like this.").waitFor();
  await send("agenda");
  await sent("agenda");
  await tabTo("0, hardly");
  await page.keyboard.press("Space");
  for (let n = 0; n < 4; n += 1) await page.keyboard.press("ArrowRight");
  await tabTo("How many hours?");
  await page.keyboard.type("6,5");
  await send("checkin");
  await sent("checkin");
  await tabTo("Thursday 3 December 2026, 18:30");
  await page.keyboard.press("Space");
  await send("poll");
  await sent("poll");
  await tabTo("Anything else?");
  await page.keyboard.type("No.");
  await send("reply");
  await sent("reply");
  const expected = {
    agenda: { kind: "agenda", texts: { "what-would-you-like-to-bring": BROUGHT } },
    checkin: { kind: "checkin", items: { sleep: 4, hours: 6.5 } },
    poll: { kind: "poll", chosen: ["2026-12-03-18-30"] },
    reply: { kind: "reply", text: "No." },
  };
  const said = (answers) => Object.fromEntries(answers.map(({ block, said }) => [block, said]));
  const answers = fetched("maya");
  assert.equal(answers.length, 4);
  assert.deepEqual(said(answers), expected);
  const folder = join(store, "answers", cards.maya.mailbox);
  const files = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isFile()).map(({ name }) => join(folder, name));
  const opened = files.map((file) => execFileSync("age", ["--decrypt", "--identity", "-", file], { input: practiceIdentities(practice).join("\n") }));
  assert.deepEqual(said(opened.map((bytes) => payloadOf(JSON.parse(bytes)))), expected);
});

test("at an answer that may tell of danger help is there at once, without a connection, and holds nothing up", async () => {
  await enter("rosa");
  await open("Two weeks");
  await form("checkin").getByText("Nobody watches this as you write.").waitFor();
  await form("checkin").getByText("Answers are looked at: Monday to Friday, 9 to 5. One that worries is looked at: within 24 hours.").waitFor();
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.context().setOffline(true);
  const help = form("checkin").getByRole("link", { name: /^Call .*: 988$/ });
  await tabTo("Not at all", "Little interest");
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  assert.equal(await help.count(), 0, "no other question calls for it");
  await tabTo("Not at all", SAFETY);
  await page.keyboard.press("Space");
  assert.equal(await help.count(), 0);
  await page.keyboard.press("ArrowDown");
  await help.waitFor();
  assert.equal(await help.getAttribute("href"), "tel:988");
  assert.equal(await form("checkin").getByRole("link", { name: "Call The practice: 555-0100" }).getAttribute("href"), "tel:5550100");
  assert.equal(await form("checkin").locator("[role=status] .calm").count(), 1, "it is read out, and takes the focus from nobody");
  assert.equal(await page.evaluate(() => document.activeElement.labels[0].textContent), "Several days");
  // The next stops are what can be called, and after them the form goes on.
  await tabTo("Call ");
  const { y, height } = await help.boundingBox();
  assert.ok(y >= 0 && y + height <= small.height && height >= 44, "in sight, and large enough to hit");
  assert.deepEqual(requests, [], "nobody is told");
  await send("checkin");
  await form("checkin").getByText(/^Not sent yet: there is no connection/).waitFor();
  await help.waitFor();
  await page.context().setOffline(false);
  await sent("checkin");
  const [answer] = fetched("rosa");
  assert.deepEqual(answer.said, { kind: "checkin", items: { 1: ["several-days"], 9: ["several-days"] } });
  assert.deepEqual([answer.must_not_wait, answer.items.length], [true, 1]);
  const [first] = JSON.parse(practice.run("inbox", "list", "--json")).answers;
  assert.equal(first.id, answer.id, "before everything else");
});

test("two devices send at once: both answers arrive, and both devices come to show the same", async () => {
  const other = await device();
  for (const at of [page, other]) {
    await enter("colm", at);
    await open("This week", at);
    await tabTo("What should we leave alone?", "", at);
  }
  await page.keyboard.type("From one.");
  await other.keyboard.type("From the other.");
  for (const at of [page, other]) await tabTo("Send", "", at);
  const kept = [page, other].map(keptAfterSending);
  await Promise.all([page, other].map((at) => at.keyboard.press("Enter")));
  await Promise.all([page, other].map((at) => sent("agenda", at)));
  await Promise.all(kept);
  const answers = fetched("colm");
  const texts = answers.map(({ said, replaced }) => [said.texts["what-should-we-leave-alone"], replaced]).sort();
  assert.deepEqual(texts, [["From one.", false], ["From the other.", false]], "neither is lost, and neither takes the place of the other");
  const shown = [];
  for (const at of [page, other]) {
    await at.reload();
    await unlock(at, cards.colm.passphrase);
    await open("This week", at);
    await sent("agenda", at);
    shown.push(await form("agenda", at).getByText(/^From (one|the other)\.$/).textContent());
  }
  assert.equal(shown[0], shown[1]);
});
