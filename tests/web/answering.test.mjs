// Answers all the way: blocks in Markdown, built by the practice, answered in a real browser, kept by the real gate, and
// opened with the practice's own key.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { audit, auditFrame } from "./audit.mjs";
import { openedAnswer, sentAt } from "./forms.mjs";
import { Practice, closeAll, launch, openPage, read, repository, unlock } from "./harness.mjs";

const small = { width: 360, height: 740 };
const MARKER = "zqxmarker";

let browser, practice, server, card, contexts, page;

before(async () => {
  browser = await launch();
  practice = new Practice();
  card = practice.member("maya");
  practice.page("library/asked.md", `+++
title = "Asked"
+++
Before.

\`\`\`reply
prompt = "How did it go?"
\`\`\`

\`\`\`poll
id = "when"
prompt = "When?"
options = ["Tuesday", "Wednesday"]
\`\`\`

\`\`\`done
label = "I did it"
\`\`\`

The end.
`);
  practice.build();
  server = await practice.serve();
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
  return contexts.at(-1).newPage();
}

async function open(at = page) {
  await at.locator("button.entry", { hasText: "Asked" }).click();
  await at.locator("iframe.page:not(.pending)").first().waitFor();
}

const form = (id, at = page) => at.locator(`[data-form="${id}"]`);
const send = (id, at = page) => form(id, at).getByRole("button", { name: "Send", exact: true }).click();
const sent = (id, at = page) => form(id, at).getByText(/^Sent on .* has not confirmed it yet\.$/).waitFor();
const folder = () => join(practice.store, "answers", card.mailbox);
const stored = () => readdirSync(folder(), { withFileTypes: true }).filter((one) => one.isFile()).map(({ name }) => ({ name, bytes: readFileSync(join(folder(), name)) }));

test("what a member sends is kept under its digest, alike in size, and opens for the practice alone", async () => {
  await read(page, server.at(card.link), card.passphrase);
  await open();
  await form("reply").getByLabel("How did it go?").fill(MARKER);
  await send("reply");
  await sent("reply");
  await form("when").getByLabel("Tuesday").check();
  await page.context().setOffline(true);
  await send("when");
  await form("when").getByText(/^Not sent yet: there is no connection/).waitFor();
  await page.context().setOffline(false);
  await sent("when");
  const answers = stored();
  assert.equal(answers.length, 2);
  assert.equal(answers[0].bytes.length, answers[1].bytes.length);
  for (const { name, bytes } of answers) {
    assert.equal(createHash("sha256").update(bytes).digest("hex"), name);
    assert.ok(!bytes.includes(MARKER));
  }
  const said = (await Promise.all(answers.map(({ bytes }) => openedAnswer(practice, bytes)))).map((answer) => JSON.stringify(answer.said)).sort();
  assert.deepEqual(said, ['{"kind":"poll","chosen":["tuesday"]}', `{"kind":"reply","text":"${MARKER}"}`]);
});

test("own notes follow to the next device, by the host", async () => {
  await read(page, server.at(card.link), card.passphrase);
  await open();
  await form("done").getByLabel("I did it").check();
  const saved = page.waitForResponse((response) => response.url().endsWith("/own") && response.request().method() === "PUT");
  assert.equal((await saved).status(), 204);
  const other = await device();
  await read(other, server.at(card.link), card.passphrase);
  await open(other);
  await form("done", other).getByText(/^Ticked on/).waitFor();
  await form("reply", other).getByText(MARKER).waitFor();
  await other.reload();
  await unlock(other, card.passphrase);
  await other.getByText("answered").waitFor();
});

const SHOWN = `+++
title = "What came of it"
+++
Thank you for answering.

\`\`\`results
of = "evenings.md"
block = "evenings"
\`\`\`

\`\`\`results
of = "evenings.md"
block = "week"
title = "How the week was for all of us"
\`\`\`

See you on Tuesday.
`;

const ASKED = `+++
title = "Evenings"
+++
\`\`\`poll
id = "evenings"
prompt = "Which evenings in December suit you?"
options = ["1, 8 and 15 December, then again on 5 January: no session on the 22nd", "All of them, as always"]
shows = "tally"
closes = 2026-11-01
\`\`\`

\`\`\`checkin
id = "week"
shows = "rollup"
closes = 2026-11-01
[[question]]
ask = "How did you sleep?"
kind = "scale"
low = "hardly"
high = "well"
[[question]]
ask = "What helped?"
kind = "choice"
several = true
options = ["A walk", "Somebody to talk to", "Nothing did"]
[[question]]
ask = "Anything else?"
kind = "text"
\`\`\`
`;

test("what came of a closed question is there for the group, on a phone, by day and by night", async () => {
  const group = new Practice().group("tuesday", "Tuesday group");
  const site = join(group.root, "site.toml");
  writeFileSync(site, readFileSync(site, "utf8").replace(/^.*time_zone = .*$/m, 'time_zone = "Etc/UTC"'));
  const cards = ["maya", "jonas", "rosa", "leon", "grete"].map((name) => group.member(name, "tuesday"));
  group.page("groups/tuesday/evenings.md", ASKED).page("groups/tuesday/result.md", SHOWN).build();
  const time = Date.parse("2026-10-30T12:00:00Z") / 1000;
  for (const [n, card] of cards.entries()) {
    const chosen = [["all-of-them-as-always", "1-8-and-15-december-then-again-on-5-january-no-session-on-the"][Number(n < 3)]];
    await sentAt(group, card, time, "Evenings", "evenings", { kind: "poll", chosen });
    const items = { "how-did-you-sleep": 3 + n, "what-helped": n % 2 ? ["a-walk"] : ["a-walk", "somebody-to-talk-to"], "anything-else": MARKER };
    await sentAt(group, card, time, "Evenings", "week", { kind: "checkin", items });
  }
  group.run("inbox", "sync");
  group.build();
  const host = await group.serve();
  const shots = join(repository, "target/screenshots");
  mkdirSync(shots, { recursive: true });
  for (const colorScheme of ["dark", "light"]) {
    const context = await browser.newContext({ viewport: { width: 360, height: 1000 }, colorScheme });
    contexts.push(context);
    const phone = await context.newPage();
    await read(phone, host.at(cards[0].link), cards[0].passphrase);
    const frame = await openPage(phone, "What came of it");
    await frame.getByText("5 people answered.").first().waitFor();
    const rows = await frame.locator("tr").allInnerTexts();
    assert.deepEqual(rows.map((row) => row.replace(/\s+/g, " ").trim()), [
      "Answer People", "1, 8 and 15 December, then again on 5 January: no session on the 22nd 3", "All of them, as always 2",
      "Question All together", "How did you sleep? 0 (hardly) to 10 (well) 5, on average", "What helped?", "A walk 5", "Somebody to talk to 3", "Nothing did 0",
    ]);
    const text = await frame.locator("main").innerText();
    assert.ok(!text.includes(MARKER) && !/Maya|Jonas|Rosa|Leon|Grete/.test(text), text);
    const width = await frame.locator("meter").first().evaluate((meter) => meter.getBoundingClientRect().width);
    assert.ok(width > 60, "the bars are there");
    await audit(phone, `results, ${colorScheme}`);
    await auditFrame(phone, host.url);
    await phone.screenshot({ path: join(shots, `results-phone-${colorScheme}.png`), fullPage: true });
  }
});
