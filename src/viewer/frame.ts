// A page, shown where no script can run: in a frame whose sandbox allows `allow-same-origin` and nothing else. That one
// word lets this side put the stylesheet in, fit the height and follow links; the page itself can do nothing.

import { element } from "./dom.ts";
import { setting, trusted } from "./trusted.ts";

/** Addresses that lead out of a page. Anything else that looks like a link does nothing. */
const OUTWARD = /^(?:https?|tel|mailto|sms):/i;

/** Called once the page can be seen, with the links that only this side can offer (see `followLinks`). */
type Ready = (outward: readonly HTMLAnchorElement[]) => void;

export function framePage(html: string, title: string, onready: Ready): HTMLIFrameElement {
  // SECURITY: the sandbox stands before the content comes in. No allow-scripts, ever: with allow-same-origin it would
  // let a page take the sandbox off.
  const frame = element("iframe", { sandbox: "allow-same-origin", title, class: "page pending" });
  frame.addEventListener("load", () => prepare(frame, onready), { once: true });
  frame.srcdoc = trusted.createHTML(html);
  return frame;
}

function prepare(frame: HTMLIFrameElement, onready: Ready): void {
  const page = frame.contentDocument;
  if (page === null) return;
  // SECURITY: a browser that offers to translate would send the text to a third party.
  page.documentElement.translate = false;
  // What is done in the page counts as use of it: see the idle lock.
  for (const type of ["pointerdown", "keydown"]) page.addEventListener(type, () => frame.dispatchEvent(new Event(type)));
  const outward = followLinks(page);
  let ready = false;
  const reveal = (): void => {
    fit(frame);
    frame.classList.remove("pending");
    if (!ready) onready(outward);
    ready = true;
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
  const height = frame.contentDocument?.documentElement.getBoundingClientRect().height ?? 0;
  frame.style.height = `${Math.ceil(height)}px`;
}

// Paper is wider than a phone and its letters are smaller: the height is taken anew at the width that viewer.css gives
// the frame in print, or blank sheets follow. So it is when a phone is turned, where the observer above is not heard.
for (const [event, width] of [["beforeprint", "170mm"], ["afterprint", ""], ["resize", ""]] as const) {
  addEventListener(event, () => {
    const frame = document.querySelector<HTMLIFrameElement>("iframe.page");
    if (frame === null) return;
    frame.style.width = width;
    if (event !== "resize") frame.contentDocument?.documentElement.classList.toggle("paper", event === "beforeprint");
    fit(frame);
  });
}

// The sandbox lets no link out, so this side listens and follows. Safari runs no listener in a frame without scripts
// (WebKit bug 218086): see `unheard`.
function followLinks(page: Document): HTMLAnchorElement[] {
  let heard = false;
  page.addEventListener("heldspace", () => (heard = true), { once: true });
  page.dispatchEvent(new Event("heldspace"));
  const follow = (event: Event): void => {
    const link = (event.target as Element | null)?.closest("a[href]");
    if (link === null || link === undefined) return;
    event.preventDefault();
    const address = link.getAttribute("href") ?? "";
    if (address.startsWith("#")) goTo(page, address.slice(1));
    else if (OUTWARD.test(address)) outwardLink(address, "").click();
  };
  page.addEventListener("click", follow);
  page.addEventListener("auxclick", follow);
  return heard ? [] : unheard(page);
}

// Where no listener runs, the browser itself follows what is left: links within the page, told where they are, since a
// bare `#` would mean this viewer's address. The outward ones are returned, to be offered below the page.
function unheard(page: Document): HTMLAnchorElement[] {
  return [...page.querySelectorAll("a[href]")].flatMap((link) => {
    const address = link.getAttribute("href") ?? "";
    if (address.startsWith("#")) link.setAttribute("href", `about:srcdoc${address}`);
    else link.removeAttribute("href");
    return OUTWARD.test(address) ? [outwardLink(address, link.textContent ?? "")] : [];
  });
}

// SECURITY: noopener and noreferrer: the other site gets no handle on this window and does not learn where it was linked.
const outwardLink = (address: string, text: string): HTMLAnchorElement =>
  element("a", { href: address, rel: "noopener noreferrer", target: /^http/i.test(address) && "_blank" }, text);

function goTo(page: Document, fragment: string): void {
  const target = page.getElementById(fragment) ?? page.getElementById(decoded(fragment));
  if (target === null) return;
  if (!target.matches("a[href], button")) target.setAttribute("tabindex", "-1");
  target.focus();
  target.scrollIntoView();
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
