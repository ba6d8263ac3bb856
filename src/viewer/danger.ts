// Where an answer may tell of danger. Before the first question: that nobody watches. At such an answer: help, at once,
// on this screen alone. It holds nobody up and tells nobody; what is sent, and when, does not differ.

import type { Danger, Item } from "./block.ts";
import type { Said, Value } from "./answer.ts";
import { element } from "./dom.ts";

export function beforehand(danger: Danger): HTMLElement {
  return element("div", { class: "note beforehand" },
    element("p", {}, element("strong", {}, "Nobody watches this as you write.")),
    element("p", {}, `Answers are looked at: ${sentenceOf(danger.hours)} One that worries is looked at: ${sentenceOf(danger.window)}`),
    element("p", {}, "If you need someone sooner, press Help at the top: the numbers are there."),
  );
}

/** What appears below a question. Announced politely: it is there, empty, before it is needed. */
export const helpPlace = (): HTMLElement => element("div", { role: "status", class: "help-place" });

export function showHelp(place: HTMLElement, danger: Danger | null, needed: boolean): void {
  if (needed === place.hasChildNodes()) return;
  place.replaceChildren(...(needed ? [helpBox(danger, "You can go on here whenever you like. Nothing is sent unless you send it.")] : []));
}

export function helpBox(danger: Danger | null, more: string): HTMLElement {
  return element("div", { class: "calm" },
    element("p", {}, element("strong", {}, "Thank you for saying so. You do not have to be alone with this.")),
    danger === null
      ? element("p", {}, "If you may not be safe, press Help at the top: the numbers are there.")
      : element("p", {}, "If you may not be safe, or would like to talk to someone now, you can call:"),
    danger !== null && lines(danger),
    element("p", { class: "quiet" }, more),
  );
}

const lines = (danger: Danger): HTMLElement =>
  element("ul", { class: "lines" }, ...danger.lines.map(({ name, number, hours }) => element("li", {},
    element("span", {}, element("strong", {}, name), hours !== null && element("span", { class: "quiet" }, ` ${hours}`)),
    element("a", { href: `tel:${number.replace(/[^+0-9*#]/g, "")}`, "aria-label": `Call ${name}: ${number}` }, number),
  )));

/** Any answer above zero. Where nothing says what an option counts, it may be one. */
export function mayTellOfDanger({ safety, asks }: Item, value: Value | undefined): boolean {
  if (!safety || value === undefined) return false;
  if (typeof value === "number") return value > 0;
  if (asks.kind !== "choice") return true;
  return [value].flat().some((id) => (asks.options.find((one) => one.id === id)?.value ?? 1) > 0);
}

export const tellsOfDanger = (items: readonly Item[], said: Said): boolean =>
  said.kind === "checkin" && items.some((item) => mayTellOfDanger(item, said.items[item.id]));

const sentenceOf = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
