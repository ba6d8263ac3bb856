// From a link and six words to a page, against a host that does what a test wants it to do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { Gate } from "../gate.ts";
import { base64, fromUtf8, utf8 } from "../bytes.ts";
import { sign, type Envelope } from "../dsse.ts";
import { fail, failureOf, sentence, type Failure } from "../failure.ts";
import { parseLink } from "../link.ts";
import { PART, type SealedObject } from "../index.ts";
import type { Seen } from "../memory.ts";
import { Reader } from "../reader.ts";
import { list, noise, padded, Practice, random, seal, type Answer } from "./practice.ts";

const html = "<!doctype html><html lang=en><head><title>x</title></head><body><main>Hello</main></body></html>";

async function aPractice(): Promise<Practice> {
  const practice = await Practice.open();
  await practice.page(html, { title: "First" });
  await practice.publish();
  return practice;
}

type How = { words?: string[]; link?: string; seen?: Seen };
const unlock = (practice: Practice, how: How = {}): Promise<Reader> =>
  Reader.unlock(new Gate("https://pages.example", practice.fetch), parseLink(how.link ?? practice.link()), how.words ?? practice.words, how.seen);

const failsAs = (kind: Failure["kind"], work: Promise<unknown>): Promise<void> =>
  assert.rejects(work, (error) => (assert.equal(failureOf(error).kind, kind, String((error as Error).cause ?? error)), true));

test("a link and six words open the list and a page", async () => {
  const practice = await aPractice();
  const reader = await unlock(practice);
  const view = reader.view();
  assert.deepEqual([view.practice, view.reader, view.older], ["Practice at the Canal", "Ana", false]);
  assert.deepEqual(view.entries.map(({ title }) => title), ["First"]);
  assert.ok(!("object" in view.entries[0]!), "no key leaves the worker with the list");
  assert.equal((await reader.open(view.entries[0]!.id)).trimEnd(), html);
});

test("a file that goes with a page arrives whole, in parts, and no key leaves the worker", async () => {
  const practice = await Practice.open();
  const bytes = noise(PART + 1000);
  const attachment = await practice.attachment("walk.mp3", "audio/mpeg", bytes);
  const page = await practice.page(html, { title: "First", attachments: [attachment] });
  await practice.publish();
  const reader = await unlock(practice);
  const { parts: _, ...offered } = attachment;
  assert.deepEqual(reader.view().entries[0]!.attachments, [offered]);
  const blob = await reader.attachment(page.id, attachment.id);
  assert.ok(Buffer.from(bytes).equals(Buffer.from(await blob.arrayBuffer())));
  await failsAs("gone", reader.attachment(page.id, "00".repeat(16)));
  await failsAs("gone", reader.attachment("00".repeat(16), attachment.id));
});

test("parts that are missing, swapped, spoiled, or not as long as the index says are not shown", async () => {
  const practice = await Practice.open();
  const good = await practice.attachment("a.pdf", "application/pdf", noise(PART + 1000));
  const [first, second] = good.parts as [SealedObject, SealedObject];
  const variants: [Failure["kind"], Partial<typeof good>][] = [
    ["damaged", { parts: [first] }],
    ["damaged", { parts: [second, first] }],
    ["damaged", { length: PART + 300_000 }],
    ["damaged", { parts: [first, second, second] }],
    ["forged", { parts: [first, { ...second, digest: first.digest }] }],
    ["gone", { parts: [first, { ...second, name: "00".repeat(16) }] }],
  ];
  const pages = [];
  for (const [, change] of variants) pages.push(await practice.page(html, { title: "x", attachments: [{ ...good, ...change }] }));
  await practice.publish();
  const reader = await unlock(practice);
  for (const [n, [kind]] of variants.entries()) await failsAs(kind, reader.attachment(pages[n]!.id, good.id));
});

test("an index without files and links is one of an older practice; one with too many of them is refused", async () => {
  const practice = await Practice.open();
  const page = await practice.page(html, { title: "Old" });
  delete (page as Partial<typeof page>).attachments;
  delete (page as Partial<typeof page>).links;
  await practice.publish();
  assert.deepEqual((await unlock(practice)).view().entries.map(({ attachments, links }) => [attachments, links]), [[[], []]]);
  const one = await practice.attachment("a.txt", "text/plain", utf8("a"));
  for (const change of [
    { attachments: Array(51).fill(one) },
    { links: Array(1025).fill("00".repeat(16)) },
    { attachments: [{ ...one, length: 0 }] },
    { attachments: [{ ...one, length: 101 * 1024 * 1024 }] },
    { attachments: [{ ...one, parts: Array(26).fill(one.parts[0]) }] },
    { attachments: [{ ...one, more: 1 }] },
    { attachments: [{ ...one, id: "../../x" }] },
  ]) {
    const practice = await Practice.open();
    await practice.page(html, { title: "x", ...change });
    await practice.publish();
    await failsAs("damaged", unlock(practice));
  }
});

