// A tick for an exercise: the member's own, in their notes. Nobody else learns of it, so there is nothing to send.

import { element, moment, theirs } from "./dom.ts";
import type { FormOptions } from "./form.ts";

export function tick({ block, page, book }: FormOptions, label: string): HTMLElement {
  const key = `${page}:${block.id}`;
  const when = element("span", { role: "status", class: "quiet" });
  const box = element("input", { type: "checkbox", disabled: book === undefined, onchange: () => void book?.set(`done:${key}`, box.checked ? book.now() : null) });
  const show = (): void => {
    const time = book?.notes.done.get(key);
    box.checked = time !== undefined;
    when.textContent = time === undefined ? "" : `Ticked on ${moment(time)}.`;
  };
  const made = element("div", {}, element("label", { class: "option" }, box, theirs(label)), when, book === undefined && asShown());
  book?.hear(made, show);
  show();
  return made;
}

/** Where a form is looked at only. */
export const asShown = (): HTMLElement => element("p", { class: "note" }, "This is how members see it. Here nothing can be answered.");
