// What a hostile host, a wrong card, an old link, a torn line could do to a member: each is told apart, in plain words,
// and nothing is shown that the practice did not sign.

import assert from "node:assert/strict";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, afterEach, test } from "node:test";
import { Encrypter } from "age-encryption";
import * as forge from "./forge.mjs";
import { indexes, keyrings, memberIdentity, objects, openIndex, payloadOf, recipientOf, seal, signIndex, storedIndex } from "./forge.mjs";
import { Practice, closeAll, failure, launch, openPage, phone, read, unlock } from "./harness.mjs";

let browser, practice, server, card, jonas, page;

before(async () => {
  browser = await launch();
  practice = new Practice();
  card = practice.member("maya");
  jonas = practice.member("jonas");
  practice.page("library/first.md", "# A first page\n\nSome words.");
  practice.build();
  server = await practice.serve();
});

after(async () => {
  await closeAll();
  await browser.close();
});

beforeEach(async () => {
  page = await (await browser.newContext({ viewport: phone })).newPage();
});

afterEach(() => page.context().close());

/** Tries to unlock; which failure is told. Nothing of any page may be shown. */
async function refused(link, words = card.passphrase) {
  await page.goto(link);
  await unlock(page, words);
  await page.locator("[role=alert][data-failure]").waitFor();
  assert.equal(await page.locator("button.entry").count(), 0, "nothing is shown");
  const sentence = await page.locator("[role=alert]").innerText();
  assert.ok(sentence.length > 40 && !/undefined|error|exception/i.test(sentence), sentence);
  return failure(page);
}

const answer = (pattern, bytes) => forge.answer(page, pattern, bytes);

test("wrong words, no link, a cut link", async () => {
  const wrong = card.passphrase.split(" ").reverse().join(" ");
  assert.equal(await refused(server.at(card.link), wrong), "wrong-passphrase");
  await page.goto("about:blank");
  await page.goto(server.at(card.link).slice(0, -10));
  assert.equal(await failure(page), "broken-link");
  const fresh = await (await browser.newContext()).newPage();
  await fresh.goto(`${server.url}/l`);
  assert.equal(await failure(fresh), "no-link");
  await fresh.context().close();
});

test("offline, busy, and a clock that is a day off", async () => {
  await page.route(keyrings, (route) => route.abort());
  assert.equal(await refused(server.at(card.link)), "offline");
  await page.unroute(keyrings);
  await page.route(keyrings, (route) => route.fulfill({ status: 503, headers: { date: new Date().toUTCString() } }));
  assert.equal(await refused(server.at(card.link)), "busy");
  await page.unroute(keyrings);
  await page.route(keyrings, async (route) => {
    const real = await route.fetch();
    await route.fulfill({ response: real, headers: { ...real.headers(), date: new Date(Date.now() - 2 * 86_400_000).toUTCString() } });
  });
  assert.equal(await refused(server.at(card.link)), "clock");
});

test("a browser that is too old is told what to do, and help is there", async () => {
  await page.addInitScript(() => delete window.Worker);
  await page.goto(server.at(card.link));
  assert.equal(await failure(page), "too-old");
  await page.getByRole("button", { name: "Help" }).click();
  assert.equal(await page.getByRole("link", { name: "988" }).getAttribute("href"), "tel:988");
  assert.equal(new URL(page.url()).hash, "", "the link has left the address bar all the same");
});

test("an index issued more than 21 days ago says so", async () => {
  const payload = payloadOf(await openIndex(storedIndex(practice, card), await memberIdentity(practice, card)));
  const old = signIndex(practice, { ...payload, issued: payload.issued - 22 * 86_400 });
  await answer(indexes, await seal(JSON.stringify(old), recipientOf(practice, "maya")));
  await read(page, server.at(card.link), card.passphrase);
  await page.getByText(/more than three weeks ago/).waitFor();
});

