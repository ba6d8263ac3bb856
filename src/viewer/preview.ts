// What the author's browser runs: every page as a member will see it after the next build, shown by the viewer's own code.
// It takes its data from the preview's server on this machine, waits there for what changes, and shows that at once.

import { dropAttachments } from "./attached.ts";
import { button, element, heading } from "./dom.ts";
import { everything, listScreen, type Chosen } from "./list.ts";
import { pageScreen, type PageOptions } from "./page.ts";
import { ask, openName, visible, type List, type Matrix, type Mistake, type OpenList, type PageData, type State } from "./preview-data.ts";
import { mistakeList } from "./preview-mistakes.ts";
import { whoScreen } from "./preview-who.ts";
import type { Entry } from "./reader.ts";
import { trusted } from "./trusted.ts";

type Route =
  | { readonly kind: "list"; readonly as: string }
  | { readonly kind: "page"; readonly as: string; readonly file: string; readonly place: string | undefined }
  | { readonly kind: "open"; readonly path: string }
  | { readonly kind: "who" };

/** What a route shows: `text` tells whether it changed. */
type Made = { readonly text: string; readonly title: string; readonly own?: PageData; make(): HTMLElement };

const byId = (id: string): HTMLElement => document.getElementById(id)!;
const screen = byId("screen");
const people = byId("as") as HTMLSelectElement;
const live = byId("live");

let state: State | undefined;
let shown: { readonly route: string; readonly text: string } | undefined;
/** Drawings that were overtaken by a later one show nothing. */
let turn = 0;
/** What the next list says above itself. */
let remark: string | undefined;
const chosen = new Map<string, Chosen>();

const hrefOf = (...parts: readonly string[]): string => `#/${parts.map(encodeURIComponent).join("/")}`;
const hrefs = { page: (as: string, file: string, place: string[] = []): string => hrefOf("as", as, file, ...place), open: (path: string): string => hrefOf("open", path) };

