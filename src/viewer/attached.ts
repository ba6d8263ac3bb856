// Files that go with a page, at their places in it: pictures by themselves, recordings and other files when they are asked
// for; a PDF over the page, where the browser can show it. Each comes through the index, part by part; what the frame gets is a `blob:` address that ends with the page.

import { button, element } from "./dom.ts";
import { failureOf, type Failure } from "./failure.ts";
import type { Offered } from "./reader.ts";

/** Pictures up to this many bytes come at once, larger ones when they are near to be seen. */
const SMALL = 128 * 1024;

type Form = "picture" | "audio" | "video" | "pdf" | "calendar" | "file";

// SECURITY: a fixed list. Nothing that a browser would run as a page is ever given its own type: what is not here is saved
// as bytes.
const FORMS: Readonly<Record<string, Form>> = {
  "image/png": "picture",
  "image/jpeg": "picture",
  "image/gif": "picture",
  "image/webp": "picture",
  "audio/mpeg": "audio",
  "audio/mp4": "audio",
  "audio/ogg": "audio",
  "audio/wav": "audio",
  "video/mp4": "video",
  "application/pdf": "pdf",
  "text/calendar": "calendar",
};
const formOf = (type: string): Form => (Object.prototype.hasOwnProperty.call(FORMS, type) ? FORMS[type]! : "file");

/** A PDF to show over the page. */
export type Sheet = {
  readonly words: string;
  readonly address: string;
  save(): void;
  /** The page is there again. */
  closed(): void;
};

export type Source = {
  readonly offered: readonly Offered[];
  fetch(file: string): Promise<Blob>;
  show(sheet: Sheet): void;
};

type Loaded = { readonly address: string; readonly form: Form };

let addresses: string[] = [];

/** Ends every address that was made: the page is left, or locked. */
export function dropAttachments(): void {
  addresses.forEach((address) => URL.revokeObjectURL(address));
  addresses = [];
}

/** Puts a page's files in their places. Where no listener runs in the frame, what can be asked for is returned instead. */
export function placeAttachments(page: Document, source: Source, heard: boolean): HTMLElement[] {
  const loader = new Loader(source);
  const below: HTMLElement[] = [];
  for (const place of page.querySelectorAll<HTMLElement>("[data-attachment]")) {
    const file = source.offered.find(({ id }) => id === place.dataset["attachment"]);
    if (file === undefined) say(place, "This file is missing. Your therapist can give it again.");
    else if (place instanceof page.defaultView!.HTMLImageElement) loader.picture(place, file);
    else below.push(...offer(place, file, loader, heard));
  }
  return below;
}