test("older entries come part by part, the newest part first", async () => {
  const practice = await Practice.open();
  for (const name of ["a", "b"]) {
    await practice.page(html, { title: name });
    practice.parts.push(await practice.sealObject(padded(JSON.stringify(practice.pages.splice(0)))));
  }
  await practice.page(html, { title: "c" });
  await practice.publish();
  const reader = await unlock(practice);
  const titles = (): string[] => reader.view().entries.map(({ title }) => title);
  assert.deepEqual([titles(), reader.view().older], [["c"], true]);
  await reader.older();
  assert.deepEqual([titles(), reader.view().older], [["b", "c"], true]);
  await reader.older();
  assert.deepEqual([titles(), reader.view().older], [["a", "b", "c"], false]);
  assert.equal((await reader.open(reader.view().entries[0]!.id)).trimEnd(), html);
});

test("other words are a wrong passphrase", async () => {
  const practice = await aPractice();
  await failsAs("wrong-passphrase", unlock(practice, { words: [...practice.words.slice(1), list[5]!] }));
});

test("a ticket of another's is ended, and so is one for an unknown mailbox", async () => {
  const practice = await aPractice();
  const link = practice.link();
  practice.ticket = random(16);
  await failsAs("ticket-ended", unlock(practice, { link }));
  practice.mailbox = "0".repeat(32);
  await failsAs("ticket-ended", unlock(practice, { link }));
});

test("a keyring of another shape is refused before anything is derived", async () => {
  const practice = await aPractice();
  const recipient = await identityToRecipient(practice.identity);
  const good = Buffer.from(practice.keyring);
  const stanza = good.subarray(good.indexOf("->"), good.indexOf("---"));
  const text = (from: string, to: string): Uint8Array => Buffer.from(good.toString("latin1").replace(from, to), "latin1");
  const keyrings = {
    "X25519": await seal(padded("{}"), recipient),
    "factor 20": text(" 16\n", " 20\n"),
    "factor 9": text(" 16\n", " 9\n"),
    "two stanzas": Buffer.concat([good.subarray(0, good.indexOf("->")), stanza, good.subarray(good.indexOf("->"))]),
    "nothing": new Uint8Array(),
  };
  for (const [name, keyring] of Object.entries(keyrings)) {
    practice.keyring = keyring;
    const begun = performance.now();
    await failsAs("damaged", unlock(practice));
    assert.ok(performance.now() - begun < 50, name);
  }
});

test("a keyring that is spoiled, or says something else than it should", async () => {
  const practice = await aPractice();
  const good = practice.keyring;
  practice.keyring = good.map((byte, at) => (at === good.length - 1 ? byte ^ 1 : byte));
  await failsAs("damaged", unlock(practice));
  for (const [kind, change] of [["forged", { mailbox: "0".repeat(32) }], ["damaged", { version: 2 }], ["damaged", { extra: 1 }]] as const) {
    await practice.makeKeyring(change);
    await failsAs(kind, unlock(practice));
  }
});

test("an index that is not the practice's, or not this member's, is forged", async () => {
  const practice = await aPractice();
  const forgeries: Record<string, () => Promise<void>> = {
    "another mailbox": () => practice.publish({ mailbox: "0".repeat(32) }),
    "a statement that the root did not sign": () => practice.publish({ statement: practice.statement(random(32)) }),
    "another type": () => practice.publish({}, (signed) => JSON.stringify({ ...signed, payloadType: practice.statement().payloadType })),
    "another payload": () => practice.publish({}, (signed) => JSON.stringify({ ...signed, payload: Buffer.from(Buffer.from(signed.payload, "base64").toString().replace("First", "Frist")).toString("base64") })),
    "another epoch's key": async () => {
      const statement = practice.statement();
      practice.epochSeed = random(32);
      await practice.publish({ statement });
    },
  };
  for (const forge of Object.values(forgeries)) {
    await forge();
    await failsAs("forged", unlock(practice));
  }
});

test("an index that does not open is damaged", async () => {
  const practice = await aPractice();
  const good = practice.index;
  practice.index = good.map((byte, at) => (at === 300 ? byte ^ 1 : byte));
  await failsAs("damaged", unlock(practice));
  practice.index = await seal(padded("{}"), await identityToRecipient(await generateX25519Identity()));
  await failsAs("damaged", unlock(practice));
  await practice.publish({}, () => '{"payload":1}');
  await failsAs("damaged", unlock(practice));
});

test("an index that the practice signed and that is not as it should be is damaged, not forged", async () => {
  const practice = await aPractice();
  for (const change of [{ more: true }, { pages: [{ ...practice.pages[0], object: {} }] }, { pages: Array(257).fill(practice.pages[0]) }]) {
    await practice.publish(change);
    await failsAs("damaged", unlock(practice));
  }
  const twin = (signed: Envelope): string => {
    const payload = utf8(fromUtf8(base64.decode(signed.payload)).replace("{", '{"release":1,'));
    return JSON.stringify(sign("application/vnd.heldspace.index.v1+json", payload, practice.epochSeed));
  };
  await practice.publish({}, twin);
  await failsAs("damaged", unlock(practice));
});

