// A page, shown where no script can run: in a frame whose sandbox allows `allow-same-origin` and nothing else. That one
// word lets this side put the stylesheet in, fit the height and follow links; the page itself can do nothing.

import { placeAttachments, type Source } from "./attached.ts";
import { button, element } from "./dom.ts";
import { setting, trusted } from "./trusted.ts";

/** Addresses that lead out of a page. Anything else that looks like a link does nothing. */
const OUTWARD = /^(?:https?|tel|mailto|sms):/i;
/** An open page of the practice: the front page, or one of the library. */
const OPEN = /^\/(?:$|#|library\/)/;

export type FrameOptions = {
  readonly title: string;
  readonly files: Source;
  /** Where the page begins, if not at its beginning. */
  readonly place: string | undefined;
  /** What a link does that leads to a place in another part of the same page. */
  elsewhere(fragment: string): (() => void) | undefined;
  /** What a link to another page does; nothing where the reader does not have that page. */
  leadsTo(number: number, place: string | undefined): (() => void) | undefined;
  /** Called once the page can be seen, with what only this side can offer (see `followLinks`). */
  ready(below: readonly HTMLElement[]): void;
};

export function framePage(html: string, options: FrameOptions): HTMLIFrameElement {
  // SECURITY: the sandbox stands before the content comes in. No allow-scripts, ever: with allow-same-origin it would
  // let a page take the sandbox off.
  const frame = element("iframe", { sandbox: "allow-same-origin", title: options.title, class: "page pending" });
  frame.addEventListener("load", () => prepare(frame, options), { once: true });
  // SECURITY: this side shows PDFs in a frame of its own; a page gets no part of that leave.
  frame.srcdoc = trusted.createHTML(html.replace(/^(?:<!doctype html>)?/i, "$&<meta http-equiv=Content-Security-Policy content=\"frame-src 'none'\">"));
  return frame;
}

function prepare(frame: HTMLIFrameElement, options: FrameOptions): void {
  const page = frame.contentDocument;
  if (page === null) return;
  // SECURITY: a browser that offers to translate would send the text to a third party.
  page.documentElement.translate = false;
  // What is done in the page counts as use of it: see the idle lock.
  for (const type of ["pointerdown", "keydown"]) page.addEventListener(type, () => frame.dispatchEvent(new Event(type)));
  const heard = isHeard(page);
  const below = [...placeAttachments(page, options.files, heard), ...followLinks(page, options, heard)];
  let ready = false;
  const reveal = (): void => {
    fit(frame);
    frame.classList.remove("pending");
    if (ready) return;
    ready = true;
    options.ready(below);
    if (options.place !== undefined) goTo(page, options.place, "go");
  };
  const style = page.createElement("link");
  style.rel = "stylesheet";
  style.href = setting("page-style");
  style.onload = style.onerror = reveal;
  page.head.append(style);
  // Some browsers never tell about what loads in such a frame.
  setTimeout(reveal, 1500);
  new ResizeObserver(() => fit(frame)).observe(page.documentElement);
}

/** As high as what is in it, so that the page scrolls as one. */
function fit(frame: HTMLIFrameElement): void {
  // Behind a file that is shown over it, it has no height, and keeps the one it had.
  if (frame.offsetParent === null) return;
  const height = frame.contentDocument?.documentElement.getBoundingClientRect().height ?? 0;
  frame.style.height = `${Math.ceil(height)}px`;
}

// Paper is wider than a phone and its letters are smaller: the height is taken anew at the width that viewer.css gives
// the frame in print, or blank sheets follow. So it is when a phone is turned, where the observer above is not heard.
for (const [event, width] of [["beforeprint", "170mm"], ["afterprint", ""], ["resize", ""]] as const) {
  addEventListener(event, () => {
    for (const frame of document.querySelectorAll<HTMLIFrameElement>("iframe.page")) {
      frame.style.width = width;
      if (event !== "resize") frame.contentDocument?.documentElement.classList.toggle("paper", event === "beforeprint");
      fit(frame);
    }
  });
}

// Safari runs no listener in a frame without scripts (WebKit bug 218086): see `unheard`.
function isHeard(page: Document): boolean {
  let heard = false;
  page.addEventListener("heldspace", () => (heard = true), { once: true });
  page.dispatchEvent(new Event("heldspace"));
  return heard;
}

// The sandbox lets no link out, so this side listens and follows.
function followLinks(page: Document, options: FrameOptions, heard: boolean): HTMLElement[] {
  const pages = pageLinks(page, options);
  const follow = (event: Event): void => {
    const link = (event.target as Element | null)?.closest("a[href]");
    if (link === null || link === undefined) return;
    event.preventDefault();
    const open = pages.get(link);
    const address = link.getAttribute("href") ?? "";
    if (open !== undefined) open();
    else if (address.startsWith("#")) goTo(page, address.slice(1), "go") || options.elsewhere(address.slice(1))?.();
    else if (outward(address)) outwardLink(address, "").click();
  };
  page.addEventListener("click", follow);
  page.addEventListener("auxclick", follow);
  return heard ? [] : unheard(page, pages, options);
}

// What the reader does not have (yet, or any more) is no link for them: its words stay.
function pageLinks(page: Document, options: FrameOptions): Map<Element, () => void> {
  const pages = new Map<Element, () => void>();
  for (const link of page.querySelectorAll<HTMLElement>("a[data-page]")) {
    const open = options.leadsTo(Number(link.dataset["page"]), link.dataset["place"]);
    if (open === undefined) link.replaceWith(...link.childNodes);
    else {
      link.setAttribute("href", "#");
      pages.set(link, open);
    }
  }
  return pages;
}

// Where no listener runs, the browser itself follows what is left: links within the page, told where they are, since a
// bare `#` would mean this viewer's address. The others are returned, to be offered below the page.
function unheard(page: Document, pages: Map<Element, () => void>, options: FrameOptions): HTMLElement[] {
  return [...page.querySelectorAll("a[href]")].flatMap((link): HTMLElement[] => {
    const address = link.getAttribute("href") ?? "";
    const away = address.startsWith("#") && address !== "#" && !goTo(page, address.slice(1), "look");
    const open = pages.get(link) ?? (away ? () => options.elsewhere(address.slice(1))?.() : undefined);
    if (open === undefined && address.startsWith("#")) link.setAttribute("href", `about:srcdoc${address}`);
    else link.removeAttribute("href");
    if (open !== undefined) return [button(link.textContent ?? "", open)];
    return outward(address) ? [outwardLink(address, link.textContent ?? "")] : [];
  });
}

/** Whether an address leads out of the page: elsewhere, or to an open page of the practice. */
const outward = (address: string): boolean => OUTWARD.test(address) || OPEN.test(address);

// SECURITY: noopener and noreferrer: the other site gets no handle on this window and does not learn where it was linked.
const outwardLink = (address: string, text: string): HTMLAnchorElement =>
  element("a", { href: address, rel: "noopener noreferrer", target: /^(?:http|\/)/i.test(address) && "_blank" }, text);

/** Whether there is such a place; with `go`, shows it. */
export function goTo(page: Document, fragment: string, how: "look" | "go"): boolean {
  const target = page.getElementById(fragment) ?? page.getElementById(decoded(fragment));
  if (target === null || how === "look") return target !== null;
  if (!target.matches("a[href], button")) target.setAttribute("tabindex", "-1");
  target.focus();
  target.scrollIntoView();
  return true;
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
