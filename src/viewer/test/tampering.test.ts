// Every field of everything that a member is sent, changed in turn: in an index, a keyring, an entry, a page. Whatever it
// is, nothing is shown. Not listed by hand: the keys are walked, so that a new one is tried too.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Decrypter, identityToRecipient } from "age-encryption";
import { base64, fromUtf8, utf8 } from "../bytes.ts";
import { sign, type Envelope } from "../dsse.ts";
import { failureOf, type Failure } from "../failure.ts";
import { Gate } from "../gate.ts";
import { openIndex, openObject, openPart, type Index, type SealedObject } from "../index.ts";
import { openKeyring, type Keyring } from "../keyring.ts";
import { parseLink } from "../link.ts";
import { Reader } from "../reader.ts";
import { padded, Practice, random, seal } from "./practice.ts";

type Json = null | string | number | boolean | Json[] | { [key: string]: Json };
type Path = readonly (string | number)[];

const html = "<!doctype html><html lang=en><head><title>x</title></head><body><main>Hello</main></body></html>";
const refusals: readonly Failure["kind"][] = ["damaged", "forged", "older", "gone", "wrong-passphrase", "ticket-ended"];

/** Where every value stands, those inside others included. */
function paths(value: Json, at: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [at];
  const inner = Object.entries(value).flatMap(([key, one]) => paths(one, [...at, Array.isArray(value) ? Number(key) : key]));
  return at.length === 0 ? inner : [at, ...inner];
}

function set(value: Json, path: Path, change: (old: Json) => Json | undefined): Json {
  const copy = structuredClone(value);
  const parent = path.slice(0, -1).reduce<Json>((at, key) => (at as Record<string, Json>)[key]!, copy) as Record<string, Json>;
  const last = path[path.length - 1]!;
  const changed = change(parent[last]!);
  if (changed === undefined) delete parent[last];
  else parent[last] = changed;
  return copy;
}

/** Another value of the same kind, and of the same form where it has one. */
function other(old: Json): Json {
  if (typeof old === "number") return old + 1;
  if (typeof old !== "string") return Array.isArray(old) ? [...old, old[0] ?? "0".repeat(32)] : old === null ? 1 : {};
  if (/^[0-9a-f]{32,}$/.test(old)) return (old.startsWith("0") ? "1" : "0") + old.slice(1);
  return old === "" ? "x" : (old.startsWith("A") ? "B" : "A") + old.slice(1);
}

const changes: Record<string, (old: Json) => Json | undefined> = {
  "another value": other,
  "of another kind": (old) => (typeof old === "string" ? 7 : "x"),
  "nothing": () => undefined,
};

async function aPractice(): Promise<Practice> {
  const practice = await Practice.open();
  await practice.page(html, { title: "Old", date: "2026-11-24", order: 1 });
  practice.parts.push(await practice.sealObject(padded(JSON.stringify(practice.pages.splice(0)))));
  await practice.page(html, { title: "First", date: "2026-11-24", order: 1 });
  await practice.publish();
  return practice;
}

async function opened(sealed: Uint8Array, identity: string): Promise<string> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return fromUtf8(await decrypter.decrypt(sealed));
}

const refused = (name: string, work: Promise<unknown>): Promise<void> =>
  assert.rejects(work, (error) => (assert.ok(refusals.includes(failureOf(error).kind), `${name}: ${String(error)}`), true), name);

const practice = await aPractice();
const link = parseLink(practice.link());
const keyring: Keyring = await openKeyring(practice.keyring, link, practice.words);
const envelope = JSON.parse(await opened(practice.index, practice.identity)) as Envelope;
const payload = JSON.parse(fromUtf8(base64.decode(envelope.payload))) as Json;
const recipient = await identityToRecipient(practice.identity);
const openAgain = async (text: string): Promise<Index> => openIndex(await seal(padded(text), recipient), keyring, link, undefined);

