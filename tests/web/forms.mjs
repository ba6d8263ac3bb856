// Pages with forms, signed by the practice, and the practice's side of what comes back: opened with its own keys.

import { createHash, createPrivateKey, randomBytes, sign } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Decrypter, identityToRecipient } from "age-encryption";
import { bech32 } from "@scure/base";
import { answer, indexes, keyrings, memberIdentity, memberKeyring, objects, openIndex, payloadOf, recipientOf, seal, sealPage, signIndex, storedIndex } from "./forge.mjs";
import { Practice } from "./harness.mjs";

export const readers = "Your therapist sees your name, the group does not. Nobody reads this straight away.";
const block = (id, asks, more = {}) => ({ version: 1, id, title: null, closes: null, repeats: null, readers, asks, ...more });

const often = ["Not at all", "Several days", "More than half the days", "Nearly every day"].map((label, value) => ({ id: String(value), label, value }));
const often4 = { kind: "choice", options: often, several: false };
export const blocks = {
  reply: block("reply", { kind: "reply", prompt: "How did the week go?" }),
  poll: block("times", { kind: "poll", prompt: "Which times could you make?", options: [{ id: "tue", label: "Tuesday 1 December, 18:00" }, { id: "wed", label: "Wednesday 2 December, 18:30" }, { id: "thu", label: "Thursday 3 December, 17:00, in the small room upstairs" }], several: true }, { title: "The next session" }),
  one: block("one", { kind: "poll", prompt: "Shall we meet on New Year’s Eve?", options: [{ id: "yes", label: "Yes" }, { id: "no", label: "No" }], several: false }),
  checkin: block("week", {
    kind: "checkin",
    instrument: null,
    intro: null,
    items: [
      { id: "mood", label: "How was your mood this week?", asks: { kind: "scale", from: 0, to: 10, low: "as low as it gets", high: "bright" } },
      { id: "sleep", label: "How did you sleep?", asks: { kind: "choice", options: [{ id: "well", label: "Well" }, { id: "badly", label: "Badly" }], several: false } },
      { id: "helped", label: "What helped?", asks: { kind: "choice", options: [{ id: "walk", label: "Walking" }, { id: "talk", label: "Talking to someone" }], several: true } },
      { id: "hours", label: "How many hours did you sleep last night?", asks: { kind: "number", from: 0, to: 24, unit: "hours" } },
      { id: "words", label: "Anything else?", asks: { kind: "text" } },
    ],
    notes: [],
    danger: null,
  }, { title: "How are you this week?", repeats: 7 }),
  phq: block("phq", {
    kind: "checkin",
    instrument: "phq-9",
    intro: "Over the last 2 weeks, how often have you been bothered by any of the following problems?",
    items: [
      { id: "1", label: "Little interest or pleasure in doing things", asks: often4 },
      { id: "9", label: "Thoughts that you would be better off dead or of hurting yourself in some way", asks: often4, safety: true },
    ],
    notes: ["This is a screening, not a diagnosis."],
    danger: { hours: "Monday to Friday, 9:00 to 17:00", window: "within one working day", lines: [{ name: "988 Suicide & Crisis Lifeline", number: "988", hours: "day and night" }, { name: "The practice", number: "+1 555 0100" }] },
  }),
  agenda: block("before", { kind: "agenda", prompts: [{ id: "bring", label: "What would you like to bring?" }, { id: "avoid", label: "What should we leave alone for now?" }] }),
  done: block("breathe", { kind: "done", label: "I did the breathing exercise" }, { readers: "This tick is for you alone. Nobody else learns of it." }),
  closed: block("late", { kind: "poll", prompt: "Which colour?", options: [{ id: "a", label: "Green" }], several: false }, { closes: 1_700_000_000 }),
};

export const inPage = (one) => `<div class="ask" data-block="${(typeof one === "string" ? one : JSON.stringify(one)).replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"><p>A question.</p><p>To answer, open this page with your link.</p></div>`;
export const documentOf = (body) => `<!doctype html><html lang="en" dir="ltr"><head><meta charset="utf-8"><title>A page</title></head><body><main><header><p class="audience">Tuesday</p><h1>A page</h1></header>${body}</main></body></html>`;

/** A practice with one member, whose pages are these: title → what stands in the page. */
export class Asking {
  constructor() {
    this.practice = new Practice();
    this.card = this.practice.member("maya");
    this.practice.page("library/x.md", "# A page\n\nWords.").build();
    this.received = [];
  }

  async write(pages) {
    this.payload = payloadOf(await openIndex(storedIndex(this.practice, this.card), await memberIdentity(this.practice, this.card)));
    this.sealed = await Promise.all(Object.entries(pages).map(([title, body]) => sealPage(title, documentOf(body))));
    this.server = await this.practice.serve();
    return this;
  }

