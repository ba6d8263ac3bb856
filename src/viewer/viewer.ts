// What a member's browser runs. Takes the link out of the address first of all, asks for six words, lets a worker fetch,
// open and verify, and shows what there is. Locking ends the worker and empties the screen.

import { alert } from "./alert.ts";
import { dropAttachments } from "./attached.ts";
import { element, heading } from "./dom.ts";
import { failureOf, type Failure } from "./failure.ts";
import { watchIdleness } from "./idle.ts";
import { isCard, linkText, parseLink, type Link } from "./link.ts";
import { everything, listScreen, newestFirst, type Chosen } from "./list.ts";
import { keepSeen, lastSeen, ownCopy, phoneLink, tabLink } from "./memory.ts";
import { Notebook } from "./notebook.ts";
import { pageScreen } from "./page.ts";
import type { Entry, View } from "./reader.ts";
import { Session } from "./session.ts";
import { arrived, clearAddress, leave, leavePage, stepTo } from "./trace.ts";
import { setting } from "./trusted.ts";
import { unlockScreen } from "./unlock.ts";

/** The link in use, as text. */
let link = takeLink() ?? tabLink.get() ?? phoneLink.get();

/** A page that was opened, from the list or from another page. */
type Opened = { readonly entry: Entry; readonly from: "list" | "page"; readonly place?: string | undefined };

type Unlocked = {
  readonly session: Session;
  readonly book: Notebook;
  readonly mailbox: string;
  view: View;
  readonly firstVisit: boolean;
  readonly chosen: Chosen;
  /** Pages by the number that stands in the history instead of anything readable. */
  readonly opened: Map<number, Opened>;
  /** The list is known to be out of date. */
  stale: boolean;
};
let session: Session | undefined;
let unlocked: Unlocked | undefined;

const byId = (id: string): HTMLElement => document.getElementById(id)!;
const screen = byId("screen");
const help = byId("help");

// SECURITY: before anything else runs, against a look over the shoulder, a bookmark, and Back. The browser's own list of
// visited addresses may have noted the link on its arrival, and no page can take it out there: the six words still stand.
function takeLink(added = false): string | undefined {
  const text = linkText(location.pathname, location.hash);
  if (location.pathname !== "/l" || location.hash !== "") clearAddress(added);
  if (text !== undefined) tabLink.keep(text);
  return text;
}

function show(content: HTMLElement, focus = "h1"): void {
  dropAttachments();
  screen.replaceChildren(content);
  byId("lock").hidden = unlocked === undefined;
  scrollTo(0, 0);
  (screen.querySelector<HTMLElement>(focus) ?? screen.querySelector("h1"))?.focus();
}

function showFailure(failure: Failure): void {
  show(element("div", {}, heading("Your pages"), alert(failure)));
}

function showUnlock(note?: string): void {
  if (link === undefined) return showFailure({ kind: "no-link" });
  let parsed: Link;
  try {
    parsed = parseLink(link);
  } catch {
    tabLink.drop();
    return showFailure({ kind: "broken-link" });
  }
  show(unlockScreen({
    note,
    remembered: remembered()?.mailbox === parsed.mailbox,
    forget: () => {
      phoneLink.drop();
      // It may have come from there: this tab goes on with it.
      if (link !== undefined) tabLink.keep(link);
    },
    kept: {
      isKept: async () => remembered()?.mailbox === parsed.mailbox || ownCopy.get(await ownCopy.place(parsed.mailbox)) !== undefined,
      forget: () => void forgetPhone(parsed.mailbox),
    },
    unlock: (words, remember) => unlock(parsed, words, remember),
  }));
}

async function unlock(using: Link, words: readonly string[], remember: boolean): Promise<void> {
  const mine = (session = new Session(setting("worker")));
  try {
    const seen = await lastSeen(using.mailbox);
    const view = await mine.unlock(using, words, seen);
    await keepSeen(using.mailbox, view);
    const book = await Notebook.open(mine, using.mailbox);
    // Locked in the meantime.
    if (session !== mine) return;
    if (remember) rememberLink(using);
    const firstVisit = seen === undefined && isCard(using);
    unlocked = { session: mine, book, mailbox: using.mailbox, view, firstVisit, chosen: everything(), opened: new Map(), stale: false };
    clearAddress();
    showList();
    void catchUp(unlocked).catch(() => undefined);
  } catch (error) {
    mine.close();
    // What ended is not offered again; a card that this phone remembers may still do.
    if (failureOf(error).kind === "ticket-ended") {
      tabLink.drop();
      if (phoneLink.get() === link) phoneLink.drop();
    }
    throw error;
  }
}

