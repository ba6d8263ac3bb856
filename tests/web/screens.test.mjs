// What each screen does for the person in front of it: typing words, waiting, choosing, older pages, coming back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Practice, closeAll, launch, openPage, phone, read, unlock } from "./harness.mjs";

const OLDER = 300;
let browser, practice, server, card;

before(async () => {
  browser = await launch();
  practice = new Practice().group("tuesday", "Tuesday group").group("thursday", "Thursday group");
  card = practice.member("maya", "tuesday", "thursday");
  for (let n = 0; n < OLDER; n += 1) practice.page(`library/p${String(n).padStart(3, "0")}.md`, `+++\ntitle = "Leaf ${n}."\n+++\nText ${n}.\n`);
  practice
    .page("groups/tuesday/agenda.md", '+++\ntitle = "Tuesday agenda"\nkind = "agenda"\ndate = 2026-11-24\n+++\nText.\n')
    .page("groups/thursday/agenda.md", '+++\ntitle = "Thursday agenda"\nkind = "agenda"\ndate = 2026-11-26\n+++\nText.\n')
    .page("groups/thursday/summary.md", '+++\ntitle = "Thursday summary"\nkind = "summary"\ndate = 2026-11-19\n+++\nText.\n')
    .page("members/maya/note.md", '+++\ntitle = "For you"\nkind = "note"\n+++\nText.\n');
  practice.build();
  server = await practice.serve();
});

after(async () => {
  await closeAll();
  await browser.close();
});

async function fresh(options = {}) {
  const context = await browser.newContext({ viewport: phone, ...options });
  return { page: await context.newPage(), close: () => context.close() };
}

const titles = (page) => page.locator("button.entry .title").allInnerTexts();

test("the field helps with the typing", async () => {
  const { page, close } = await fresh();
  await page.goto(server.at(card.link));
  const field = page.getByLabel("Passphrase");
  const count = page.locator("#count");
  const words = card.passphrase.split(" ");
  const [a, b, c] = words;
  const short = words.map((word) => word.slice(0, 3));
  for (const [typed, value, said] of [
    ["", "", "Six words. Three letters of each are enough."],
    [a.slice(0, 2), a.slice(0, 2), "Six words. Three letters of each are enough."],
    [a.slice(0, 3), a.slice(0, 3), "1 of 6 words recognised."],
    [`${a.slice(0, 3)} `, `${a} `, "1 of 6 words recognised."],
    [`${a.slice(0, 3)}-`, `${a} `, "1 of 6 words recognised."],
    [`${a.slice(0, 3)},`, `${a} `, "1 of 6 words recognised."],
    [`${a.slice(0, 3)}. ${b.slice(0, 4)}.`, `${a} ${b} `, "2 of 6 words recognised."],
    [`${a.toUpperCase()} ${b.slice(0, 3).toUpperCase()} `, `${a} ${b} `, "2 of 6 words recognised."],
    [`  ${a}  ${b}--${c} `, `${a} ${b} ${c} `, "3 of 6 words recognised."],
    [`${a} xxxxx ${c} `, `${a} xxxxx ${c} `, "Word 2 is not in the list."],
    [`${short.join("-")}-`, `${words.join(" ")} `, "All six words recognised."],
    [`${words.join(", ")} `, `${words.join(" ")} `, "All six words recognised."],
    [`${words.join(" ")} ${a} `, `${words.join(" ")} ${a} `, "7 words. A passphrase has six."],
  ]) {
    await field.fill("");
    await field.pressSequentially(typed);
    assert.deepEqual([await field.inputValue(), await count.innerText()], [value, said], typed);
  }
  // Pasted as one piece, it is completed on the way out of the field.
  await field.fill(short.join(" "));
  await field.blur();
  assert.equal(await field.inputValue(), words.join(" "));
  const show = page.getByRole("button", { name: /^(Show|Hide)$/ });
  assert.equal(await page.locator(".typed").innerText(), "", "nothing can be read until it is asked for");
  for (const [type, label, seen] of [["text", "Hide", words.join(" ")], ["password", "Show", ""]]) {
    await show.click();
    assert.deepEqual([await field.getAttribute("type"), await show.innerText(), await page.locator(".typed").innerText()], [type, label, seen]);
  }
  await close();
});

test("a password manager finds what it looks for, and nothing that says more", async () => {
  const { page, close } = await fresh();
  await page.goto(server.at(card.link));
  const form = await page.locator("form").evaluate((form) => ({
    submits: form.querySelector("button[type=submit]")?.textContent,
    action: form.getAttribute("action"),
    fields: [...form.querySelectorAll("input:not([type=checkbox])")].map((field) => ["type", "name", "autocomplete", "autocapitalize", "spellcheck", "value", "maxlength"].map((name) => field.getAttribute(name))),
  }));
  assert.deepEqual(form, {
    submits: "Unlock",
    action: null,
    fields: [
      ["text", "username", "username", null, null, "pages", null],
      ["password", "passphrase", "current-password", "none", "false", null, null],
    ],
  });
  // It keeps what stands in the field when the form is sent: the whole words, whatever was typed.
  await page.locator("form").evaluate((form) => form.addEventListener("submit", () => (window.kept = form.elements.passphrase.value)));
  await unlock(page, card.passphrase.split(" ").map((word) => word.slice(0, 3).toUpperCase()).join("-"));
  assert.equal(await page.evaluate(() => window.kept), card.passphrase);
  await page.getByRole("heading", { name: /^Hello/ }).waitFor();
  await close();
});

