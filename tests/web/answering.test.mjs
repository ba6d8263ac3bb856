// Answers all the way: blocks in Markdown, built by the practice, answered in a real browser, kept by the real gate, and
// opened with the practice's own key.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { openedAnswer } from "./forms.mjs";
import { Practice, closeAll, launch, read, unlock } from "./harness.mjs";

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
