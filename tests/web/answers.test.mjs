// What members answer, in a real browser: each kind of form at phone size, by keyboard, without a connection, on two
// devices; and what the practice opens of it.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { audit } from "./audit.mjs";
import { Asking, Host, blocks, inPage, readers, rewritten } from "./forms.mjs";
import { closeAll, desktop, launch, read, repository, unlock } from "./harness.mjs";

const shots = join(repository, "target/screenshots");
const small = { width: 360, height: 740 };
const MARKER = "zqxmarker";

let browser, asking, host, contexts, page;

before(async () => {
  mkdirSync(shots, { recursive: true });
  browser = await launch();
  const { reply, poll, one, checkin, phq, agenda, done, closed } = blocks;
  asking = await new Asking().write({
    Reply: `<p>Before. <a href="#below">To the end</a></p>${inPage(reply)}<p>Between.</p><ol><li>one</li><li>two ${inPage(done)} still two</li><li>three</li></ol>${inPage(reply).replaceAll("reply&quot;,&quot;title", "other&quot;,&quot;title")}<h2 id="below">Below</h2><p>The end.</p>`,
    Poll: `<p>Before.</p>${inPage(poll)}${inPage(one)}${inPage(closed)}`,
    "Check-in": `<p>Before.</p>${inPage(checkin)}<p>After.</p>`,
    Questionnaire: `<p>Before.</p>${inPage(phq)}<p>After.</p>`,
    Agenda: `<p>Before.</p>${inPage(agenda)}<p>After.</p>`,
    Damaged: `<p>Before.</p>${inPage(JSON.stringify({ ...reply, more: 1 }))}${inPage('{"version":1')}<p>After.</p>`,
    Plain: "<p>No form.</p>",
  });
});

after(async () => {
  await closeAll();
  await browser.close();
});

beforeEach(async () => {
  host = new Host();
  asking.received = [];
  contexts = [];
  page = await device();
});

afterEach(() => Promise.all(contexts.map((context) => context.close())));

/** A browser of the member's. */
async function device(options = {}) {
  const context = await browser.newContext({ viewport: small, ...options });
  contexts.push(context);
  await asking.give(context);
  await host.take(context);
  return context.newPage();
}

const enter = (at = page) => read(at, asking.link, asking.card.passphrase);
async function open(title, at = page) {
  await at.locator("button.entry", { hasText: title }).click();
  await at.locator("iframe.page:not(.pending)").first().waitFor();
}
const list = (at = page) => at.getByRole("button", { name: "All pages" }).click();
const form = (id, at = page) => at.locator(`[data-form="${id}"]`);
const send = (id, at = page) => form(id, at).getByRole("button", { name: "Send", exact: true }).click();
const sent = (id, at = page) => form(id, at).getByText(/^Sent on .* has not confirmed it yet\.$/).waitFor();
const answers = () => Promise.all(host.answers.map((bytes) => asking.open(bytes)));
async function connection(way, at = page) {
  host.isLost = way === "lost";
  await at.context().setOffline(host.isLost);
}

test("a reply is written, sent, changed, confirmed and taken back", async () => {
  await enter();
  await open("Reply");
  await form("reply").getByText(readers).waitFor();
  await send("reply");
  await form("reply").getByText("There is nothing written yet.").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.localName), "textarea");
  assert.equal(host.answers.length, 0);
  await page.keyboard.type(`It was hard. ${MARKER}`);
  await send("reply");
  await sent("reply");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /^Sent on /, "the focus is at what came of it");
  await form("reply").getByText(`It was hard. ${MARKER}`).waitFor();
  await form("reply").getByRole("button", { name: "Change it" }).click();
  await form("reply").getByText(/^You are changing what you sent/).waitFor();
  await form("reply").getByLabel("How did the week go?").fill("It was easy.");
  await send("reply");
  await sent("reply");
  const [first, second] = await answers();
  assert.deepEqual([first.said, second.said], [{ kind: "reply", text: `It was hard. ${MARKER}` }, { kind: "reply", text: "It was easy." }]);
  assert.deepEqual([second.replaces, second.earlier, first.digest], [first.id, [first.id], asking.sealed[0].entry.object.digest]);
  asking.received = [first.id, second.id];
  await list();
  await page.reload();
  await unlock(page, asking.card.passphrase);
  await open("Reply");
  await form("reply").getByText("It has arrived at your practice.").waitFor();
  await form("reply").getByRole("button", { name: "Take it back" }).click();
  await form("reply").getByRole("button", { name: "Yes, take it back" }).click();
  await form("reply").getByText(/^You took your answer back\. Sent on/).waitFor();
  assert.equal(await form("reply").getByLabel("How did the week go?").inputValue(), "");
  const third = (await answers())[2];
  assert.deepEqual([third.said, third.replaces, third.earlier], [{ kind: "withdrawn" }, second.id, []]);
  assert.ok(!Buffer.concat(host.answers.concat(host.own)).includes(MARKER));
});

