// What is wrong in the practice's files: where, the line with the place marked, and what to do.

import { element } from "./dom.ts";
import { visible, type Mistake } from "./preview-data.ts";

/** Mistakes of the page that is shown stand open; those of other files below them, folded where there are several. */
export function mistakeList(own: readonly Mistake[], others: readonly Mistake[]): HTMLElement[] {
  const parts = own.map(shown);
  if (own.length + others.length === 1) return [...parts, ...others.map(shown)];
  if (others.length === 0) return parts;
  const count = `${others.length} ${others.length === 1 ? "mistake" : "mistakes"}${own.length > 0 ? " in other files" : ""}`;
  return [...parts, element("details", { class: "others", open: own.length === 0 && others.length <= 5 }, element("summary", {}, count), ...others.map(shown))];
}

function shown({ file, line, column, what, hint, marked }: Mistake): HTMLElement {
  const place = line === null ? visible(file) : `${visible(file)}:${line}:${column}`;
  return element("div", { class: "alert mistake" },
    element("p", {}, element("strong", {}, what)),
    element("p", { class: "place" }, place),
    marked !== null && element("pre", { tabindex: "0", role: "group", "aria-label": `Line ${line}` }, ...markedLine(marked)),
    hint !== "" && element("p", {}, sentence(hint)),
  );
}

function markedLine({ line, before, marked }: NonNullable<Mistake["marked"]>): (string | HTMLElement)[] {
  const letters = [...line];
  const place = letters.slice(before, before + marked).join("");
  // Something that is missing at the end of a line has a place all the same.
  return [letters.slice(0, before).join(""), element("mark", {}, place === "" ? " " : place), letters.slice(before + marked).join("")];
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?)]$/.test(text) ? "" : ".");