test("as it is, it opens: and all keys are walked", async () => {
  assert.equal((await openAgain(JSON.stringify(envelope))).pages.length, 1);
  const walked = new Set(paths(payload).map((path) => path.filter((key) => typeof key === "string").join(".")));
  for (const key of ["mailbox", "release", "issued", "statement.payload", "statement.signatures.sig", "recipients", "practice", "reader", "pages.id", "pages.title", "pages.date", "pages.order", "pages.audience.kind", "pages.audience.title", "pages.kind", "pages.object.name", "pages.object.identity", "pages.object.digest", "parts.digest", "received"]) {
    assert.ok(walked.has(key), key);
  }
});

for (const [how, change] of Object.entries(changes)) {
  test(`each field of an index is ${how}`, async () => {
    for (const path of paths(payload)) {
      const name = `${path.join(".")} ${how}`;
      const bytes = utf8(JSON.stringify(set(payload, path, change)));
      // Under the old signature, and under those of keys that a host could have.
      await refused(`${name}, signed as before`, openAgain(JSON.stringify({ ...envelope, payload: base64.encode(bytes) })));
      for (const seed of [practice.memberSeed, random(32)]) {
        await refused(`${name}, signed anew`, openAgain(JSON.stringify(sign("application/vnd.heldspace.index.v1+json", bytes, seed))));
      }
    }
  });

  test(`each field of an envelope is ${how}`, async () => {
    for (const path of paths(envelope as unknown as Json)) {
      await refused(`${path.join(".")} ${how}`, openAgain(JSON.stringify(set(envelope as unknown as Json, path, change))));
    }
  });
}

// A host can't do this: it has neither the pepper nor the words. A practice's own mistake could.
test("each field of a keyring", async () => {
  const plain: Json = {
    version: 1,
    mailbox: practice.mailbox,
    identities: [practice.identity],
    seed: base64.encode(practice.memberSeed),
    more: base64.encode(random(32)),
    root: base64.encode(keyring.root),
  };
  const good = practice.keyring;
  for (const [how, change] of Object.entries(changes)) {
    for (const path of paths(plain)) {
      // Random bytes for later: any are as good.
      if (path[0] === "more" && how === "another value") continue;
      // A second identity is one to try more, no other member's.
      if (path.length === 1 && path[0] === "identities" && how === "another value") continue;
      const changed = set(plain, path, change) as Record<string, Json>;
      const gone = path.length === 1 && how === "nothing" ? { [path[0]!]: undefined } : {};
      await practice.makeKeyring({ ...changed, ...gone });
      const gate = new Gate("https://pages.example", practice.fetch);
      await refused(`${path.join(".")} ${how}`, Reader.unlock(gate, link, practice.words, undefined));
    }
  }
  practice.keyring = good;
});

test("a keyring under another pepper, other words, or another member's link", async () => {
  const other = await aPractice();
  other.words = practice.words;
  await other.makeKeyring();
  await refused("another pepper", openKeyring(other.keyring, link, practice.words));
  other.pepper = practice.pepper;
  await other.makeKeyring();
  await refused("another mailbox", openKeyring(other.keyring, link, practice.words));
});

test("each field of what an entry says of its object, and each byte of an object's beginning", async () => {
  const [page] = practice.pages;
  const [part] = practice.parts;
  const sealed = practice.objects.get(page!.object.name)!;
  assert.equal((await openObject(sealed, page!.object)).trimEnd(), html);
  for (const path of paths(page!.object as Json)) {
    if (path[0] === "name") continue;
    const reference = set(page!.object as Json, path, other) as unknown as SealedObject;
    await refused(path.join("."), openObject(sealed, reference));
    await refused(`a part's ${path.join(".")}`, openPart(practice.objects.get(part!.name)!, set(part! as Json, path, other) as unknown as SealedObject));
  }
  // The name is what the host is asked for: another's object comes, and the key does not fit.
  await refused("another object", openObject(practice.objects.get(part!.name)!, page!.object));
  await refused("a page as a part of an index", openPart(sealed, page!.object));
  for (const at of [...Array(300).keys(), sealed.length - 1, sealed.length >> 1]) {
    await refused(`byte ${at}`, openObject(sealed.map((byte, here) => (here === at ? byte ^ 1 : byte)), page!.object));
  }
  const forged = await seal(padded(html.replace("Hello", "Lies")), await identityToRecipient(page!.object.identity));
  await refused("sealed anew by someone who knows the identity", openObject(forged, page!.object));
});
