// From what a member says to what the practice opens: against a gate that does what a test wants it to do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { identityToRecipient } from "age-encryption";
import { characters, TEXT, type Said } from "../answer.ts";
import { base64, fromUtf8, utf8 } from "../bytes.ts";
import { sign } from "../dsse.ts";
import { failureOf, type Failure } from "../failure.ts";
import { Gate } from "../gate.ts";
import { parseLink } from "../link.ts";
import { fitting, merge, openOwn, sealOwn, type Note } from "../own.ts";
import { Reader } from "../reader.ts";
import type { Notes } from "../writer.ts";
import { Inbox } from "./inbox.ts";
import { seal } from "./practice.ts";

const OWN = "application/vnd.heldspace.own.v1+json";

/** One browser of the member: keeps what it is told to keep, and nothing else. */
class Device {
  reader: Reader;
  kept: string | undefined;
  page: string;

  private constructor(reader: Reader, page: string) {
    this.reader = reader;
    this.page = page;
  }

  static async of(inbox: Inbox, kept?: string): Promise<Device> {
    const reader = await Reader.unlock(new Gate("https://pages.example", inbox.fetch), parseLink(inbox.link()), inbox.words, undefined);
    const page = reader.view().entries[0]!.id;
    await reader.open(page);
    const device = new Device(reader, page);
    device.kept = kept;
    return device;
  }

  async write(step: Parameters<Reader["writer"]["write"]>[1]): Promise<Notes> {
    const notes = await this.reader.writer.write(this.kept, step);
    this.kept = notes.kept;
    return notes;
  }

  async send(said: Said, replaces: string | null = null, block = "b"): Promise<Notes> {
    await this.write({ do: "send", order: { page: this.page, block, replaces, said } });
    return this.write({ do: "deliver" });
  }

  draft(said: Said | null): Promise<Notes> {
    return this.write({ do: "set", key: `draft:${this.page}:b`, value: said });
  }
}

const reply = (text: string): Said => ({ kind: "reply", text });
const failsAs = (kind: Failure["kind"], work: Promise<unknown>): Promise<void> =>
  assert.rejects(work, (error) => (assert.equal(failureOf(error).kind, kind), true));

test("what was said arrives at the practice and at its stand-in, signed, and names the page that was read", async () => {
  const inbox = await Inbox.ready();
  const device = await Device.of(inbox);
  const { sent } = await device.send(reply("I would rather say it here."));
  const [answer] = await inbox.opened();
  assert.deepEqual(await inbox.opened(inbox.standIn), [answer]);
  const { time, ...rest } = answer!;
  assert.ok(Math.abs(Number(time) - Date.now() / 1000) < 60);
  assert.deepEqual(rest, {
    id: sent[0]!.id, mailbox: inbox.mailbox, page: device.page, block: "b", digest: inbox.pages[0]!.object.digest,
    earlier: [], replaces: null, said: { kind: "reply", text: "I would rather say it here." },
  });
  assert.deepEqual([sent[0]!.taken, sent[0]!.arrived], [true, false]);
});

test("a vote for A, one for B, a word, a page of text and a crisis answer are alike to the host", async () => {
  const inbox = await Inbox.ready();
  const device = await Device.of(inbox);
  const said: Said[] = [
    { kind: "poll", chosen: ["a"] },
    { kind: "poll", chosen: ["b-is-longer", "c"] },
    reply(""),
    reply("word ".repeat(1500)),
    { kind: "checkin", items: { "phq9-1": 3, "phq9-9": 3, more: "I do not know how to go on." } },
    { kind: "agenda", texts: { first: "x", second: "" } },
    { kind: "withdrawn" },
  ];
  const requests: string[] = [];
  inbox.refuse = (path) => void requests.push(path.replace(/[0-9a-f]{64}$/, "x"));
  for (const one of said) await device.send(one);
  assert.equal(new Set([...inbox.answers.values()].map((sealed) => sealed.length)).size, 1);
  assert.equal(new Set(requests).size, 1);
  assert.equal(requests.length, said.length);
});

test("an answer whose way or whose acknowledgement is lost is sent again by itself, the same bytes, and once", async () => {
  const inbox = await Inbox.ready();
  const first = await Device.of(inbox);
  for (const lost of ["way", "acknowledgement"] as const) {
    inbox.refuse = () => {
      if (lost === "acknowledgement") return "late";
      throw new TypeError("no connection");
    };
    const { sent, trouble } = await first.send(reply(lost), null, lost);
    assert.deepEqual([trouble?.kind, sent.at(-1)!.taken], ["offline", false]);
  }
  inbox.refuse = undefined;
  assert.equal(inbox.answers.size, 1);
  // Locked in the meantime: what the browser kept is all there is.
  const later = await Device.of(inbox, first.kept);
  const { sent, trouble } = await later.write({ do: "sync" });
  assert.deepEqual([trouble, sent.map(({ taken }) => taken)], [undefined, [true, true]]);
  assert.deepEqual((await inbox.opened()).map(({ said }) => (said as { text: string }).text).sort(), ["acknowledgement", "way"]);
  assert.equal(new Set(inbox.puts).size, 2);
  const { length } = inbox.puts;
  await later.write({ do: "sync" });
  assert.equal(inbox.puts.length, length, "what was taken is not sent again");
});