/** Sends what waited, and takes in what was written on other devices. */
async function catchUp(at: Unlocked): Promise<void> {
  await at.book.sync();
  if (unlocked !== at || !at.book.notes.strange) return;
  screen.firstElementChild?.prepend(element("p", { class: "note", role: "status" }, "Notes that were kept for you did not come back as you wrote them, so they were left aside. If a draft or an answer of yours is missing, tell your therapist."));
}

/** A card's link has no end: one from an e-mail, which has, does not take its place. */
function rememberLink(using: Link): void {
  const kept = remembered();
  if (kept !== undefined && kept.mailbox === using.mailbox && isCard(kept) && !isCard(using)) return;
  if (link !== undefined) phoneLink.keep(link);
}

function remembered(): Link | undefined {
  try {
    return parseLink(phoneLink.get() ?? "");
  } catch {
    return undefined;
  }
}

/** Of this member; the tab goes on with the link that it has. */
async function forgetPhone(mailbox: string): Promise<void> {
  if (link !== undefined) tabLink.keep(link);
  phoneLink.drop();
  const remember = screen.querySelector<HTMLInputElement>("#remember");
  if (remember !== null) remember.checked = false;
  ownCopy.drop(await ownCopy.place(mailbox));
}

const entryButton = (id: string): string => `[data-page="${id}"]`;

function showList(focus?: string): void {
  const at = unlocked;
  if (at === undefined) return;
  if (at.stale) void refresh(at);
  show(listScreen({
    view: at.view,
    lang: help.lang,
    firstVisit: at.firstVisit,
    answered: new Set(at.book.notes.sent.filter(({ said }) => said?.kind !== "withdrawn").map(({ page }) => page)),
    chosen: at.chosen,
    open: (entry) => openPage(at, { entry, from: "list" }),
    older: async () => {
      const known = new Set(at.view.entries.map(({ id }) => id));
      await renew(at, "older");
      const first = newestFirst(at.view.entries).find(({ id }) => !known.has(id));
      showList(first && entryButton(first.id));
    },
  }), focus);
}

async function refresh(at: Unlocked): Promise<void> {
  at.stale = false;
  try {
    await renew(at, "refresh");
    if (unlocked === at) showList();
  } catch (error) {
    if (unlocked !== at) return;
    at.stale = true;
    screen.firstElementChild?.prepend(alert(failureOf(error), showList));
  }
}

async function renew(at: Unlocked, ask: "older" | "refresh"): Promise<void> {
  const view = await at.session[ask]();
  await keepSeen(at.mailbox, view);
  at.view = view;
  await at.book.look();
}

/** Counts on from the time, so that no number of an earlier visit comes again. */
let number = Date.now();

function openPage(at: Unlocked, opened: Opened): void {
  at.opened.set((number += 1), opened);
  // So that Back leads to where it was opened. The history must not tell what was read.
  stepTo(number);
  showPage(at, opened);
}

function showPage(at: Unlocked, opened: Opened): void {
  const { entry, from, place } = opened;
  const steps = history.length;
  const back = (): void => {
    if (from === "list" && history.length === steps) return history.back();
    // Links followed within the page left steps of their own: going back would stay on it.
    clearAddress();
    showList(entryButton(entry.id));
  };
  show(pageScreen({
    entry,
    place,
    lang: help.lang,
    html: () => at.session.open(entry.id),
    file: (id) => at.session.attachment(entry.id, id),
    book: at.book,
    leadsTo: (id, there) => {
      // What is further back in the list is there when it is looked for.
      const known = at.view.older || at.view.entries.some((one) => one.id === id);
      return known ? () => void follow(at, id, there) : undefined;
    },
    step: () => stepTo(arrived() ?? 0),
    back,
    failed: ({ kind }) => (at.stale ||= kind === "gone"),
  }));
}

