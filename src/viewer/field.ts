// One question on the screen: something to write in, to choose from, or to count with. What each gives is a value of an
// answer, or nothing; a question that was left out is not there.

import { characters, TEXT, type Value } from "./answer.ts";
import type { Choice, Question } from "./block.ts";
import { button, element, theirs } from "./dom.ts";

export type Field<V extends Value = Value> = {
  readonly element: HTMLElement;
  value(): V | undefined;
  /** What can't be sent as it is, in a sentence. */
  wrong(): string | undefined;
  fill(value: Value | undefined): void;
  /** Where one begins. */
  readonly first: HTMLElement;
};

export type Asked = { readonly label: string; changed(): void };

let last = 0;
const newId = (): string => `field-${(last += 1)}`;

/** From here on it says how much room is left. */
const NEAR = 1000;

export function textField({ label, changed }: Asked): Field<string> {
  const id = newId();
  const count = element("p", { id: `${id}-count`, role: "status", class: "quiet" });
  const area = element("textarea", { id, rows: "5", dir: "auto", "aria-describedby": count.id, oninput: () => (tell(), changed()) });
  const over = (): number => characters(area.value) - TEXT;
  const wrong = (): string | undefined => (over() > 0 ? `This is ${plural(over(), "character")} too long to be sent. Please shorten it.` : undefined);
  function tell(): void {
    // Counted only where it may matter: each letter would count all others.
    const near = area.value.length > TEXT - NEAR;
    const text = !near ? "" : (wrong() ?? `Room for ${plural(-over(), "more character")}.`);
    if (count.textContent !== text) count.textContent = text;
    area.setAttribute("aria-invalid", String(near && over() > 0));
  }
  return {
    element: element("div", { class: "question" }, element("label", { for: id }, theirs(label)), area, count),
    value: () => (area.value.trim() === "" ? undefined : area.value),
    wrong,
    fill: (value) => ((area.value = typeof value === "string" ? value : ""), tell()),
    first: area,
  };
}

export function choiceField({ label, changed }: Asked, options: readonly Choice[], several: boolean): Field<string[]> {
  const name = newId();
  const inputs = options.map(({ id }) => element("input", { type: several ? "checkbox" : "radio", name, value: id, onchange: () => (tell(), changed()) }));
  const rows = options.map((option, at) => element("label", { class: "option" }, inputs[at], theirs(option.label)));
  const { clear, tell } = clearing(inputs, changed, several);
  return {
    element: element("fieldset", { class: "question" }, element("legend", {}, theirs(label)), several && element("p", { class: "quiet" }, "You can choose several."), ...rows, clear),
    value: () => chosen(inputs).length > 0 ? chosen(inputs) : undefined,
    wrong: () => undefined,
    fill(value) {
      for (const input of inputs) input.checked = Array.isArray(value) && value.includes(input.value);
      tell();
    },
    first: inputs[0] ?? clear,
  };
}

export function scaleField({ label, changed }: Asked, { from, to, low, high }: AsksOfQuestion<"scale">): Field<number> {
  const name = newId();
  const steps = Array.from({ length: Math.max(0, to - from) + 1 }, (_, at) => from + at);
  const ends = ([[from, low], [to, high]] as const).map(([at, words]) => words !== null && theirs(`${at}: ${words}`));
  const inputs = steps.map((at) => element("input", { type: "radio", name, value: String(at), onchange: () => (tell(), changed()) }));
  const spoken = (at: number): string | undefined => {
    const words = at === from ? low : at === to ? high : null;
    return words === null ? undefined : `${at}, ${words}`;
  };
  const rows = steps.map((at, n) => {
    inputs[n]!.setAttribute("aria-label", spoken(at) ?? String(at));
    return element("label", { class: "step" }, inputs[n], element("span", {}, String(at)));
  });
  const { clear, tell } = clearing(inputs, changed, false);
  return {
    element: element("fieldset", { class: "question" }, element("legend", {}, theirs(label)), element("p", { class: "ends" }, ...ends), element("div", { class: "steps" }, ...rows), clear),
    value: () => chosen(inputs).map(Number)[0],
    wrong: () => undefined,
    fill(value) {
      for (const input of inputs) input.checked = input.value === String(value);
      tell();
    },
    first: inputs[0] ?? clear,
  };
}

export function numberField({ label, changed }: Asked, { from, to, unit }: Pick<AsksOfQuestion<"number">, "from" | "to" | "unit">): Field<number> {
  const id = newId();
  const between = from !== null && to !== null ? `From ${from} to ${to}.` : from !== null ? `${from} or more.` : to !== null ? `Up to ${to}.` : "";
  const told = element("p", { id: `${id}-told`, class: "quiet", role: "status" }, between);
  const input = element("input", { id, type: "text", inputmode: "decimal", autocomplete: "off", "aria-describedby": told.id, oninput: () => (tell(), changed()) });
  const number = (): number | undefined => {
    const text = input.value.trim().replace(",", ".");
    return text === "" ? undefined : /^-?\d{1,15}(?:\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  };
  const wrong = (): string | undefined => {
    const value = number();
    if (value === undefined || (value >= (from ?? -Infinity) && value <= (to ?? Infinity))) return undefined;
    return Number.isNaN(value) ? "Please write this as a number." : `Please give a number that fits: ${between.toLowerCase()}`;
  };
  // What is still being typed is not scolded.
  function tell(): void {
    input.setAttribute("aria-invalid", "false");
    told.textContent = between;
  }
  input.addEventListener("blur", () => {
    input.setAttribute("aria-invalid", String(wrong() !== undefined));
    told.textContent = wrong() ?? between;
  });
  return {
    element: element("div", { class: "question" }, element("label", { for: id }, theirs(label)), element("p", { class: "number" }, input, unit !== null && theirs(unit)), told),
    value: () => (wrong() === undefined ? number() : undefined),
    wrong,
    fill: (value) => ((input.value = typeof value === "number" ? String(value) : ""), tell()),
    first: input,
  };
}

type AsksOfQuestion<K extends Question["kind"]> = Extract<Question, { kind: K }>;
/** More steps than this are written as a number. */
const STEPS = 21;

export function fieldFor(asked: Asked, question: Question): Field {
  switch (question.kind) {
    case "text": return textField(asked);
    case "choice": return choiceField(asked, question.options, question.several);
    case "number": return numberField(asked, question);
    case "scale": return question.to - question.from < STEPS ? scaleField(asked, question) : numberField(asked, { ...question, unit: endsOf(question) });
  }
}

const endsOf = ({ from, to, low, high }: AsksOfQuestion<"scale">): string | null =>
  low === null && high === null ? null : [low !== null && `${from}: ${low}`, high !== null && `${to}: ${high}`].filter((one) => one !== false).join(", ");

const chosen = (inputs: readonly HTMLInputElement[]): string[] => inputs.filter(({ checked }) => checked).map(({ value }) => value);

/** What was chosen by a slip can be taken back, to nothing. */
function clearing(inputs: readonly HTMLInputElement[], changed: () => void, several: boolean): { clear: HTMLElement; tell(): void } {
  const clear = button("Clear this answer", () => {
    for (const input of inputs) input.checked = false;
    inputs[0]?.focus();
    tell();
    changed();
  }, { class: "small", hidden: true });
  const tell = (): void => void (clear.hidden = several || chosen(inputs).length === 0);
  return { clear, tell };
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