test("each answer names those that no index has confirmed, the sixteen newest; a change names what it replaces", async () => {
  const inbox = await Inbox.ready();
  const device = await Device.of(inbox);
  let before: string | null = null;
  const ids: string[] = [];
  for (let n = 0; n < 19; n += 1) {
    const { sent }: Notes = await device.send(reply(String(n)), before);
    const opened = await inbox.opened();
    const newest = opened.find(({ said }) => (said as { text: string }).text === String(n))!;
    assert.equal(newest["replaces"], before);
    assert.deepEqual(newest["earlier"], ids.slice(-16), String(n));
    ids.push((before = newest["id"] as string));
    assert.equal(sent.at(-1)!.id, before);
  }
  await inbox.renew(...ids.slice(0, -1));
  await device.reader.refresh();
  const { sent } = await device.send({ kind: "withdrawn" }, before);
  assert.deepEqual((await inbox.opened()).at(-1)!["earlier"], [ids.at(-1)]);
  assert.deepEqual(sent.map(({ said }) => said), [null, { kind: "withdrawn" }], "what was received and replaced is not kept");
});

test("what the host will never take is a draft again; what it cannot take now waits", async () => {
  const inbox = await Inbox.ready();
  const device = await Device.of(inbox);
  const answered = (status: number, more = {}): Response => new Response(null, { status, headers: { Date: new Date().toUTCString(), ...more } });
  const place = `${device.page}:b`;
  for (const [status, kind] of [[413, "too-large"], [422, "refused"], [415, "refused"], [401, "ticket-ended"]] as const) {
    inbox.refuse = () => answered(status);
    const notes = await device.send(reply(`at ${status}`));
    assert.equal(notes.refused.get(place)?.kind, kind);
    assert.deepEqual([notes.drafts.get(place), notes.sent], [reply(`at ${status}`), []]);
  }
  for (const status of [429, 503, 507, 500, 404]) {
    inbox.refuse = () => answered(status, { "Retry-After": "90" });
    const notes = await device.send(reply(`at ${status}`));
    assert.deepEqual(notes.trouble, { kind: "busy", seconds: 90, during: "read" });
    assert.deepEqual([notes.refused.size, notes.drafts.size], [0, 0]);
  }
  inbox.refuse = undefined;
  await device.write({ do: "deliver" });
  assert.equal(inbox.answers.size, 5);
});

test("an answer that is too long is refused before it is made, by the limits that the practice has", async () => {
  const inbox = await Inbox.ready();
  const device = await Device.of(inbox);
  await device.send(reply("ä".repeat(TEXT)));
  await failsAs("too-large", device.send(reply("ä".repeat(TEXT + 1))));
  await failsAs("too-large", device.send({ kind: "agenda", texts: { a: "a".repeat(TEXT), b: "b".repeat(TEXT), c: "c" } }));
  // Few enough, but more bytes than the gate takes.
  await failsAs("too-large", device.send({ kind: "agenda", texts: { a: "語".repeat(TEXT), b: "語".repeat(TEXT - 10) } }));
  assert.equal(inbox.answers.size, 1);
  assert.equal(characters("a😀"), 2);
});

test("nothing is sealed to fewer than the practice named", async () => {
  const inbox = await Inbox.ready();
  for (const recipients of [[], [await identityToRecipient(inbox.reads), "age1qqq"]]) {
    inbox.release += 1;
    await inbox.publish({ recipients });
    await failsAs("damaged", (await Device.of(inbox)).send(reply("x")));
  }
  assert.equal(inbox.answers.size, 0);
});

test("a draft lasts on the device and follows to the next one; only ciphertext is kept", async () => {
  const inbox = await Inbox.ready();
  const phone = await Device.of(inbox);
  await phone.draft(reply("zqxmarker"));
  assert.ok(!fromUtf8(utf8(phone.kept!)).includes("zqxmarker") && !Buffer.from(phone.kept!, "base64").includes("zqxmarker"));
  const again = await Device.of(inbox, phone.kept);
  const place = `${again.page}:b`;
  assert.deepEqual((await again.write({ do: "read" })).drafts.get(place), reply("zqxmarker"));
  await again.write({ do: "sync" });
  const tablet = await Device.of(inbox);
  assert.deepEqual((await tablet.write({ do: "sync" })).drafts.get(place), reply("zqxmarker"));
  await tablet.draft(null);
  await tablet.write({ do: "sync" });
  assert.equal((await again.write({ do: "sync" })).drafts.size, 0, "what was thrown away stays so");
});