async function follow(at: Unlocked, id: string, place: string | undefined): Promise<void> {
  const shown = screen.firstElementChild;
  const find = (): Entry | undefined => at.view.entries.find((one) => one.id === id);
  try {
    while (find() === undefined && at.view.older) await renew(at, "older");
    // Something else was opened in the meantime, or it was locked.
    if (unlocked !== at || screen.firstElementChild !== shown) return;
    const entry = find();
    if (entry === undefined) shown?.prepend(alert({ kind: "gone" }));
    else openPage(at, { entry, from: "page", place });
  } catch (error) {
    if (unlocked === at) shown?.prepend(alert(failureOf(error), () => void follow(at, id, place)));
  }
}

function lock(why: "button" | "idle" | "left"): void {
  forget(why);
  // Nothing comes back to a page that was left quickly.
  if (!screen.isConnected) return;
  if (why === "left") return showUnlock();
  leavePage();
  if (why === "idle") return showUnlock("Locked, because nothing was done here for ten minutes. Your six words open it again.");
  dropLink();
  if (link !== undefined) return showUnlock("Locked. Your six words open it again.");
  show(element("div", {}, heading("Locked"), element("p", { class: "lead" }, "Nothing of what you read is left here. To come back, open the link again from your e-mail, or scan the code on your card.")));
}

function forget(why: "button" | "idle" | "left"): void {
  dropAttachments();
  const ending = session;
  const book = unlocked?.book;
  session = unlocked = undefined;
  // SECURITY: a page that is left keeps no keys for a moment. One that is locked gets a second, to seal what was just
  // written; nothing can be asked of it any more.
  if (book === undefined || why === "left") ending?.close();
  void book?.close().then(() => ending?.close());
}

function dropLink(): void {
  tabLink.drop();
  link = phoneLink.get();
}

function leaveQuickly(): void {
  forget("left");
  dropLink();
  // SECURITY: empty at once: the other page may be long in coming.
  document.body.replaceChildren();
  document.title = "";
  leave(setting("leave"));
}

/** What was typed and never used does not stay either. */
function lockIdle(): void {
  if (unlocked !== undefined) return lock("idle");
  const field = screen.querySelector<HTMLInputElement>("#passphrase");
  if (field === null || field.readOnly) return;
  field.value = "";
  field.dispatchEvent(new Event("input"));
}

function start(): void {
  document.body.classList.remove("waiting");
  byId("bar").hidden = false;
  help.hidden = true;
  byId("help-button").addEventListener("click", (event) => {
    help.hidden = !help.hidden;
    (event.currentTarget as Element).setAttribute("aria-expanded", String(!help.hidden));
  });
  byId("lock").addEventListener("click", () => lock("button"));
  byId("leave").addEventListener("click", leaveQuickly);
  if (tooOld()) return showFailure({ kind: "too-old" });
  addEventListener("hashchange", () => {
    const taken = takeLink(true);
    if (taken === undefined) return;
    link = taken;
    lock("left");
  });
  addEventListener("popstate", () => {
    if (location.hash !== "") return;
    const page = arrived();
    if (unlocked === undefined) return;
    const opened = page === undefined ? undefined : unlocked.opened.get(page);
    const left = screen.querySelector<HTMLElement>("[data-open]")?.dataset["open"];
    const sheet = screen.querySelector(".sheet");
    if (sheet !== null && opened?.entry.id === left) return void sheet.dispatchEvent(new Event("close"));
    if (opened !== undefined) showPage(unlocked, opened);
    else showList(left && entryButton(left));
  });
  // SECURITY: a page put aside for Back, or a phone handed on, must hold nothing that was unlocked.
  addEventListener("pagehide", () => lock("left"));
  addEventListener("pageshow", (event) => event.persisted && lock("left"));
  watchIdleness({ place: byId("warning"), unlocked: () => unlocked !== undefined, lock: lockIdle });
  leavePage();
  showUnlock();
}

/** Whether this browser lacks something that nothing here can do without. */
function tooOld(): boolean {
  const needed = ["Worker", "BigInt", "TextDecoder", "AbortController", "ReadableStream", "TransformStream", "ResizeObserver"];
  return needed.some((name) => !(name in window)) || globalThis.crypto?.subtle === undefined;
}

start();
