// What a member meets on a phone in bad moments: small screens, large letters, no network, somebody at the door.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { Practice, closeAll, desktop, failure, launch, openPage, read, repository, unlock } from "./harness.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = join(repository, "target/screenshots");
const small = { width: 360, height: 640 };
const keyboard = { width: 360, height: 330 };

const wide = `| ${Array.from({ length: 9 }, (_, n) => `Heading${n}`).join(" | ")} |\n|${"---|".repeat(9)}\n| ${"wordword | ".repeat(9)}\n`;
const many = Array.from({ length: 40 }, (_, n) => `Paragraph ${n} of a page that is long.[^note]\n`).join("\n");

let browser, practice, server, card, page;

before(async () => {
  mkdirSync(shots, { recursive: true });
  browser = await launch();
  practice = new Practice().group("tuesday", "Tuesday");
  card = practice.member("maya", "tuesday");
  practice
    .page("library/long.md", `+++\ntitle = "A long page"\ndate = 2026-11-17\n+++\n${many}\n[^note]: A note.\n`)
    .page("library/table.md", `+++\ntitle = "A wide table"\n+++\nBefore.\n\n${wide}\nאחרי\n\n- [x] done, in a line that is so long that it has to go on in the next one\n- [ ] not yet\n\n[^n]: A note.\n\nAnd a word.[^n]\n`)
    .page("library/open.md", '+++\ntitle = "For everyone"\npublic = true\n+++\nHello.\n')
    .page("groups/tuesday/agenda.md", '+++\ntitle = "The agenda"\nkind = "agenda"\ndate = 2026-11-24\n+++\nShort.\n')
    .page("members/maya/note.md", "+++\ntitle = \"For you\"\ndate = 2026-11-23\n+++\nA quiet word.\n");
  practice.build();
  server = await practice.serve();
});

after(async () => {
  await closeAll();
  await browser.close();
});

beforeEach(async () => {
  page = await (await browser.newContext({ viewport: small })).newPage();
});

afterEach(() => page.context().close());

const look = (name) => page.screenshot({ path: join(shots, `viewer-${name}.png`) });
const enter = () => read(page, server.at(card.link), card.passphrase);
const inView = (locator) => locator.evaluate((one) => {
  const { top, bottom, left, right } = one.getBoundingClientRect();
  return top >= -1 && bottom <= innerHeight + 1 && left >= 0 && right <= innerWidth;
});
const button = (name) => page.getByRole("button", { name, exact: true });

for (const [size, viewport] of Object.entries({ phone: small, lying: { width: 640, height: 360 } })) {
  test(`Help is where one looks, however far the page is scrolled: ${size}`, async () => {
    await page.setViewportSize(viewport);
    await enter();
    await openPage(page, "A long page");
    await page.evaluate(() => scrollTo(0, 3000));
    await button("Help").click();
    const number = page.getByRole("link", { name: /^Call 988 .*: 988$/ });
    assert.ok(await inView(number), "the number is in view");
    const box = await number.boundingBox();
    assert.ok(box.height >= 44 && box.width >= 44);
    await look(`help-${size}`);
    assert.ok(await page.evaluate(() => scrollY > 2000), "and the place is not lost");
    await button("Help").click();
    assert.equal(await number.isVisible(), false);
  });
}

test("with the keyboard of a phone open, unlocking and a refusal are seen", async () => {
  await page.setViewportSize(keyboard);
  await page.goto(server.at(card.link));
  const { asked, answer } = await hold("**/keyring", (route) => route.continue());
  await page.getByLabel("Passphrase").fill(Array(6).fill("aardvark").join(" "));
  await page.keyboard.press("Enter");
  assert.ok(await inView(page.getByText("Unlocking. This takes a few seconds.")));
  assert.equal(await page.evaluate(() => document.activeElement.id), "", "the keyboard goes away");
  await look("unlocking");
  await asked;
  answer();
  await page.locator("[role=alert]").waitFor();
  assert.equal(await failure(page), "wrong-passphrase");
  assert.ok(await inView(page.locator("[role=alert]")));
  await look("refused");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "passphrase", "the field comes next");
});

test("what is not six words is told apart", async () => {
  await page.goto(server.at(card.link));
  const words = card.passphrase.split(" ");
  for (const [typed, what] of [
    [words.slice(1).join(" "), "One word is missing."],
    [words.slice(3).join(" "), "3 words are missing."],
    [[words[0], "xxxxx", ...words.slice(2)].join(" "), "Word 2 is not on any card."],
    [[...words, "aardvark"].join(" "), "There is one word too many."],
    ["", "There are no words yet."],
  ]) {
    await unlock(page, typed);
    await page.getByRole("alert").getByText(what).waitFor();
  }
});

