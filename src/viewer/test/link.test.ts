import assert from "node:assert/strict";
import { test } from "node:test";
import { base64url, hex } from "../bytes.ts";
import { isCard, linkText, parseLink } from "../link.ts";
import { Practice } from "./practice.ts";

const practice = new Practice();

test("a link is found behind # and where mail gateways put it", () => {
  const link = practice.link();
  assert.equal(linkText("/l", `#${link}`), link);
  assert.equal(linkText(`/l%23${link}`, ""), link);
  assert.equal(linkText(`/l%2523${link}`, ""), link);
  assert.equal(linkText("/l", `#${link}>.`), link, "what a mail program glued to it");
  assert.equal(linkText("/l/", `#${link}`), link);
  for (const space of ["%20", "%0A", "%0d%0a", "%2520", " "]) {
    assert.equal(linkText("/l", `#${link.slice(0, 40)}${space}${link.slice(40)}`), link, "a line that was broken");
  }
  assert.equal(linkText("/l", `#${link}%20more`), link, "words behind it");
  assert.equal(linkText("/l", ""), undefined);
  assert.equal(linkText("/l", "#"), undefined);
  assert.equal(linkText("/lx", ""), undefined);
});

test("a link says what was put into it", () => {
  const link = parseLink(practice.link(1_800_000_123, 7));
  assert.deepEqual(link, {
    mailbox: practice.mailbox,
    epoch: 7,
    release: 1_800_000_123,
    pepper: hex.encode(practice.pepper),
    ticket: base64url.encode(practice.ticket),
  });
  assert.equal(isCard(link), false);
  assert.equal(isCard(parseLink(practice.link(0))), true);
});

test("what is no link is refused", () => {
  const bytes = base64url.decode(practice.link());
  const changed = (at: number, value: number): string => base64url.encode(bytes.map((byte, index) => (index === at ? value : byte)));
  const text = practice.link();
  const twin = text.slice(0, -1) + String.fromCharCode(text.charCodeAt(81) + 1);
  for (const wrong of ["", text.slice(0, -1), `${text}A`, changed(0, 2), practice.link(0, 0), changed(21, 0xff), twin]) {
    assert.throws(() => parseLink(wrong), wrong);
  }
});