class Loader {
  readonly source: Source;
  /** One after the other: an old phone has little memory, and a slow line is not made faster by many. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(source: Source) {
    this.source = source;
  }

  load(file: Offered): Promise<Loaded> {
    const done = this.#turn.then(async () => {
      const blob = await this.source.fetch(file.id);
      let form = formOf(file.type);
      // SECURITY: shown in a frame that is not sandboxed, since no browser shows a PDF in one that is: only what begins as one.
      if (form === "pdf" && (await blob.slice(0, 5).text()) !== "%PDF-") form = "file";
      const address = URL.createObjectURL(blob.slice(0, blob.size, form === "file" ? "application/octet-stream" : file.type));
      addresses.push(address);
      return { address, form };
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }

  picture(place: HTMLImageElement, file: Offered): void {
    const load = (): void => {
      if (!place.isConnected) return;
      place.addEventListener("error", () => fail("damaged"), { once: true });
      this.load(file).then(({ address }) => (place.src = address), (error: unknown) => fail(failureOf(error).kind));
    };
    const fail = (kind: Failure["kind"]): void => say(place, sentence("picture", kind), () => (place.removeAttribute("src"), load()));
    if (file.length <= SMALL || !("IntersectionObserver" in window)) return load();
    const observer = new IntersectionObserver((seen) => {
      if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      load();
    }, { rootMargin: "600px" });
    observer.observe(place);
  }
}

/** Something to tap, in the place of the words that name the file. */
function offer(place: HTMLElement, file: Offered, loader: Loader, heard: boolean): HTMLElement[] {
  const page = place.ownerDocument;
  const words = place.textContent?.trim() || file.name;
  const size = page.createElement("small");
  // Its words say what it does, and it is small.
  size.textContent = formOf(file.type) === "calendar" ? "" : ` (${kind(file)}, ${sizeOf(file.length)})`;
  const label = (): string => `${words}${size.textContent}`;
  const note = element("span", { role: "status" });
  const here = heard ? page.createElement("button") : page.createElement("span");
  here.append(...place.childNodes, size);
  if (heard) here.setAttribute("type", "button");
  here.className = "attachment";
  place.replaceWith(here);
  let busy = false;
  const ready = ({ address, form }: Loaded): void => {
    if (form === "audio" || form === "video") return play(here, form, address, words);
    const save = (): void => element("a", { href: address, download: file.name }).click();
    // Not where no listener runs: that is Safari, which on a phone shows a PDF's first sheet in a frame and no other.
    if (form === "pdf" && heard && navigator.pdfViewerEnabled) loader.source.show({ words, address, save, closed: () => here.focus() });
    // Saved, never shown as a page of this site. A phone offers an appointment to its calendar.
    else save();
  };
  const open = (): void => {
    if (busy) return;
    busy = true;
    page.querySelectorAll(".unavailable").forEach((old) => old.previousElementSibling === here && old.remove());
    here.setAttribute("aria-busy", "true");
    note.textContent = "Opening.";
    loader.load(file).then(
      ready,
      (error: unknown) => after(here, sentence("file", failureOf(error).kind)),
    ).finally(() => {
      busy = false;
      here.removeAttribute("aria-busy");
      note.textContent = "";
    });
  };
  if (!heard) return [element("span", {}, button(label(), open), note)];
  here.addEventListener("click", open);
  return [];
}


function play(here: HTMLElement, form: "audio" | "video", address: string, words: string): void {
  const page = here.ownerDocument;
  const player = page.createElement(form);
  player.controls = true;
  player.setAttribute("aria-label", words);
  player.addEventListener("error", () => {
    player.remove();
    after(here, sentence("file", "damaged"));
    here.hidden = false;
  }, { once: true });
  player.src = address;
  here.hidden = true;
  here.after(player);
  player.focus();
  // It was asked for; where the browser does not let it begin, its own button does.
  void player.play().catch(() => undefined);
}

/** A sentence in the place of what can't be shown; the alternative text goes before it. */
function say(place: HTMLElement, sentence: string, again?: () => void): void {
  const page = place.ownerDocument;
  const note = page.createElement("span");
  note.className = "unavailable";
  note.setAttribute("role", "note");
  const alt = place.getAttribute("alt") ?? place.textContent ?? "";
  note.append(alt === "" ? sentence : `${alt}: ${sentence}`);
  if (again !== undefined) {
    const retry = page.createElement("button");
    retry.type = "button";
    retry.textContent = "Try again";
    retry.addEventListener("click", () => {
      note.replaceWith(place);
      again();
    });
    note.append(" ", retry);
  }
  place.replaceWith(note);
}

function after(here: HTMLElement, sentence: string): void {
  const note = here.ownerDocument.createElement("span");
  note.className = "unavailable";
  note.setAttribute("role", "alert");
  note.textContent = ` ${sentence}`;
  here.after(note);
}

function sentence(what: "picture" | "file", kind: Failure["kind"]): string {
  switch (kind) {
    case "offline":
      return `There is no connection, so this ${what} did not arrive.`;
    case "busy":
      return `The service cannot send this ${what} just now. Please try again in a while.`;
    case "gone":
      return `This ${what} was changed or taken back a moment ago. Go back to the list to see what there is now.`;
    default:
      return `This ${what} arrived damaged, so it is not shown. If this goes on, tell your therapist.`;
  }
}

function kind({ type, name }: Offered): string {
  const form = formOf(type);
  if (form === "pdf") return "PDF";
  return form !== "file" ? form : (/\.([a-z0-9]{1,5})$/i.exec(name)?.[1] ?? "file").toUpperCase();
}

/** `2.4 MB`, as phones say it. */
export function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