test("Show leaves the focus and the end of the field where they were", async () => {
  await page.goto(server.at(card.link));
  const field = page.getByLabel("Passphrase");
  await field.pressSequentially("aar bam");
  await button("Show").click();
  await page.keyboard.type("boo ");
  assert.equal(await field.inputValue(), "aardvark bamboo ");
  await button("Hide").click();
  assert.equal(await field.getAttribute("type"), "password");
});

test("words left in the field are gone after ten idle minutes", async () => {
  await page.clock.install();
  await page.goto(server.at(card.link));
  await page.getByLabel("Passphrase").fill(card.passphrase);
  await page.clock.fastForward(9 * 60_000);
  assert.equal(await page.getByLabel("Passphrase").inputValue(), card.passphrase);
  // Ten minutes from here, since a window that gets the focus late counts as use.
  await page.clock.fastForward(10 * 60_000 + 1000);
  await page.waitForFunction(() => document.querySelector("input[type=password]").value === "");
});

test("the lock is announced a minute before, and can be put off", async () => {
  await page.clock.install();
  await enter();
  const told = page.getByRole("status").filter({ hasText: "Locks in a minute." });
  assert.equal(await page.locator("#warning").getAttribute("role"), "status", "it listens before there is anything to say");
  await page.clock.fastForward(9 * 60_000 + 1000);
  await told.waitFor();
  await look("warning");
  await button("Keep open").click();
  await told.waitFor({ state: "detached" });
  await page.clock.fastForward(9 * 60_000 - 10_000);
  assert.ok(await page.locator("button.entry").first().isVisible());
  await page.clock.fastForward(70_000);
  await page.getByLabel("Passphrase").waitFor();
});

test("Leave quickly empties the screen at once, and Back leads to what was before", async () => {
  const { asked, answer } = await hold("https://**", (route) => route.fulfill({ body: "weather" }));
  await page.goto(`${server.url}/library/open/`);
  await enter();
  await openPage(page, "A long page");
  const left = await page.evaluate(() => (document.getElementById("leave").click(), document.body.innerText.trim() + document.title));
  assert.equal(left, "");
  await asked;
  answer();
  await page.getByText("weather").waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "For everyone" }).waitFor();
});

test("after a reload, Back leads out and not to the same list again", async () => {
  await page.goto(`${server.url}/library/open/`);
  await enter();
  await openPage(page, "For you");
  await page.reload();
  await unlock(page, card.passphrase);
  await page.getByRole("heading", { name: /^Hello/ }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "For everyone" }).waitFor();
});

test("a torn line while a page opens: say it again, or the network does", async () => {
  await enter();
  await page.context().setOffline(true);
  await page.getByRole("button", { name: "For you" }).click();
  assert.equal(await failure(page), "offline");
  assert.equal(await button("Print").count(), 0, "nothing to print yet");
  await look("offline");
  await button("Try again").click();
  await page.locator("[data-failure=offline]").waitFor();
  await page.context().setOffline(false);
  await page.locator("iframe.page:not(.pending)").waitFor();
  assert.ok(await button("Print").isVisible());
});

test("a list filtered down to nothing says so, and shows all again", async () => {
  await enter();
  await look("list");
  const [first, second] = await Promise.all([page.getByLabel("From").boundingBox(), page.getByLabel("Kind").boundingBox()]);
  assert.equal(first.y, second.y, "side by side");
  assert.ok(await inView(page.locator("button.entry").nth(1)), "more than one entry on a small phone");
  const told = page.getByText("Your therapist can see when you open a page.");
  assert.ok((await told.boundingBox()).y < (await page.locator("button.entry").first().boundingBox()).y);
  await page.getByLabel("From").selectOption("Library");
  await page.getByLabel("Kind").selectOption({ label: "Agenda" });
  assert.equal(await page.locator("button.entry").count(), 0);
  await button("Show all").click();
  assert.equal(await page.locator("button.entry").count(), 5);
  assert.equal(await page.getByLabel("From").inputValue(), "");
});