  get link() {
    return this.server.at(this.card.link);
  }

  /** Gives a browser these pages. */
  async give(context) {
    // These tests unlock more often than the gate lets anyone do.
    const keyring = readFileSync(join(this.practice.store, "keyrings", this.card.mailbox, "1"));
    await context.route(keyrings, (route) => route.fulfill({ body: keyring, headers: { Date: new Date().toUTCString() } }));
    await answer(context, indexes, async () => {
      const pages = this.sealed.map(({ entry }) => entry);
      return seal(JSON.stringify(signIndex(this.practice, { ...this.payload, pages, received: this.received })), recipientOf(this.practice, "maya"));
    });
    await answer(context, objects, (_, url) => this.sealed.find(({ entry }) => url.endsWith(entry.object.name)).sealed);
  }

  open(bytes) {
    return openedAnswer(this.practice, bytes);
  }
}

/** The practice's own keys, as a stock `age` takes them. */
export function practiceIdentities(practice) {
  const { epochs } = JSON.parse(readFileSync(join(practice.root, ".heldspace/keys.json"), "utf8"));
  return epochs.map(({ identity }) => bech32.encode("age-secret-key-", bech32.toWords(Buffer.from(identity, "base64")), false).toUpperCase());
}

/** What an answer says, opened with the practice's own key. (Its signature is looked at in src/viewer/test.) */
export async function openedAnswer(practice, bytes) {
  const decrypter = new Decrypter();
  practiceIdentities(practice).forEach((identity) => decrypter.addIdentity(identity));
  return payloadOf(JSON.parse(await decrypter.decrypt(bytes, "text")));
}

/** Lays down at the host what a member has sent at another time: to a block of the page with that title. */
export async function sentAt(practice, card, time, title, block, said) {
  const { identities: [identity], seed } = await memberKeyring(practice, card);
  const index = payloadOf(await openIndex(storedIndex(practice, card), identity));
  const { id: page, object: { digest } } = index.pages.find((one) => one.title === title);
  const answer = { id: randomBytes(16).toString("hex"), mailbox: card.mailbox, page, block, digest, time, earlier: [], replaces: null, said };
  const sealed = await seal(JSON.stringify(signed("application/vnd.heldspace.answer.v1+json", answer, seed)).padEnd(1 << 14), index.recipients[0]);
  const folder = join(practice.store, "answers", card.mailbox);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, createHash("sha256").update(sealed).digest("hex")), sealed);
}

function signed(payloadType, payload, seed) {
  const bytes = Buffer.from(JSON.stringify(payload));
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.from(seed, "base64")]);
  const whole = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${bytes.length} `), bytes]);
  const sig = sign(null, whole, createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" })).toString("base64");
  return { payloadType, payload: bytes.toString("base64"), signatures: [{ keyid: "", sig }] };
}

/** Own notes as the member would have written them on another device: with their entries changed. */
export async function rewritten(asking, sealed, change) {
  const { identities: [identity], seed } = await memberKeyring(asking.practice, asking.card);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const { payloadType, payload } = JSON.parse(await decrypter.decrypt(sealed, "text"));
  const notes = JSON.parse(Buffer.from(payload, "base64"));
  change(notes.entries);
  return seal(JSON.stringify(signed(payloadType, notes, seed)), await identityToRecipient(identity));
}

/** A host that takes what members write, in the gate's place. */
export class Host {
  answers = [];
  own = undefined;
  /** Refuses with this status, while it is set; nothing comes through while it is lost. */
  status = undefined;
  isLost = false;

  async take(context) {
    await context.route(/\/api\/mailboxes\/[0-9a-f]+\/(?:answers\/[0-9a-f]+|own)$/, (route) => {
      const request = route.request();
      const body = request.postDataBuffer();
      const say = (status, headers = {}, more = undefined) => route.fulfill({ status, headers: { Date: new Date().toUTCString(), ...headers }, ...(more && { body: more }) });
      if (this.isLost) return route.abort("internetdisconnected");
      if (this.status !== undefined) return say(this.status, { "Retry-After": "30" });
      if (request.url().endsWith("/own")) {
        const tag = this.own && `"${createHash("sha256").update(this.own).digest("hex")}"`;
        if (request.method() === "GET") return this.own === undefined ? say(204) : say(200, { ETag: tag }, this.own);
        const { "if-match": match, "if-none-match": none } = request.headers();
        if (this.own === undefined ? none !== "*" : match !== tag) return say(412);
        this.own = body;
        return say(204);
      }
      const known = this.answers.some((one) => one.equals(body));
      if (!known) this.answers.push(body);
      return say(known ? 200 : 201);
    });
  }
}
