// One page: a way back, the frame, and the forms in it. What the page is (title, group, date) stands in the frame.

import { alert } from "./alert.ts";
import { button, element, heading } from "./dom.ts";
import { failureOf, sentence, type Failure } from "./failure.ts";
import { formFor } from "./form.ts";
import type { Notebook } from "./notebook.ts";
import { pageParts } from "./parts.ts";
import type { Sheet } from "./attached.ts";
import type { Entry } from "./reader.ts";

export type PageOptions = {
  readonly entry: Entry;
  readonly lang: string;
  /** Fetches the page's HTML. */
  html(): Promise<string>;
  /** Fetches a file that goes with it. */
  file(id: string): Promise<Blob>;
  /** Where to begin in it. */
  readonly place: string | undefined;
  /** What a link to another page does, by the page's id. */
  leadsTo(id: string, place: string | undefined): (() => void) | undefined;
  /** Where answers go; without it, forms are looked at only. */
  readonly book: Notebook | undefined;
  /** Adds a step to the history: a file is shown over the page, and Back leads to the page. */
  readonly step?: () => void;
  back(): void;
  failed(failure: Failure): void;
};

export function pageScreen(options: PageOptions): HTMLElement {
  const { entry, back } = options;
  const place = element("div");
  const onPaper = button("Print", () => print(), { hidden: true });
  // The page shows its own title; this one is for the ear, and takes the focus.
  const title = heading(entry.title, { class: "unseen", lang: options.lang });

  function load(): void {
    place.replaceChildren(element("p", { role: "status", class: "working" }, "Opening."));
    options.html().then(show, (error: unknown) => refuse(failureOf(error)));
  }

  function again(): void {
    removeEventListener("online", again);
    if (!place.isConnected) return;
    title.focus();
    load();
  }

  function show(text: string): void {
    const links = element("div");
    const ready = (below: readonly HTMLElement[]): void => {
      place.querySelector(".working")?.remove();
      onPaper.hidden = false;
      if (below.length > 0) links.append(element("h2", {}, "Links on this page"), element("ul", {}, ...below.map((link) => element("li", {}, link))));
      if (place.offsetHeight > innerHeight) place.append(element("div", { class: "tools" }, button("Back to the list", back, { class: "back" })));
    };
    const parts = pageParts(text, {
      title: entry.title,
      files: { offered: entry.attachments, fetch: options.file, show: (sheet) => whole.append(sheetOver(whole, sheet, options.step)) },
      place: options.place,
      leadsTo: (number, at) => {
        const id = entry.links[number];
        return id === undefined ? undefined : options.leadsTo(id, at);
      },
      form: (block) => formFor({ block, page: entry.id, book: options.book }),
      ready,
    });
    place.append(...parts, links);
  }

  function refuse(failure: Failure): void {
    place.replaceChildren(alert(failure, again));
    if (sentence(failure).again === true) addEventListener("online", again);
    options.failed(failure);
  }

  const whole = element("div", { "data-open": entry.id }, element("div", { class: "tools" }, button("All pages", back, { class: "back" }), onPaper), title, place);
  load();
  return whole;
}

/** A PDF in the place of the page, which waits behind it as it was. The browser's own viewer shows it. */
function sheetOver(page: HTMLElement, { words, address, save, closed }: Sheet, step?: () => void): HTMLElement {
  const top = scrollY;
  step?.();
  const steps = history.length;
  const close = (): void => {
    page.classList.remove("behind");
    sheet.remove();
    scrollTo(0, top);
    closed();
  };
  // What was followed within the PDF left steps of its own.
  const back = (): void => (step !== undefined && history.length === steps ? history.back() : close());
  const title = heading(words);
  const sheet = element("section", { class: "sheet", onclose: close },
    element("div", { class: "tools" }, button("Back to the page", back, { class: "back" }), button("Save", save)),
    title,
    element("p", { class: "quiet" }, "If you do not see all of it here, save it and open it from there."),
    element("iframe", { src: address, title: words }));
  page.classList.add("behind");
  scrollTo(0, 0);
  // Once it is in the page.
  setTimeout(() => title.focus());
  return sheet;
}