test("a long page has its way back at the end, and says what it is once", async () => {
  await enter();
  const frame = await openPage(page, "A long page");
  assert.equal(await frame.getByText("17 November 2026").count(), 1);
  assert.equal(await page.getByText("17 November 2026").count(), 0);
  assert.match(await frame.locator(".date").textContent(), /^17\u00a0November\u00a02026$/);
  await look("page");
  const text = await frame.locator("p").first().boundingBox();
  assert.ok(text.width >= 315, `${text.width} of 360 px for the text`);
  const [ground, paper] = await Promise.all([page.locator("body"), frame.locator("body")].map((body) => body.evaluate((one) => getComputedStyle(one).backgroundColor)));
  assert.equal(ground, paper, "one sheet");
  await frame.locator(".footnote-reference a").first().click();
  await frame.getByRole("link", { name: "Back to the text" }).click();
  assert.ok(await page.evaluate(() => scrollY < 1000), "and back from the note");
  await button("Back to the list").click();
  await page.getByRole("heading", { name: /^Hello/ }).waitFor();
});

test("a wide table scrolls in its box, by keyboard too, and says that there is more", async () => {
  await enter();
  const frame = await openPage(page, "A wide table");
  const box = frame.getByRole("group", { name: "Table" });
  assert.ok(await box.evaluate((one) => one.scrollWidth > one.clientWidth));
  assert.match(await box.evaluate((one) => getComputedStyle(one).backgroundImage), /gradient/);
  await box.focus();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.querySelector("iframe.page").contentDocument.querySelector(".table").scrollLeft > 0);
  await look("table");
  assert.deepEqual(await serious(), []);
  assert.equal(await frame.getByText("אחרי").evaluate((one) => getComputedStyle(one).unicodeBidi), "plaintext");
  const item = frame.locator("li").first();
  const [mark, text] = await Promise.all([item.locator("input").boundingBox(), item.evaluate((one) => one.getBoundingClientRect().x)]);
  assert.ok(mark.x + mark.width + 4 <= text + (await page.locator("iframe.page").boundingBox()).x, "the text hangs beside its box");
});

/** Holds requests for an address back: says when one came, and lets it go on. */
async function hold(pattern, go) {
  let answer;
  let came;
  const asked = new Promise((resolve) => (came = resolve));
  const answered = new Promise((resolve) => (answer = resolve));
  await page.route(pattern, async (route) => {
    came();
    await answered;
    await go(route);
  });
  return { asked, answer };
}

/** What axe-core finds in the frame's document, in a page of its own: in the frame nothing runs, not even that. */
async function serious() {
  const html = await page.evaluate(() => document.querySelector("iframe.page").contentDocument.documentElement.outerHTML);
  const other = await (await browser.newContext({ viewport: small, bypassCSP: true })).newPage();
  await other.route("**/frame", (route) => route.fulfill({ body: html, contentType: "text/html; charset=utf-8" }));
  await other.goto(`${server.url}/frame`);
  await other.evaluate(axe);
  const found = await other.evaluate(() => globalThis.axe.run(document).then(({ violations }) => violations.map(({ id }) => id)));
  await other.context().close();
  return found;
}

test("on paper there is no sheet too many, and a tick is a tick", async () => {
  await page.setViewportSize(desktop);
  await enter();
  for (const [title, sheets] of [["For you", 1], ["A wide table", 1], ["A long page", 2]]) {
    const frame = await openPage(page, title);
    for (const format of ["A4", "Letter"]) {
      const pdf = (await page.pdf({ format })).toString("latin1");
      assert.equal(pdf.match(/\/Type\s*\/Page\b/g).length, sheets, `${title} on ${format}`);
    }
    if (title === "A wide table") assert.equal(await frame.locator("input:checked").evaluate((one) => getComputedStyle(one, "::before").borderRightStyle), "solid");
    await button("All pages").click();
  }
});

test("before the script arrives: a moment's patience, and no alarm", async () => {
  const { asked, answer } = await hold("**/assets/viewer*.js", (route) => route.continue());
  await page.goto(server.at(card.link), { waitUntil: "commit" });
  await page.getByText("One moment, please.").waitFor();
  const opacity = () => page.locator("#help").evaluate((one) => getComputedStyle(one).opacity);
  await asked;
  assert.equal(await opacity(), "0");
  await look("waiting");
  await page.waitForFunction(() => getComputedStyle(document.querySelector("#help")).opacity === "1");
  assert.ok((await page.locator("#screen").boundingBox()).y < (await page.locator("#help").boundingBox()).y, "help stands below");
  await look("without-script");
  answer();
  await page.getByLabel("Passphrase").waitFor();
});