test("a page is cut at its forms, and goes on as one page", async () => {
  await enter();
  await open("Reply");
  const frames = await page.locator("iframe.page").count();
  assert.equal(frames, 4);
  const order = await page.locator("iframe.page, [data-form]").evaluateAll((all) => all.map((one) => one.dataset.form ?? one.contentDocument.body.innerText.replace(/\s+/g, " ").trim()));
  assert.deepEqual(order.map((text) => text.slice(-9)), ["To the end".slice(-9), "reply", ". one two", "breathe", "two three", "other", " The end."]);
  const second = page.frameLocator("iframe.page >> nth=2");
  assert.equal(await second.locator("li").first().getAttribute("value"), "2", "the third item is the third");
  await page.frameLocator("iframe.page >> nth=0").getByRole("link", { name: "To the end" }).click();
  await page.waitForFunction(() => [...document.querySelectorAll("iframe.page")].pop().contentDocument.activeElement.id === "below");
  assert.ok(await page.evaluate(() => scrollY > 0));
  await list();
  await open("Plain");
  assert.equal(await page.locator("iframe.page").count(), 1);
  await list();
  await open("Damaged");
  assert.equal(await page.getByText("did not arrive as it should").count(), 2);
  assert.equal(await page.locator("[data-form]").count(), 0);
});

test("a vote for one or several, and a vote that is closed", async () => {
  await enter();
  await open("Poll");
  await form("times").getByLabel("Tuesday 1 December, 18:00").check();
  await form("times").getByLabel(/small room/).check();
  await send("times");
  await sent("times");
  await send("one");
  await form("one").getByText("Nothing is chosen yet.").waitFor();
  await form("one").getByLabel("No").check();
  await form("one").getByRole("button", { name: "Clear this answer" }).click();
  await send("one");
  await form("one").getByText("Nothing is chosen yet.").waitFor();
  await form("one").getByLabel("Yes").check();
  await send("one");
  await sent("one");
  await form("late").getByText(/^This closed on Tuesday/).waitFor();
  assert.equal(await form("late").locator("input, button").count(), 0);
  const [times, one] = await answers();
  assert.deepEqual([times.said, one.said], [{ kind: "poll", chosen: ["tue", "thu"] }, { kind: "poll", chosen: ["yes"] }]);
  assert.equal(host.answers[0].length, host.answers[1].length);
});

test("a check-in by keyboard alone; what is left out is not there; numbers have limits", async () => {
  await enter();
  await open("Check-in");
  const tabTo = async (wanted) => {
    for (let n = 0; n < 40; n += 1) {
      const at = await page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent);
      if (at.startsWith(wanted)) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`Tab never came to ${wanted}`);
  };
  await tabTo("0, as low as it gets");
  await page.keyboard.press("Space");
  for (let n = 0; n < 4; n += 1) await page.keyboard.press("ArrowRight");
  await tabTo("Walking");
  await page.keyboard.press("Space");
  await tabTo("How many hours");
  await page.keyboard.type("25");
  await tabTo("Send");
  await page.keyboard.press("Enter");
  await form("week").getByText("Please give a number that fits: from 0 to 24.").first().waitFor();
  assert.equal(host.answers.length, 0);
  await page.keyboard.press("Control+A");
  await page.keyboard.type("6,5");
  // Enter in a field sends nothing.
  await page.keyboard.press("Enter");
  await tabTo("Send");
  await page.keyboard.press("Enter");
  await sent("week");
  const [answer] = await answers();
  assert.deepEqual(answer.said, { kind: "checkin", items: { mood: 4, helped: ["walk"], hours: 6.5 } });
  await form("week").getByText("6.5 hours").waitFor();
});

test("what repeats is empty again when its days are over, and stands beside the last one", async () => {
  await enter();
  await open("Check-in");
  await form("week").getByLabel("Well", { exact: true }).check();
  await send("week");
  await sent("week");
  const days = 86_400;
  for (const [ago, again] of [[6, false], [7, true]]) {
    await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.endsWith(".own")));
    const own = await page.evaluate(() => Object.entries({ ...localStorage }).find(([key]) => key.endsWith(".own")));
    const older = await rewritten(asking, Buffer.from(own[1], "base64"), (entries) => {
      for (const [key, { value }] of Object.entries(entries)) if (key.startsWith("sent:")) value.time = Math.floor(Date.now() / 1000) - ago * days - 60;
    });
    await page.evaluate(([key, value]) => localStorage.setItem(key, value), [own[0], older.toString("base64")]);
    host.own = undefined;
    await page.reload();
    await unlock(page, asking.card.passphrase);
    await open("Check-in");
    if (!again) await form("week").getByText(/^Sent on/).waitFor();
  }
  await form("week").getByText(/^You answered this last on/).waitFor();
  assert.equal(await form("week").getByLabel("Well", { exact: true }).isChecked(), false);
  await form("week").getByLabel("Badly").check();
  await send("week");
  await sent("week");
  assert.deepEqual((await answers()).map(({ replaces }) => replaces), [null, null]);
});

