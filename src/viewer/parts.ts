// A page with forms, cut at them: what stands between two forms is shown in a frame of its own, and the form between them
// in the viewer's own document, since no script runs in a frame, and in some browsers no listener either. A page without
// forms is one frame, as it came.

import { parseBlock, type Block } from "./block.ts";
import { element } from "./dom.ts";
import { framePage, goTo, type FrameOptions } from "./frame.ts";
import { trusted } from "./trusted.ts";

export type PartsOptions = Omit<FrameOptions, "elsewhere"> & { form(block: Block): HTMLElement };

/** Forms of a page at most; what is more stays as words. */
const FORMS = 50;

/** The page in its reading order. `ready` is called once all of it can be seen. */
export function pageParts(html: string, options: PartsOptions): HTMLElement[] {
  const blocks = html.includes("data-block") ? new DOMParser().parseFromString(trusted.createHTML(html), "text/html") : undefined;
  const marked = blocks === undefined ? [] : outermost(blocks).slice(0, FORMS);
  if (blocks === undefined || marked.length === 0) return [framePage(html, { ...options, elsewhere: () => undefined })];
  const documents = cut(blocks, marked);
  const frames: (HTMLIFrameElement | undefined)[] = [];
  const below: HTMLElement[][] = [];
  const first = documents.findIndex((one) => one !== undefined);
  let waiting = documents.filter((one) => one !== undefined).length;
  const ready = (at: number, links: readonly HTMLElement[]): void => {
    below[at] = [...links];
    waiting -= 1;
    if (waiting > 0) return;
    options.ready(below.flat());
    if (options.place !== undefined) find(frames, options.place)?.();
  };
  documents.forEach((text, at) => {
    frames[at] = text === undefined ? undefined : framePage(text, {
      ...options,
      title: at === first ? options.title : `${options.title}, part ${documents.slice(0, at + 1).filter((one) => one !== undefined).length}`,
      place: undefined,
      ready: (links) => ready(at, links),
      elsewhere: (fragment) => find(frames, fragment),
    });
  });
  const forms = marked.map((one) => formOf(one, options));
  if (waiting === 0) queueMicrotask(() => options.ready([]));
  return documents.flatMap((_, at) => [frames[at], forms[at]]).filter((one): one is HTMLElement => one !== undefined);
}

function formOf(marked: Element, options: PartsOptions): HTMLElement {
  const block = parseBlock(marked.getAttribute("data-block") ?? "");
  return block === undefined ? element("p", { class: "note" }, "A form that belongs here did not arrive as it should, so it is not shown. Please tell your therapist.") : options.form(block);
}

const outermost = (page: Document): Element[] =>
  [...page.querySelectorAll("[data-block]")].filter((one) => one.parentElement?.closest("[data-block]") == null);

/** The documents between the forms; undefined where there is nothing to see. */
function cut(page: Document, marked: readonly Element[]): (string | undefined)[] {
  marked.forEach((one, at) => one.setAttribute("data-cut", String(at)));
  return [...marked, undefined].map((_, at) => {
    const part = page.cloneNode(true) as Document;
    const form = (number: number): Element | null => part.querySelector(`[data-cut="${number}"]`);
    if (at > 0) goOn(form(at - 1)!);
    // What lies partly outside stays, so that a list or a box goes on as what it was.
    outside(part, (range) => (range.setStart(part.body, 0), form(at - 1) !== null && range.setEndAfter(form(at - 1)!)));
    outside(part, (range) => (range.setEnd(part.body, part.body.childNodes.length), form(at) !== null && range.setStartBefore(form(at)!)));
    if (!isSeen(part.body)) return undefined;
    part.documentElement.classList.toggle("goes-on", at < marked.length);
    return `<!doctype html>${part.documentElement.outerHTML}`;
  });
}

/** Marks what is begun by an earlier part: an item of a list does not get a second bullet, nor another number. */
function goOn(after: Element): void {
  for (let box = after.parentElement; box !== null; box = box.parentElement) {
    box.classList.add("continued");
    const items = [...(box.parentElement?.children ?? [])];
    if (box.parentElement?.localName === "ol") box.setAttribute("value", String(Number(box.parentElement.getAttribute("start") ?? 1) + items.indexOf(box)));
  }
}

function outside(part: Document, set: (range: Range) => unknown): void {
  const range = part.createRange();
  // Without a form on that side there is nothing to take away there.
  if (set(range) !== false) range.deleteContents();
}

const isSeen = (body: HTMLElement): boolean =>
  (body.textContent ?? "").trim() !== "" || body.querySelector("img, audio, video, hr, svg, math, table, input, [data-attachment]") !== null;

/** Where a place of the page is, in whichever part. */
function find(frames: readonly (HTMLIFrameElement | undefined)[], fragment: string): (() => void) | undefined {
  const page = frames.map((frame) => frame?.contentDocument).find((one) => one != null && goTo(one, fragment, "look"));
  return page == null ? undefined : () => void goTo(page, fragment, "go");
}