test("forgetting the phone keeps the link for this tab", async () => {
  await page.goto(server.at(card.link));
  await page.getByLabel("Remember this phone").check();
  await unlock(page, card.passphrase);
  await page.getByRole("heading", { name: /^Hello/ }).waitFor();
  const other = await page.context().newPage();
  await other.goto(`${server.url}/l`);
  await other.getByLabel("Remember this phone").uncheck();
  await other.reload();
  await other.getByLabel("Passphrase").waitFor();
  assert.equal(await other.evaluate(() => localStorage.getItem("heldspace.link")), null);
});

test("an ended link: no word of taking one's time, and the focus on what to do", async () => {
  await page.route("**/keyring", (route) => route.fulfill({ status: 401, headers: { Date: new Date().toUTCString() } }));
  await page.goto(server.at(card.link));
  await unlock(page, card.passphrase);
  assert.equal(await failure(page), "ticket-ended");
  assert.equal(await page.getByText("Take your time").count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "alert");
});

test("what another tab has seen in the meantime counts", async () => {
  await page.goto(server.at(card.link));
  const seen = { epoch: 1, release: 9_000_000_000 };
  await page.route("**/index", async (route) => {
    const key = await page.evaluate(async (mailbox) => {
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`heldspace memory ${mailbox}`));
      return `heldspace.${[...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    }, card.mailbox);
    await page.evaluate(([name, value]) => localStorage.setItem(name, value), [key, JSON.stringify(seen)]);
    await route.continue();
  });
  await unlock(page, card.passphrase);
  await page.locator("[role=alert][data-failure]").waitFor();
  assert.equal(await failure(page), "older");
  const kept = await page.evaluate(() => Object.values({ ...localStorage }));
  assert.deepEqual(kept.map((value) => JSON.parse(value)), [seen], "the highest stays");
});

for (const [name, viewport, letters] of [["large letters", small, 34], ["lying", { width: 640, height: 360 }, 17], ["narrow", { width: 320, height: 568 }, 17]]) {
  test(`nothing is cut off or out of reach: ${name}`, async () => {
    await page.setViewportSize(viewport);
    const grow = () => page.evaluate((size) => (document.documentElement.style.fontSize = `${size}px`), letters);
    const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
    const check = async (state) => {
      await grow();
      await look(`${name.replace(" ", "-")}-${state}`);
      assert.ok(await fits(), `${state} does not scroll sideways`);
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
      for (const label of ["Help", "Leave quickly"]) assert.ok(await inView(button(label)), `${label} in reach: ${state}`);
      const broken = await page.locator("button:not(.entry)").evaluateAll((buttons) => buttons.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent));
      assert.deepEqual(broken, [], "no button bursts");
    };
    await page.goto(server.at(card.link));
    await page.getByLabel("Passphrase").waitFor();
    await check("unlock");
    await unlock(page, card.passphrase);
    await page.getByRole("heading", { name: /^Hello/ }).waitFor();
    await check("list");
    await openPage(page, "A long page");
    await check("page");
    const leave = await button("Leave quickly").boundingBox();
    assert.ok(leave.x + leave.width > viewport.width - 2.5 * letters, "Leave quickly is at the right");
    await button("Help").click();
    await look(`${name.replace(" ", "-")}-help`);
    await page.goto(`${server.url}/library/`);
    await grow();
    await look(`${name.replace(" ", "-")}-library`);
    assert.ok(await fits(), "an open page does not scroll sideways");
  });
}

test("every link of an open page is wide enough for a thumb", async () => {
  await page.goto(`${server.url}/library/`);
  await look("library");
  for (const link of await page.locator("a:not(.skip)").all()) {
    const { height } = await link.boundingBox();
    assert.ok(height >= 44, `${await link.innerText()}: ${height} px`);
  }
});

test("an address where nothing is says so, and not whose it is; a link that was typed opens", async () => {
  for (const path of ["/nothing", "/library/nothing/"]) {
    const answer = await page.goto(server.url + path);
    assert.equal(answer.status(), 404);
    await page.getByRole("heading", { name: "Nothing here" }).waitFor();
  }
  await look("nothing");
  for (const path of ["/l/#", "/L#"]) {
    await page.goto("about:blank");
    await page.goto(server.at(card.link).replace("/l#", path));
    await page.getByLabel("Passphrase").waitFor();
    assert.equal(new URL(page.url()).pathname, "/l");
  }
});