test("older entries and a new index do not mix", async () => {
  const practice = await Practice.open();
  await practice.page(html, { title: "a" });
  practice.parts.push(await practice.sealObject(padded(JSON.stringify(practice.pages.splice(0)))));
  await practice.page(html, { title: "b" });
  await practice.publish();
  const reader = await unlock(practice);
  const older = reader.older();
  practice.parts = [];
  practice.release += 1;
  await practice.publish();
  await Promise.all([older, reader.refresh()]);
  assert.deepEqual([reader.view().entries.map(({ title }) => title), reader.view().older], [["b"], false]);
  practice.objects.clear();
  await reader.older();
  practice.release -= 1;
  await practice.publish();
  await failsAs("older", reader.refresh());
  practice.release += 2;
  await practice.publish();
  await reader.refresh();
});

test("nothing goes back in time", async () => {
  const practice = await aPractice();
  const { release } = practice;
  await failsAs("older", unlock(practice, { link: practice.link(release + 1) }));
  await failsAs("older", unlock(practice, { link: practice.link(0, 2) }));
  await failsAs("older", unlock(practice, { seen: { epoch: 1, release: release + 1 } }));
  await failsAs("older", unlock(practice, { seen: { epoch: 2, release } }));
  const reader = await unlock(practice, { link: practice.link(release), seen: { epoch: 1, release } });
  practice.release -= 1;
  await practice.publish();
  await failsAs("older", reader.refresh());
  practice.release += 2;
  await practice.publish({ pages: [] });
  await reader.refresh();
  assert.deepEqual(reader.view().entries, []);
  practice.epoch = 2;
  practice.release -= 100;
  await practice.publish();
  await reader.refresh();
  practice.epoch = 1;
  practice.release += 200;
  await practice.publish();
  await failsAs("older", reader.refresh());
});

test("an object that is not the one the index names is not shown", async () => {
  const practice = await aPractice();
  const other = await practice.page(html.replace("Hello", "Other"), { title: "Second" });
  await practice.publish();
  const reader = await unlock(practice);
  const [first] = practice.pages;
  const good = practice.objects.get(first!.object.name)!;
  practice.objects.set(first!.object.name, practice.objects.get(other.object.name)!);
  await failsAs("damaged", reader.open(first!.id));
  practice.objects.set(first!.object.name, await seal(padded("<p>forged"), await identityToRecipient(first!.object.identity)));
  await failsAs("forged", reader.open(first!.id));
  practice.objects.delete(first!.object.name);
  await failsAs("gone", reader.open(first!.id));
  practice.objects.set(first!.object.name, good);
  assert.ok(await reader.open(first!.id));
});

test("a host that is not well, or not there", async () => {
  const practice = await aPractice();
  const answers: [Failure["kind"], (answer: Answer, path: string) => Answer][] = [
    ["busy", (answer) => ({ ...answer, status: 429, headers: { ...answer.headers, "Retry-After": "120" } })],
    ["busy", (answer) => ({ ...answer, status: 503 })],
    ["clock", (answer) => ({ ...answer, headers: { Date: new Date(Date.now() - 86_401_000).toUTCString() } })],
    ["clock", (answer) => ({ ...answer, headers: { Date: new Date(Date.now() + 86_401_000).toUTCString() } })],
    ["damaged", (answer) => ({ ...answer, headers: {} })],
    ["damaged", (answer) => ({ ...answer, body: new Uint8Array(65 * 1024) })],
    ["damaged", (answer, path) => (path.endsWith("/index") ? { ...answer, body: new Uint8Array(4096 * 1024 + 1) } : answer)],
    ["offline", () => { throw new TypeError("failed to fetch"); }],
    ["unexpected", () => { throw new Error("a bug"); }],
  ];
  for (const [kind, spoil] of answers) {
    practice.spoil = (path, answer) => spoil(answer, path);
    await failsAs(kind, unlock(practice));
  }
});

test("a pass follows the server's clock, and is made anew when it was refused", async () => {
  const practice = await aPractice();
  let refused = 0;
  practice.spoil = (path, answer) => (path.endsWith("/index") && (refused += 1) === 1 ? { ...answer, status: 401 } : answer);
  await unlock(practice);
  assert.equal(refused, 2);
  practice.spoil = (path, answer) => (path.endsWith("/index") ? { ...answer, status: 401 } : answer);
  await failsAs("ticket-ended", unlock(practice));
});

test("an object is 8 MiB at most, as the gate gives it", async () => {
  const practice = await aPractice();
  const reader = await unlock(practice);
  practice.spoil = (_, answer) => ({ ...answer, body: new Uint8Array(8192 * 1024 + 1) });
  await failsAs("damaged", reader.open(practice.pages[0]!.id));
});

test("busy says for how long, and claims nothing about the words", () => {
  const next = (seconds: number, during: "unlock" | "read"): string => sentence({ kind: "busy", seconds, during }).next;
  assert.equal(next(0, "unlock"), "This says nothing about your words. Wait half a minute, then compare them with your card.");
  assert.equal(next(31, "read"), "Please wait a minute, then try again.");
  assert.equal(next(61, "read"), "Please wait 2 minutes, then try again.");
});

test("a failure keeps its kind on the way up", () => {
  assert.deepEqual(failureOf(fail("older")), { kind: "older" });
});