test("an answer that may tell of danger shows help at once, also without a connection, and nothing leaves", async () => {
  await enter();
  await open("Questionnaire");
  await form("phq").getByText("Nobody watches this as you write.").waitFor();
  await form("phq").getByText(/Answers are looked at: Monday to Friday, 9:00 to 17:00\. One that worries is looked at: within one working day\./).waitFor();
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await connection("lost");
  const safety = form("phq").getByRole("group", { name: /better off dead/ });
  const help = form("phq").getByRole("link", { name: /^Call 988/ });
  await safety.getByLabel("Not at all").check();
  assert.equal(await help.count(), 0);
  await safety.getByLabel("Several days").check();
  await help.waitFor();
  assert.equal(await help.getAttribute("href"), "tel:988");
  assert.equal(await form("phq").getByRole("link", { name: "Call The practice: +1 555 0100" }).getAttribute("href"), "tel:+15550100");
  const { height, width, y } = await help.boundingBox();
  assert.ok(height >= 44 && width >= 44);
  const { y: below, height: tall } = await safety.boundingBox();
  assert.ok(y > below && y < below + tall + 400, "right below the question");
  assert.equal(await form("phq").locator("[role=status] .calm").count(), 1);
  await safety.getByRole("button", { name: "Clear this answer" }).click();
  assert.equal(await help.count(), 0, "it goes when the answer is taken back");
  await safety.getByLabel("Nearly every day").check();
  await page.waitForTimeout(700);
  assert.deepEqual(requests, [], "nobody is told");
  await send("phq");
  await form("phq").getByText(/^Not sent yet: there is no connection\./).waitFor();
  await help.waitFor();
  await connection("back");
  await sent("phq");
  assert.deepEqual((await answers())[0].said, { kind: "checkin", items: { 9: ["3"] } });
  await audit(page, "help");
  await page.screenshot({ path: join(shots, "answers-help.png"), fullPage: true });
});

test("offline in the middle: the answer goes by itself once there is a connection, and once", async () => {
  await enter();
  await open("Agenda");
  await form("before").getByLabel("What would you like to bring?").fill("Trust.");
  await connection("lost");
  await send("before");
  await form("before").getByText(/^Not sent yet: there is no connection/).waitFor();
  // The next try by itself fails as well, and the one after that is a minute away: it is the connection that is noticed.
  await page.waitForEvent("requestfailed", (request) => request.url().endsWith("/own"));
  await connection("back");
  await sent("before");
  assert.deepEqual((await answers()).map(({ said }) => said), [{ kind: "agenda", texts: { bring: "Trust." } }]);
});

test("an answer that could not be sent outlives a lock, and goes at the next unlock; the host's refusals are told", async () => {
  await enter();
  await open("Reply");
  host.status = 507;
  await form("reply").getByLabel("How did the week go?").fill("Waiting.");
  await send("reply");
  await form("reply").getByText(/^Not sent yet: the service cannot take it just now/).waitFor();
  await page.reload();
  host.status = undefined;
  await unlock(page, asking.card.passphrase);
  await open("Reply");
  await sent("reply");
  assert.equal(host.answers.length, 1);
  host.status = 413;
  await form("other").getByLabel("How did the week go?").fill("Too much.");
  await send("other");
  await form("other").locator("[data-failure=too-large]").waitFor();
  assert.equal(await form("other").getByLabel("How did the week go?").inputValue(), "Too much.", "nothing of it is lost");
  host.status = undefined;
  await list();
  await open("Agenda");
  const [bring, avoid] = await form("before").locator("textarea").all();
  await bring.fill("x".repeat(16_385));
  await form("before").getByText("This is 1 character too long to be sent. Please shorten it.").first().waitFor();
  await bring.fill("x".repeat(16_384));
  await form("before").getByText("Room for 0 more characters.").waitFor();
  await form("before").getByText("One question has no answer. You can send it like this.").waitFor();
  await avoid.fill("y".repeat(16_384));
  await page.waitForTimeout(900);
  await send("before");
  await form("before").locator("[data-failure=too-large]").waitFor();
  assert.equal((await avoid.inputValue()).length, 16_384, "nothing of it is lost");
  await avoid.fill("y");
  // Twice, as a trembling hand may: one answer.
  await form("before").getByRole("button", { name: "Send", exact: true }).evaluate((button) => (button.click(), button.click()));
  await sent("before");
  assert.equal(host.answers.length, 2);
});