test("swapped, self-made and greedy keyrings are refused before anything is derived", async () => {
  const age = async (set) => {
    const encrypter = new Encrypter();
    set(encrypter);
    return encrypter.encrypt("{}");
  };
  const pepperAndWords = "0".repeat(32) + " " + card.passphrase;
  const cases = {
    "another member's": () => readFileSync(join(practice.store, "keyrings", jonas.mailbox, "1")),
    "sealed to a recipient": () => age((e) => e.addRecipient("age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z")),
    "work factor 20": async () => {
      const sealed = Buffer.from(await age((e) => (e.setPassphrase(pepperAndWords), e.setScryptWorkFactor(2))));
      return Buffer.concat([Buffer.from(sealed.toString("latin1").replace(/(-> scrypt \S+) 2\n/, "$1 20\n"), "latin1")]);
    },
    "two stanzas": async () => {
      const sealed = Buffer.from(await age((e) => (e.setPassphrase(pepperAndWords), e.setScryptWorkFactor(16)))).toString("latin1");
      const stanza = sealed.match(/-> scrypt [^\n]*\n[^\n]*\n/)[0];
      return Buffer.from(sealed.replace(stanza, stanza + stanza), "latin1");
    },
    "cut short": (bytes) => bytes.subarray(0, 100),
    "nothing": () => Buffer.alloc(0),
  };
  for (const [name, make] of Object.entries(cases)) {
    await page.unroute(keyrings);
    await answer(keyrings, make);
    const told = await refused(server.at(card.link));
    assert.ok(["damaged", "wrong-passphrase"].includes(told), `${name}: ${told}`);
    if (name !== "another member's") assert.equal(told, "damaged", name);
  }
});

test("an index that was changed, swapped, or signed by someone else", async () => {
  const opened = await openIndex(storedIndex(practice, card), await memberIdentity(practice, card));
  const sealAgain = (envelope) => seal(JSON.stringify(envelope), recipientOf(practice, "maya"));
  const payload = payloadOf(opened);
  const changed = (change) => ({ ...opened, payload: Buffer.from(JSON.stringify({ ...payload, ...change })).toString("base64") });
  const other = new Practice();
  const stranger = other.member("maya");
  other.page("library/first.md", "# Forged\n\nLies.");
  other.build();
  for (const [name, make, told] of [
    ["a flipped byte", (bytes) => flip(bytes, bytes.length - 40), ["damaged"]],
    ["another title", () => sealAgain(changed({ reader: "Someone" })), ["forged"]],
    ["a later release", () => sealAgain(changed({ release: payload.release + 1 })), ["forged"]],
    ["another mailbox", () => sealAgain(changed({ mailbox: "0".repeat(32) })), ["forged"]],
    ["no signature", () => sealAgain({ ...opened, signatures: [] }), ["forged", "damaged"]],
    ["another purpose", () => sealAgain({ ...opened, payloadType: "application/vnd.heldspace.head.v1+json" }), ["forged"]],
    ["another practice's, sealed to this member", async () => {
      return sealAgain(await openIndex(storedIndex(other, stranger), await memberIdentity(other, stranger)));
    }, ["forged"]],
    ["another member's", () => storedIndex(practice, jonas), ["damaged", "forged"]],
  ]) {
    await page.unroute(indexes);
    await answer(indexes, make);
    const said = await refused(server.at(card.link));
    assert.ok(told.includes(said), `${name}: ${said}`);
  }
  await other.close();
});

test("a page that was changed or swapped is not shown", async () => {
  practice.page("library/second.md", "# A second page\n\nOther words.");
  practice.build();
  await read(page, server.at(card.link), card.passphrase);
  const names = readdirSync(join(practice.store, "objects"));
  for (const make of [(bytes) => flip(bytes, bytes.length >> 1), (bytes) => bytes.subarray(0, 200), (bytes) => names.map((name) => readFileSync(join(practice.store, "objects", name))).find((other) => !other.equals(bytes))]) {
    await page.unroute(objects);
    await answer(objects, make);
    await page.getByRole("button", { name: "A second page" }).click();
    await page.locator("[role=alert]").waitFor();
    assert.equal(await failure(page), "damaged");
    assert.equal(await page.getByText("Other words").count(), 0);
    await page.getByRole("button", { name: "All pages" }).or(page.getByRole("heading", { name: /^Hello/ })).first().click();
  }
});

