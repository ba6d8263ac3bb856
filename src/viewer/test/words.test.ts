import assert from "node:assert/strict";
import { test } from "node:test";
import { complete, readWords, shown, sixWords } from "../words.ts";
import { list } from "./practice.ts";

const six = [3, 100, 300, 500, 700, 900].map((at) => list[at]!);

test("the list is what the formats say", () => {
  assert.ok(list.length >= 1024);
  assert.deepEqual(list, [...new Set(list)].sort());
  assert.equal(new Set(list.map((word) => word.slice(0, 3))).size, list.length, "each known by three letters");
  for (const word of list) assert.match(word, /^[a-z]{3,}$/);
});

test("every word is known in full and by any beginning from three letters", () => {
  for (const word of list) {
    for (let length = 3; length <= word.length; length += 1) {
      assert.deepEqual(sixWords(Array(6).fill(word.slice(0, length)).join(" ")), Array(6).fill(word));
    }
  }
});

test("typing is forgiving", () => {
  const short = six.map((word) => word.slice(0, 3));
  for (const typed of [six.join(" "), six.join("-"), ` ${six.join("  ")}\n`, six.join(" ").toUpperCase(), short.join(" "), short.join(", "), six.map((word, at) => `${at + 1}. ${word}`).join("\n"), six.join("\u00a0"), six.join(" – ")]) {
    assert.deepEqual(sixWords(typed), six, typed);
  }
  assert.equal(complete(short.join("-")), six.join(" "));
});

test("what is not in the list is marked, what is begun is not", () => {
  assert.deepEqual(readWords("zzz").map(({ state }) => state), ["unknown"]);
  assert.deepEqual(readWords(`${six[0]} ${six[1]!.slice(0, 2)}`).map(({ state }) => state), ["known", "begun"]);
  assert.deepEqual(readWords(`${six[1]!.slice(0, 2)} ${six[0]}`).map(({ state }) => state), ["unknown", "known"]);
});

test("three letters decide, whatever follows them: other spellings, accents, slips", () => {
  for (const [typed, word] of [["sulfur", "sulphur"], ["jalape\u00f1o", "jalapeno"], ["jalapen\u0303o", "jalapeno"], ["rhubarbe", "rhubarb"], ["favourite", "favorite"], ["cru\u0300mble", "crumble"]] as const) {
    assert.deepEqual(sixWords(Array(6).fill(typed).join(" ")), Array(6).fill(word), typed);
  }
});

test("a word of two parts may be written apart", () => {
  const typed = "alarm clock, phone book, next door, video game, e-book, jet ski";
  const words = ["alarmclock", "phonebook", "nextdoor", "videogame", "ebook", "jetski"];
  assert.deepEqual(sixWords(typed), words);
  assert.equal(shown(typed), words.join(" "));
  // As it grows in the field, where each separator completes what stands before it.
  let field = "";
  for (const letter of `${typed} `) field = letter === " " ? `${complete(field)} ` : field + letter;
  assert.deepEqual(sixWords(field), words);
  assert.deepEqual(readWords("clock alarm clock").map((word) => word.state === "known" && word.word), ["clock", "alarmclock"]);
});

test("six words are six, even where two of them could be one written apart", () => {
  assert.deepEqual(sixWords("gar lic elk fox gem hub"), ["garlic", "licorice", "elk", "fox", "gem", "hubcap"]);
  assert.deepEqual(sixWords("alarmclock clock elk fox gem hub"), ["alarmclock", "clock", "elk", "fox", "gem", "hubcap"]);
  for (const word of list) {
    for (const other of ["elk", "clock"]) assert.deepEqual(sixWords([word, other, "fox", "gem", "hubcap", word].join(" ")), [word, other, "fox", "gem", "hubcap", word]);
  }
});

test("neither five nor seven words are six", () => {
  assert.equal(sixWords(six.slice(1).join(" ")), undefined);
  assert.equal(sixWords([...six, six[0]].join(" ")), undefined);
  assert.equal(sixWords([...six, "zzz"].join(" ")), undefined);
  assert.equal(sixWords(""), undefined);
});