test("two devices at once: neither takes anything from the other, whoever comes first", async () => {
  const inbox = await Inbox.ready();
  const [phone, tablet] = [await Device.of(inbox), await Device.of(inbox)];
  const tick = (device: Device, block: string): Promise<Notes> => device.write({ do: "set", key: `done:${device.page}:${block}`, value: 1 });
  await Promise.all([tick(phone, "a"), tick(tablet, "b")]);
  await Promise.all([phone.write({ do: "sync" }), tablet.write({ do: "sync" })]);
  await phone.write({ do: "sync" });
  for (const device of [phone, tablet, await Device.of(inbox)]) {
    assert.deepEqual([...(await device.write({ do: "sync" })).done.keys()].sort(), [`${device.page}:a`, `${device.page}:b`]);
  }
});

test("two devices that answer in one second come to show the same answer, with its words", async () => {
  for (let seconds = new Set<number>(); seconds.size !== 1; ) {
    const inbox = await Inbox.ready();
    const devices = [await Device.of(inbox), await Device.of(inbox)];
    await Promise.all(devices.map((device, n) => device.send(reply(`From ${n}.`))));
    for (const device of [...devices, ...devices, ...devices]) await device.write({ do: "sync" });
    const shown = await Promise.all(devices.map(async (device) => (await device.write({ do: "read" })).sent));
    seconds = new Set(shown.flat().map(({ time }) => time));
    const words = shown.map((sent) => sent.at(-1)!.said);
    assert.deepEqual(words[0], words[1]);
    assert.notEqual(words[0], null);
    assert.equal((await inbox.opened()).length, 2);
  }
});

test("own notes that the member did not sign, or of another mailbox, are left aside and said so", async () => {
  const inbox = await Inbox.ready();
  const recipient = await identityToRecipient(inbox.identity);
  const stranger = new Uint8Array(32).fill(9);
  const note = (mailbox: string, seed: Uint8Array, key = `done:${"0".repeat(32)}:x`): Promise<Uint8Array> =>
    seal(utf8(JSON.stringify(sign(OWN, utf8(JSON.stringify({ mailbox, counter: 9, entries: { [key]: { value: 1, time: 9_000_000_000 } } })), seed))), recipient);
  for (const own of [await note(inbox.mailbox, stranger), await note("ab".repeat(16), inbox.memberSeed), await note(inbox.mailbox, inbox.memberSeed, "__proto__"), utf8("no age file")]) {
    const device = await Device.of(inbox);
    await device.draft(reply("mine"));
    inbox.own = own;
    const notes = await device.write({ do: "sync" });
    assert.deepEqual([notes.strange, notes.done.size, notes.drafts.size], [true, 0, 1]);
    // The host's copy is put right.
    assert.equal((await inbox.open(inbox.own, OWN, inbox.identity))["mailbox"], inbox.mailbox);
  }
  const device = await Device.of(inbox, base64.encode(await note(inbox.mailbox, stranger)));
  assert.equal((await device.write({ do: "read" })).strange, true);
});

test("merging is the same in any order, and gives up nothing newer", () => {
  const note = (value: unknown, time: number): Note => ({ value, time });
  const one = new Map([["draft:a", note("old", 1)], ["done:a", note(1, 5)], ["draft:c", note("x", 7)]]);
  const other = new Map([["draft:a", note("new", 2)], ["done:a", note(null, 6)], ["draft:b", note("b", 1)], ["draft:c", note("y", 7)]]);
  const expected = [["done:a", note(null, 6)], ["draft:a", note("new", 2)], ["draft:b", note("b", 1)], ["draft:c", note("y", 7)]];
  for (const [a, b] of [[one, other], [other, one]] as const) {
    assert.deepEqual([...merge(a, b)].sort(), expected);
    assert.deepEqual(merge(merge(a, b), a), merge(a, b));
  }
});

test("the host's copy stays below what it takes: sealed answers go first, then old ones, drafts and ticks last", async () => {
  const inbox = await Inbox.ready();
  const large = "x".repeat(20_000);
  const entries = new Map<string, Note>([["done:x", { value: 1, time: 1 }]]);
  for (let n = 1; n <= 4; n += 1) for (const kind of ["pending", "sent", "draft"]) entries.set(`${kind}:${n}`, { value: large, time: n });
  assert.deepEqual([...fitting(entries).keys()], ["done:x", "draft:4", "draft:3", "draft:2", "draft:1"]);
  const keyring = { mailbox: inbox.mailbox, identities: [inbox.identity], seed: inbox.memberSeed, root: inbox.root };
  const sealed = await sealOwn({ counter: 1, entries: fitting(entries) }, keyring);
  assert.ok(sealed.length < 256 * 1024, String(sealed.length));
  assert.equal((await openOwn(sealed, keyring)).entries.size, 5);
  assert.equal((await sealOwn({ counter: 1, entries: new Map() }, keyring)).length, (await sealOwn({ counter: 1, entries: new Map([["done:x", { value: 1, time: 1 }]]) }, keyring)).length);
});