test("a host that serves an older release is found out, by a used browser and by a notice's link", async () => {
  const old = practice.keepStore();
  practice.page("library/third.md", "# A third page\n\nNew.");
  practice.build();
  await read(page, server.at(card.link), card.passphrase);
  // The old store has the same mailbox and key; its server takes this address too.
  writeFileSync(join(old, "gate.json"), JSON.stringify({ version: 1, origins: [server.url] }));
  const rolled = await practice.serve(old);
  await page.context().route(`${server.url}/**`, async (route) => {
    const url = route.request().url().replace(server.url, rolled.url);
    await route.fulfill({ response: await route.fetch({ url }) });
  });
  assert.equal(await refused(server.at(card.link)), "older", "a browser that has seen more");
  const fresh = await browser.newContext({ viewport: phone });
  await fresh.route(`${server.url}/**`, async (route) => {
    const url = route.request().url().replace(server.url, rolled.url);
    await route.fulfill({ response: await route.fetch({ url }) });
  });
  page = await fresh.newPage();
  const notice = practice.run("link", "maya").trim();
  assert.equal(await refused(server.at(notice)), "older", "a link that names a newer release");
  await page.goto("about:blank");
  await read(page, server.at(card.link), card.passphrase);
  await page.getByText(/This list was made on/).waitFor();
  rmSync(old, { recursive: true });
});

test("a link that was ended", async () => {
  const notice = practice.run("link", "maya").trim();
  practice.run("link", "maya", "--revoke", "--yes");
  practice.build();
  assert.equal(await refused(server.at(notice)), "ticket-ended");
  await page.goto("about:blank");
  await read(page, server.at(practice.run("link", "maya").trim()), card.passphrase);
});

test("a closed member's card opens nothing", async () => {
  const gone = practice.member("gone");
  practice.build();
  await read(page, server.at(gone.link), gone.passphrase);
  practice.run("member", "close", "gone", "--reason", "left", "--keep-until", "now", "--yes");
  practice.build();
  await page.goto("about:blank");
  assert.equal(await refused(server.at(gone.link), gone.passphrase), "ticket-ended");
});

test("an index of an older epoch is refused once the next was seen; a practice comes back from its 24 words", async () => {
  const whole = new Practice();
  const member = whole.member("maya");
  whole.page("library/first.md", "# A first page\n\nSome words.");
  whole.build();
  const words = join(whole.root, "words");
  writeFileSync(words, whole.recovery.words.join(" "), { mode: 0o600 });
  const old = whole.keepStore();
  whole.run("keys", "rotate", "--words-file", words);
  whole.build();
  const serving = await whole.serve();
  await read(page, serving.at(member.link), member.passphrase);
  await serving.stop();
  // The keys are lost, and come back from paper; members' cards still open.
  rmSync(join(whole.root, ".heldspace/keys.json"));
  whole.run("recover", "--words-file", words, "--epoch", "2", "--no-passphrase");
  whole.page("library/next.md", "# After the loss\n\nStill here.");
  whole.build();
  const again = await whole.serve();
  await page.goto("about:blank");
  await read(page, again.at(member.link), member.passphrase);
  await (await openPage(page, "After the loss")).getByText("Still here.").waitFor();
  writeFileSync(join(old, "gate.json"), JSON.stringify({ version: 1, origins: [again.url] }));
  const rolled = await whole.serve(old);
  await page.context().route(`${again.url}/**`, async (route) => {
    await route.fulfill({ response: await route.fetch({ url: route.request().url().replace(again.url, rolled.url) }) });
  });
  await page.goto("about:blank");
  assert.equal(await refused(again.at(member.link), member.passphrase), "older");
  // Whoever has the old epoch's keys can sign any release, and is refused for the epoch alone.
  const identity = await memberIdentity(whole, member);
  const [before, now] = [payloadOf(await openIndex(storedIndex(whole, member, old), identity)), payloadOf(await openIndex(storedIndex(whole, member), identity))];
  assert.ok(now.release > before.release);
  const late = signIndex(whole, { ...now, statement: before.statement, release: now.release + 1000 }, 1);
  await page.context().unrouteAll();
  await answer(indexes, await seal(JSON.stringify(late), recipientOf(whole, "maya")));
  await page.goto("about:blank");
  assert.equal(await refused(again.at(member.link), member.passphrase), "older");
  // The same, by the epoch in use, opens: nothing else is wrong with it.
  await page.unrouteAll();
  await answer(indexes, await seal(JSON.stringify(signIndex(whole, { ...now, release: now.release + 1000 }, 2)), recipientOf(whole, "maya")));
  await page.goto("about:blank");
  await read(page, again.at(member.link), member.passphrase);
  rmSync(old, { recursive: true });
  await whole.close();
});

function flip(bytes, at) {
  const changed = Buffer.from(bytes);
  changed[at] ^= 1;
  return changed;
}
