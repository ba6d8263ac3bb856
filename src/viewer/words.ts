// Reading six words as people type them: any capitals, any separators, three letters of a word are enough.

import text from "./words.txt";

export const COUNT = 6;
const list = text.trim().split("\n");
const byStart = new Map(list.map((word) => [word.slice(0, 3), word]));

export type Word =
  | { readonly state: "known"; readonly typed: string; readonly word: string }
  /** Too short to tell yet, and still being typed. */
  | { readonly state: "begun"; readonly typed: string }
  | { readonly state: "unknown"; readonly typed: string; readonly guess: string | undefined };

export function readWords(typed: string): Word[] {
  const tokens = typed.normalize("NFKC").toLowerCase().split(/[^\p{Letter}]+/u);
  const last = tokens.length - 1;
  return tokens.map((token, at) => readWord(token, at === last)).filter((word) => word.typed !== "");
}

function readWord(typed: string, last: boolean): Word {
  const likely = byStart.get(typed.slice(0, 3));
  if (typed.length >= 3 && likely?.startsWith(typed) === true) return { state: "known", typed, word: likely };
  if (typed.length < 3 && last && list.some((word) => word.startsWith(typed))) return { state: "begun", typed };
  return { state: "unknown", typed, guess: likely };
}

/** The six words in full, or undefined when what was typed is not six words of the list. */
export function sixWords(typed: string): string[] | undefined {
  const words = readWords(typed).flatMap((word) => (word.state === "known" ? [word.word] : []));
  return words.length === COUNT && readWords(typed).length === COUNT ? words : undefined;
}

/** What was typed with each recognised word in full: `car hot-` → `carrot hotel `. */
export const complete = (typed: string): string => readWords(typed).map((word) => (word.state === "known" ? word.word : word.typed)).join(" ");
