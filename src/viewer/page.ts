// One page: a way back, what it is, and the frame.

import { alert } from "./alert.ts";
import { button, element, heading } from "./dom.ts";
import { failureOf, type Failure } from "./failure.ts";
import { framePage } from "./frame.ts";
import { about } from "./list.ts";
import type { Entry } from "./reader.ts";

export type PageOptions = {
  readonly entry: Entry;
  readonly lang: string;
  /** The page's HTML, being fetched. */
  readonly html: Promise<string>;
  back(): void;
  failed(failure: Failure): void;
};

export function pageScreen({ entry, lang, html, back, failed }: PageOptions): HTMLElement {
  const place = element("div", {}, element("p", { role: "status", class: "working" }, "Opening."));
  html.then(
    (text) => {
      const links = element("div");
      place.append(framePage(text, entry.title, (outward) => {
        place.querySelector(".working")?.remove();
        if (outward.length > 0) links.append(element("h2", {}, "Links on this page"), element("ul", {}, ...outward.map((link) => element("li", {}, link))));
      }), links);
    },
    (error: unknown) => {
      const failure = failureOf(error);
      place.replaceChildren(alert(failure));
      failed(failure);
    },
  );
  return element("div", { "data-open": entry.id },
    element("div", { class: "tools" }, button("All pages", back, { class: "back" }), button("Print", () => print())),
    // The page shows its own title; this one is for the ear, and takes the focus.
    heading(entry.title, { class: "unseen", lang }),
    element("p", { class: "quiet about", lang }, about(entry)),
    place,
  );
}