test("unlocking says that it works, and the page answers meanwhile", async () => {
  const { page, close } = await fresh();
  await page.goto(server.at(card.link));
  await page.evaluate(() => {
    window.gaps = [];
    let last = performance.now();
    const tick = (now) => {
      window.gaps.push(now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  const began = Date.now();
  await unlock(page, card.passphrase);
  await page.getByText("Unlocking. This takes a few seconds.").waitFor();
  assert.equal(await page.locator("form").getAttribute("aria-busy"), "true");
  // It can be used: help opens while the words are being worked on.
  await page.getByRole("button", { name: "Help" }).click();
  assert.ok(await page.getByRole("link", { name: "988" }).isVisible());
  assert.equal(await page.locator("button.entry").count(), 0, "it was still at it");
  await page.getByRole("heading", { name: /^Hello/ }).waitFor();
  const took = Date.now() - began;
  const longest = Math.max(...(await page.evaluate(() => window.gaps)));
  assert.ok(longest < took / 2 && longest < 1000, `a gap of ${longest} ms in ${took} ms`);
  await close();
});

test("by group and by kind", async () => {
  const { page, close } = await fresh();
  await read(page, server.at(card.link), card.passphrase);
  const choose = (label, option) => page.getByLabel(label).selectOption(option);
  assert.deepEqual((await titles(page)).slice(0, 3), ["Thursday agenda", "Tuesday agenda", "Thursday summary"], "newest first");
  await choose("Kind", "Agenda");
  assert.deepEqual(await titles(page), ["Thursday agenda", "Tuesday agenda"]);
  await choose("Group", "Thursday group");
  assert.deepEqual(await titles(page), ["Thursday agenda"]);
  await page.getByText("1 page", { exact: true }).waitFor();
  await openPage(page, "Thursday agenda");
  await page.getByRole("button", { name: "All pages" }).click();
  await page.locator("button.entry").first().waitFor();
  assert.deepEqual(await titles(page), ["Thursday agenda"], "the choice is kept");
  await choose("Kind", "All");
  assert.deepEqual(await titles(page), ["Thursday agenda", "Thursday summary"]);
  await choose("Group", "Tuesday group");
  await choose("Kind", "Summary");
  assert.deepEqual(await titles(page), []);
  await page.getByText("0 pages").waitFor();
  await close();
});

test("older pages come when they are asked for", async () => {
  const { page, close } = await fresh();
  await read(page, server.at(card.link), card.passphrase);
  const first = await titles(page);
  assert.ok(first.length > 0 && first.length <= 256, `${first.length} at first`);
  const older = page.getByRole("button", { name: "Older pages" });
  await page.route("**/api/objects/*", (route) => route.abort());
  await older.click();
  await page.locator("[role=alert][data-failure=offline]").waitFor();
  assert.deepEqual(await titles(page), first, "a torn line loses nothing");
  await page.unroute("**/api/objects/*");
  await older.click();
  // Those that a new practice begins with are among them.
  const { length } = JSON.parse(practice.run("show", "maya", "--json")).pages;
  assert.ok(length >= OLDER + 4);
  await page.getByText(`${length} pages`).waitFor();
  assert.equal(await older.count(), 0, "these are all");
  const all = await titles(page);
  assert.equal(new Set(all).size, length);
  const focused = await page.evaluate(() => document.activeElement.querySelector(".title").textContent);
  assert.ok(all.includes(focused) && !first.includes(focused), `the focus is on the first new one, not ${focused}`);
  await openPage(page, focused);
  await close();
});

test("Back from elsewhere finds it locked, whatever the browser kept", async () => {
  // Only a browser that is told so keeps a page for Back while it is driven.
  const keeping = await launch({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });
  const page = await (await keeping.newContext({ viewport: phone })).newPage();
  await page.addInitScript(() => addEventListener("pageshow", (event) => event.persisted && (window.cameBack = true)));
  await read(page, server.at(card.link), card.passphrase);
  await openPage(page, "Thursday agenda");
  await page.goto(`${server.url}/`);
  // A page that was kept is not loaded again, so nothing tells of that.
  await page.goBack({ waitUntil: "commit" });
  await page.getByLabel("Passphrase").waitFor();
  assert.equal(await page.evaluate(() => window.cameBack), true, "it was kept for Back");
  assert.equal(await page.locator("iframe, button.entry").count(), 0);
  assert.equal(await page.getByLabel("Passphrase").inputValue(), "");
  await unlock(page, card.passphrase);
  await page.getByRole("heading", { name: /^Hello/ }).waitFor();
  await keeping.close();
});

test("a tab that is out of sight stays open; ten minutes count there too", async () => {
  const { page, close } = await fresh();
  await page.clock.install();
  await read(page, server.at(card.link), card.passphrase);
  const turn = (state) => page.evaluate((state) => {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    Object.defineProperty(document, "hidden", { value: state === "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);
  await turn("hidden");
  await page.clock.fastForward(5 * 60_000);
  await turn("visible");
  assert.ok((await page.locator("button.entry").count()) > 0, "looking up a word elsewhere locks nothing");
  await turn("hidden");
  await page.clock.fastForward(6 * 60_000);
  await turn("visible");
  assert.equal(await page.locator("button.entry").count(), 0, "eleven minutes do");
  await page.getByLabel("Passphrase").waitFor();
  await close();
});