function routeOf(hash: string): Route {
  const [kind, first = "", second, place] = hash.replace(/^#\//, "").split("/").map(decodeURIComponent);
  if (kind === "who") return { kind };
  if (kind === "open") return { kind, path: first };
  const as = kind === "as" ? first : (state?.first ?? state?.members[0]?.folder);
  if (as === undefined) return { kind: "who" };
  return second === undefined ? { kind: "list", as } : { kind: "page", as, file: second, place };
}

const made = (route: Route): Promise<Made> => {
  switch (route.kind) {
    case "list": return list(route.as);
    case "page": return page(route.as, route.file, route.place);
    case "open": return route.path === "" ? openList() : openPage(route.path);
    case "who": return who();
  }
};

async function list(as: string): Promise<Made> {
  const { data } = await ask<List>("list", { as });
  const fileOf = new Map(data.files.map(({ id, file }) => [id, file]));
  const stale = data.files.filter(({ is_stale }) => is_stale).map(({ file }) => file);
  const pick = chosen.get(as) ?? everything();
  chosen.set(as, pick);
  const above = remark === undefined ? [] : [remark];
  remark = undefined;
  const notes = [
    ...above,
    ...data.notes,
    ...(stale.length > 0 ? [`As before a mistake came into it: ${stale.join(", ")}.`] : []),
    ...(data.unsure.length > 0 ? [`Without your keys nobody can tell whether these are here too: ${data.unsure.join(", ")}. Start with --keys to know.`] : []),
  ];
  // The time of asking is no change.
  const { issued: _, now: __, ...same } = data.view;
  return {
    text: JSON.stringify([same, data.files, notes]),
    title: data.view.reader,
    make: () => element("div", {}, ...notes.map(note), listScreen({
      view: data.view,
      lang: state?.lang ?? "",
      firstVisit: false,
      answered: new Set(),
      chosen: pick,
      open: ({ id }) => go(hrefs.page(as, fileOf.get(id) ?? "")),
      older: async () => undefined,
    })),
  };
}

async function page(as: string, file: string, place: string | undefined): Promise<Made> {
  const { text, data } = await ask<PageData>("page", { as, file });
  const fileOf = new Map((await ask<List>("list", { as })).data.files.map((one) => [one.id, one.file]));
  const lead = (id: string, there: string | undefined): (() => void) | undefined => {
    const target = fileOf.get(id);
    return target === undefined ? undefined : () => go(hrefs.page(as, target, there === undefined ? [] : [there]));
  };
  const { html, entry } = data;
  if (html === null || entry === null) {
    if (data.mistakes.length === 0) {
      remark = `${nameOf(as)} does not get ${file}.`;
      return list(as);
    }
    return { text, title: file, own: data, make: () => element("div", {}, heading(visible(file)), note("It can be shown once the mistake is mended.")) };
  }
  return {
    text,
    title: entry.title,
    own: data,
    make: () => element("div", {}, data.is_stale && note("This is the page as it was before the mistake."), notYet(data), framed({
      entry, place, html: async () => atHome(html), file: (id) => fetched({ as, file, id }), leadsTo: lead, back: () => go(hrefOf("as", as)),
    }, state?.page_style)),
  };
}

async function openList(): Promise<Made> {
  const { text, data } = await ask<OpenList>("open");
  const listed = (name: string, path: string): HTMLElement => element("li", {}, button(visible(name), () => go(hrefs.open(path)), { class: "entry" }));
  const later = data.not_yet.map(({ file, why }) => listed(`${file}, ${why}`, file));
  return { text, title: "Open site", make: () => element("div", { class: "list" },
    heading("The open site"),
    element("p", { class: "lead" }, "For everyone on the web, members or not."),
    element("ul", { class: "entries" }, ...data.pages.map((page) => listed(openName(page), page.path))),
    later.length > 0 && element("h2", {}, "Not there yet"),
    later.length > 0 && element("ul", { class: "entries" }, ...later),
  ) };
}

async function openPage(path: string): Promise<Made> {
  const { text, data } = await ask<PageData>("page", { as: "", file: path });
  const back = (): void => go(hrefOf("open"));
  if (data.html === null && data.mistakes.length > 0) return { text, title: path, own: data, make: () => element("div", {}, heading(visible(path)), note("It can be shown once the mistake is mended.")) };
  if (data.html === null) return { text, title: path, make: () => element("div", {}, heading(visible(path)), note("There is no such page on the open site."), button("The open site", back)) };
  const html = data.html;
  const entry: Entry = { id: path, title: `/${path}`, date: null, order: null, audience: { kind: "library", title: "" }, kind: "resource", tags: [], attachments: [], links: [] };
  const file = (): Promise<Blob> => Promise.reject(new Error(path));
  return { text, title: path, own: data, make: () => element("div", {}, notYet(data), framed({ entry, place: undefined, html: async () => atHome(html), file, leadsTo: () => undefined, back }, state?.open_style)) };
}

async function who(): Promise<Made> {
  const { text, data } = await ask<Matrix>("matrix");
  return { text, title: "Who sees what", make: () => whoScreen(data, state?.members ?? [], hrefs) };
}

const note = (text: string): HTMLElement => element("p", { class: "note" }, visible(text));
const notYet = ({ not_yet }: PageData): HTMLElement | false => not_yet !== null && note(`Nobody gets this yet: ${not_yet}.`);
const nameOf = (folder: string): string => state?.members.find((person) => person.folder === folder)?.name ?? folder;
const go = (href: string): void => void (location.hash = href);

/** By the viewer's own code, with this stylesheet. */
function framed(options: Omit<PageOptions, "lang" | "failed" | "book">, style: string | undefined): HTMLElement {
  document.querySelector<HTMLMetaElement>('meta[name="heldspace-page-style"]')!.content = style ?? "";
  return pageScreen({ ...options, lang: state?.lang ?? "", book: undefined, failed: () => undefined });
}

async function fetched(query: Readonly<Record<string, string>>): Promise<Blob> {
  const answer = await fetch(`file?${new URLSearchParams(query)}`, { cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.blob();
}

// What a page takes from its host lies below the preview's address, not at the top. The document that is changed here is
// shown by nobody, and runs nothing.
function atHome(html: string): string {
  const page = new DOMParser().parseFromString(trusted.createHTML(html), "text/html");
  for (const [selector, name] of [["link[href], image[href], use[href]", "href"], ["[src]", "src"]] as const) {
    for (const one of page.querySelectorAll(selector)) one.setAttribute(name, one.getAttribute(name)!.replace(/^\/(?!\/)/, ""));
  }
  return `<!doctype html>${page.documentElement.outerHTML}`;
}

/** Shows what the address says; `moved` where the author went there, so that the reader begins at its top. */
async function draw(moved: boolean): Promise<void> {
  const mine = (turn += 1);
  const hash = location.hash;
  const route = routeOf(hash);
  let next: Made;
  try {
    next = await made(route);
  } catch {
    if (mine !== turn) return;
    next = { text: "nothing", title: "Preview", make: () => element("div", {}, heading("Preview"), note("There is nothing to show here yet.")) };
  }
  if (mine !== turn) return;
  const text = `${state?.page_style} ${state?.open_style} ${next.text}`;
  showMistakes(next.own?.mistakes ?? [], route.kind === "page" ? route.file : route.kind === "open" ? route.path : undefined);
  showPeople(route);
  document.title = `${next.title} · Preview`;
  document.body.classList.toggle("wide", route.kind === "who");
  if (shown?.route === hash && shown.text === text) return;
  const stays = !moved && shown?.route === hash;
  shown = { route: hash, text };
  put(next.make(), stays);
}

function put(content: HTMLElement, stays: boolean): void {
  dropAttachments();
  if (!stays) {
    screen.replaceChildren(content);
    scrollTo(0, 0);
    screen.querySelector("h1")?.focus();
    return;
  }
  const top = scrollY;
  screen.style.minHeight = `${screen.offsetHeight}px`;
  screen.replaceChildren(content);
  const settle = (): void => {
    screen.style.minHeight = "";
    scrollTo(0, top);
  };
  // A page has its height once its style is there.
  const settled = new MutationObserver(() => {
    if (screen.querySelector("iframe.pending") !== null || screen.querySelector(".working") !== null) return;
    settled.disconnect();
    settle();
  });
  if (screen.querySelector(".working") === null) settle();
  else settled.observe(screen, { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] });
}

let mistakesShown = "";

/** A page that is shown knows its own mistakes first. */
function showMistakes(own: readonly Mistake[], file: string | undefined): void {
  const others = (state?.mistakes ?? []).filter((mistake) => mistake.file !== file && !own.some((one) => JSON.stringify(one) === JSON.stringify(mistake)));
  const text = JSON.stringify([own, others]);
  if (text === mistakesShown) return;
  mistakesShown = text;
  byId("mistakes").replaceChildren(...mistakeList(own, others));
}

let peopleShown = "";

function showPeople(route: Route): void {
  const text = JSON.stringify(state?.members);
  if (text !== peopleShown) {
    peopleShown = text;
    const members = (state?.members ?? []).map(({ folder, name, reads }) => new Option(reads ? name : `${name} (gets nothing)`, `as/${folder}`));
    people.replaceChildren(
      element("optgroup", { label: "All" }, new Option("Who sees what", "who"), new Option("The open site", "open")),
      element("optgroup", { label: "Members" }, ...members),
    );
  }
  people.value = route.kind === "open" || route.kind === "who" ? route.kind : `as/${route.as}`;
}

people.addEventListener("change", () => {
  const [kind = "", folder] = people.value.split("/");
  const at = routeOf(location.hash);
  if (folder === undefined) return go(hrefOf(kind));
  // The page stays open, if they have it too.
  go(at.kind === "page" ? hrefs.page(folder, at.file) : hrefOf(kind, folder));
});
addEventListener("hashchange", () => void draw(true));

// Links of the open site lead to its other pages; those that lead out, frame.ts follows.
new MutationObserver(() => {
  for (const frame of screen.querySelectorAll<HTMLIFrameElement>("iframe.page:not([data-followed])")) followOpen(frame);
}).observe(screen, { subtree: true, childList: true });

function followOpen(frame: HTMLIFrameElement): void {
  frame.dataset["followed"] = "";
  frame.addEventListener("load", () => frame.contentDocument?.addEventListener("click", (event) => {
    const address = (event.target as Element | null)?.closest("a[href]")?.getAttribute("href") ?? "";
    if (!/^\/(?!\/)/.test(address)) return;
    event.preventDefault();
    const path = address.slice(1).replace(/[?#].*$/, "");
    go(hrefs.open(path === "" || path.endsWith("/") ? `${path}index.html` : path));
  }));
}

function showLive(): void {
  const trouble = state?.trouble ?? state?.blind;
  live.textContent = trouble !== null && trouble !== undefined ? `Not live: ${trouble}.` : state?.is_checked === true ? "Live" : "Live, looking through all pages";
  live.classList.toggle("wrong", typeof trouble === "string");
  if (typeof state?.blind === "string") live.append(" ", button("Look again", () => void fetch("again", { method: "POST" })));
}

/** Browsers open few connections to one host: a tab that nobody looks at waits for none. */
const inSight = (): Promise<void> =>
  document.hidden ? new Promise((seen) => document.addEventListener("visibilitychange", () => seen(), { once: true })) : Promise.resolve();

const pause = (ms: number): Promise<void> => new Promise((over) => setTimeout(over, ms));

async function follow(): Promise<never> {
  for (;;) {
    await inSight();
    try {
      const next = (await ask<State>("state", { after: String(state?.number ?? 0) })).data;
      const isNew = next.number !== state?.number;
      state = next;
      showLive();
      if (isNew) await draw(false);
    } catch {
      live.textContent = "The preview has ended. `heldspace preview` starts it again, at another address.";
      live.classList.add("wrong");
      await pause(1000);
    }
  }
}

void follow();