test("a draft outlives a lock and a reload as ciphertext; discarded or forgotten, it is gone", async () => {
  await enter();
  await open("Reply");
  await form("reply").getByLabel("How did the week go?").fill(MARKER);
  // At once: what was typed last is kept too.
  await page.getByRole("button", { name: "Lock", exact: true }).click();
  await page.getByRole("heading", { name: "Locked" }).waitFor();
  await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.endsWith(".own")));
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  const own = Object.entries(JSON.parse(kept)).find(([key]) => key.endsWith(".own"));
  assert.match(own[0], /^heldspace\.[0-9a-f]{64}\.own$/);
  assert.ok(Buffer.from(own[1], "base64").toString("latin1").startsWith("age-encryption.org/v1\n"));
  assert.ok(!kept.includes(MARKER) && !Buffer.from(own[1], "base64").includes(MARKER));
  await enter();
  await open("Reply");
  const field = form("reply").getByLabel("How did the week go?");
  assert.equal(await field.inputValue(), MARKER);
  await field.fill(`${MARKER} more`);
  await page.waitForTimeout(900);
  await page.reload();
  await unlock(page, asking.card.passphrase);
  await open("Reply");
  assert.equal(await field.inputValue(), `${MARKER} more`);
  await form("reply").getByRole("button", { name: "Discard draft" }).click();
  await page.waitForFunction(() => document.querySelector('[data-form="reply"] textarea').value === "");
  await field.fill("Again.");
  await page.waitForTimeout(900);
  host.own = undefined;
  await page.reload();
  await page.getByRole("button", { name: "Forget this phone" }).click();
  await page.getByRole("button", { name: "Yes, forget it" }).click();
  await page.getByText("Forgotten.").waitFor();
  assert.equal(await page.evaluate(() => Object.keys(localStorage).some((key) => key.endsWith(".own"))), false);
  await unlock(page, asking.card.passphrase);
  await open("Reply");
  assert.equal(await field.inputValue(), "");
});

test("two devices at once: a draft and a tick follow, and neither undoes the other", async () => {
  const other = await device({ viewport: desktop });
  await enter();
  await enter(other);
  await open("Reply");
  await open("Reply", other);
  await form("reply").getByLabel("How did the week go?").fill("From the phone.");
  await form("breathe", other).getByLabel("I did the breathing exercise").check();
  await page.waitForTimeout(6500);
  await other.waitForTimeout(500);
  await form("reply").getByText("Kept as a draft, locked with your words. Nobody else reads it.").waitFor();
  for (const at of [page, other]) {
    await at.reload();
    await unlock(at, asking.card.passphrase);
    await open("Reply", at);
    await form("breathe", at).getByText(/^Ticked on/).waitFor();
    await at.waitForFunction(() => document.querySelector('[data-form="reply"] textarea').value === "From the phone.");
  }
  assert.equal(host.answers.length, 0, "a tick and a draft are nobody else's");
});

test("own notes that are not the member's are left aside and said so; without storage everything works", async () => {
  host.own = Buffer.from("age-encryption.org/v1\nnot one");
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, "localStorage", { get: () => { throw new DOMException("switched off", "SecurityError"); } });
  });
  await enter();
  await page.getByText("Notes that were kept for you did not come back as you wrote them").waitFor();
  await open("Reply");
  await form("reply").getByLabel("How did the week go?").fill("Still.");
  await page.waitForTimeout(900);
  await list();
  await open("Reply");
  assert.equal(await form("reply").getByLabel("How did the week go?").inputValue(), "Still.", "for this visit");
  await form("reply").getByText("Kept as a draft while this page is open").waitFor();
  await connection("lost");
  await send("reply");
  await form("reply").getByText(/This browser keeps nothing, so please leave this page open/).waitFor();
  await connection("back");
  await sent("reply");
});

for (const colorScheme of ["light", "dark"]) {
  for (const [size, viewport] of Object.entries({ phone: small, desktop })) {
    test(`every form is readable and in reach: ${size}, ${colorScheme}`, async () => {
      const at = await device({ viewport, colorScheme });
      await enter(at);
      for (const title of ["Reply", "Poll", "Check-in", "Questionnaire", "Agenda"]) {
        await open(title, at);
        await at.waitForFunction(() => document.querySelector("iframe.page.pending") === null);
        await audit(at, title);
        await at.screenshot({ path: join(shots, `answers-${title.toLowerCase()}-${size}-${colorScheme}.png`), fullPage: true });
        for (const target of await at.locator(".form button:visible, .form label.option, .form label.step, .form input[type=text], .form textarea").all()) {
          const { height, width } = await target.boundingBox();
          assert.ok(height >= 44 && width >= 44, `${title}: ${await target.innerText()} ${width} × ${height}`);
        }
        await list(at);
      }
    });
  }
}
