// Reading six words as people type them: any capitals, accents and separators; three letters of a word are enough, and
// decide whatever follows them (`sulfur` is `sulphur`); a word of two parts may be written apart (`alarm clock`).

import text from "./words.txt";

export const COUNT = 6;
const list = text.trim().split("\n");
const inList = new Set(list);
const byStart = new Map(list.map((word) => [word.slice(0, 3), word]));

/** The practice's key as it stands on a card; hyphens, so that nobody takes it for the passphrase. */
export const keyWords = (numbers: readonly number[]): string => numbers.map((at) => list[at]).join("-");

export type Word =
  /** `typed` holds a space where the word was written apart. */
  | { readonly state: "known"; readonly typed: string; readonly word: string }
  /** Too short to tell yet, and still being typed. */
  | { readonly state: "begun"; readonly typed: string }
  | { readonly state: "unknown"; readonly typed: string };

export function readWords(typed: string): Word[] {
  const apart = tokens(typed);
  // Two words may look like one written apart (`garlic licorice`, begun as `gar lic`): six are six as they stand.
  return apart.length === COUNT && apart.every(isKnown) ? apart : joined(apart);
}

function tokens(typed: string): Word[] {
  const parts = typed.normalize("NFKD").replace(/\p{Mark}/gu, "").toLowerCase().split(/[^\p{Letter}]+/u);
  return parts.map((part, at) => readWord(part, at === parts.length - 1)).filter((word) => word.typed !== "");
}

function readWord(typed: string, last: boolean): Word {
  const word = typed.length >= 3 ? byStart.get(typed.slice(0, 3)) : undefined;
  if (word !== undefined) return { state: "known", typed, word };
  return { state: typed.length < 3 && last && list.some((one) => one.startsWith(typed)) ? "begun" : "unknown", typed };
}

function joined(words: readonly Word[]): Word[] {
  const made: Word[] = [];
  for (const word of words) {
    const before = made[made.length - 1];
    const whole = before && wordOf(before.typed, word.typed);
    if (before === undefined || whole === undefined) made.push(word);
    else made[made.length - 1] = { state: "known", typed: `${before.typed} ${word.typed}`, word: whole };
  }
  return made;
}

/** The word that two parts are; the first may have been completed to all of it when the second was still to come. */
const wordOf = (first: string, second: string): string | undefined =>
  inList.has(first + second) ? first + second : second.length >= 3 && inList.has(first) && first !== second && first.endsWith(second) ? first : undefined;

const isKnown = (word: Word): boolean => word.state === "known";
const full = (word: Word): string => (word.state === "known" ? word.word : word.typed);

/** The six words in full, or undefined when what was typed is not six words of the list. */
export function sixWords(typed: string): string[] | undefined {
  const words = readWords(typed);
  return words.length === COUNT && words.every(isKnown) ? words.map(full) : undefined;
}

/** What was typed, as it is read: `car hot-` → `carrot hotel`. */
export const shown = (typed: string): string => readWords(typed).map(full).join(" ");

/** The same for the field itself, where what may be two words or one written apart stays as it is. */
export const complete = (typed: string): string =>
  joined(tokens(typed)).map((word) => (word.typed.includes(" ") ? word.typed : full(word))).join(" ");
