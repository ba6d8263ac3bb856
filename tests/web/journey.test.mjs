// The whole journey, from nothing to a page read and locked again, with the real binary and a real browser.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { audit, auditFrame } from "./audit.mjs";
import { Practice, closeAll, desktop, failure, launch, openPage, phone, read, repository, unlock } from "./harness.mjs";

const shots = join(repository, "target/screenshots");
const MARKER = "zqxmarker";

let browser, practice, server, card;

before(async () => {
  mkdirSync(shots, { recursive: true });
  browser = await launch();
  practice = new Practice().group("tuesday", `Tuesday ${MARKER}`);
  card = practice.member("maya", "tuesday");
  practice
    .page("library/about.md", '+++\ntitle = "About this practice"\npublic = true\n+++\nFor everyone.\n')
    .page("groups/tuesday/first.md", `+++\ntitle = "After our first ${MARKER} session"\ndate = 2026-11-17\n+++\nDear {{ member.name }},\n\n## What we ${MARKER} talked about\n\n| a | b |\n|:--|--:|\n| 1 | 2 |\n\n- [x] done\n- [ ] not yet\n\nCall [the office](tel:+15550100) or read [more](https://example.org/). To [the table](#what-we-${MARKER}-talked-about).\n`)
    .page("members/maya/note.md", "---\ntitle: For you alone\ndate: 2026-11-24\n---\nA quiet word.\n");
  practice.build();
  server = await practice.serve();
});

after(async () => {
  await closeAll();
  await browser.close();
});

async function context(options = {}) {
  const made = await browser.newContext({ viewport: phone, ...options });
  return { page: await made.newPage(), close: () => made.close() };
}

test("from a card to a page, and locked again", async () => {
  const { page, close } = await context();
  const seen = [];
  page.on("request", (request) => seen.push(request.url(), JSON.stringify(request.headers()), request.postData() ?? ""));
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  await page.goto(server.at(card.link));
  assert.equal(new URL(page.url()).hash, "", "the link leaves the address bar");
  await unlock(page, card.passphrase);
  await page.getByRole("heading", { name: "Hello, Maya" }).waitFor();
  const titles = await page.locator("button.entry").allInnerTexts();
  assert.match(titles[0], /For you alone/, "newest first");
  const frame = await openPage(page, `After our first ${MARKER} session`);
  await frame.getByText("Dear Maya,").waitFor();
  assert.equal(await page.title(), "Pages");
  await page.goBack();
  await page.getByRole("heading", { name: "Hello, Maya" }).waitFor();
  await page.getByRole("button", { name: "Lock", exact: true }).click();
  await page.getByRole("heading", { name: "Locked" }).waitFor();
  const left = await page.evaluate(async () => ({
    local: { ...localStorage },
    session: { ...sessionStorage },
    caches: await caches.keys(),
    databases: (await indexedDB.databases()).length,
    cookie: document.cookie,
    history: JSON.stringify(history.state),
    html: document.documentElement.outerHTML,
  }));
  assert.deepEqual([left.session, left.caches, left.databases, left.cookie], [{}, [], 0, ""]);
  const [[key, value], ...rest] = Object.entries(left.local);
  assert.equal(rest.length, 0, "one entry");
  assert.match(key, /^heldspace\.[0-9a-f]{64}$/);
  assert.deepEqual(Object.keys(JSON.parse(value)).sort(), ["epoch", "release"]);
  assert.ok(!key.includes(card.mailbox) && !value.includes(card.mailbox));
  for (const text of [...seen, ...said, JSON.stringify(left)]) {
    assert.ok(!text.includes(MARKER) && !text.includes("maya") && !text.includes(card.passphrase.split(" ")[0]), `in clear: ${text.slice(0, 200)}`);
  }
  const fragment = card.link.split("#")[1];
  assert.ok(!seen.some((text) => text.includes(fragment)), "the link is never sent");
  await close();
});

test("a reload asks for the words alone; a wrong word costs no request; three letters are enough", async () => {
  const { page, close } = await context();
  await read(page, server.at(card.link), card.passphrase);
  await page.reload();
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  const words = card.passphrase.split(" ");
  await page.getByLabel("Passphrase").fill([...words.slice(0, 5), "xxxxx"].join(" "));
  await page.getByText("Word 6 is not in the list.").waitFor();
  await page.getByRole("button", { name: "Unlock", exact: true }).click();
  assert.equal(await failure(page), "not-six");
  assert.deepEqual(requests, [], "nothing is fetched");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  assert.equal(await page.getByLabel("Passphrase").getAttribute("type"), "text");
  await unlock(page, words.map((word, n) => (n % 2 ? word.slice(0, 3).toUpperCase() : ` ${word}`)).join("-"));
  await page.getByRole("heading", { name: "Hello, Maya" }).waitFor();
  await close();
});

test("by keyboard alone", async () => {
  const { page, close } = await context({ viewport: desktop });
  await page.goto(server.at(card.link));
  const focused = () => page.evaluate(() => document.activeElement.textContent + (document.activeElement.getAttribute("aria-label") ?? ""));
  const tabTo = async (wanted) => {
    for (let n = 0; n < 30; n += 1) {
      if ((await page.evaluate((name) => {
        const at = document.activeElement;
        const label = at.labels?.[0]?.textContent ?? at.textContent;
        return label.trim().startsWith(name);
      }, wanted))) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`Tab never came to ${wanted}; at ${await focused()}`);
  };
  await page.getByLabel("Passphrase").waitFor();
  await tabTo("Passphrase");
  await page.keyboard.type(card.passphrase);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Hello, Maya" }).waitFor();
  await tabTo("For you alone");
  await page.keyboard.press("Enter");
  await page.locator("iframe.page:not(.pending)").waitFor();
  await tabTo("All pages");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Hello, Maya" }).waitFor();
  await tabTo("Lock");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Locked" }).waitFor();
  await close();
});

test("links that a mail gateway has moved into the path open the same page", async () => {
  for (const mangled of ["/l%23", "/l%2523"]) {
    const { page, close } = await context();
    await read(page, server.at(card.link).replace("/l#", mangled), card.passphrase);
    assert.equal(new URL(page.url()).pathname, "/l");
    await close();
  }
});

test("Leave quickly goes elsewhere and leaves nothing to come back to", async () => {
  const { page, close } = await context();
  await page.route("https://**", (route) => route.fulfill({ body: "weather" }));
  await read(page, server.at(card.link), card.passphrase);
  await page.getByRole("button", { name: "Leave quickly" }).click();
  await page.getByText("weather").waitFor();
  await page.goto(`${server.url}/l`);
  assert.equal(await failure(page), "no-link");
  await close();
});

test("Remember this phone keeps the link for the next time, never the words", async () => {
  const { page, close } = await context();
  await page.goto(server.at(card.link));
  await page.getByLabel("Remember this phone").check();
  await unlock(page, card.passphrase);
  await page.getByRole("heading", { name: "Hello, Maya" }).waitFor();
  const other = await page.context().newPage();
  await page.close();
  await other.goto(`${server.url}/l`);
  await unlock(other, card.passphrase);
  await other.getByRole("heading", { name: "Hello, Maya" }).waitFor();
  const kept = JSON.stringify(await other.evaluate(() => ({ ...localStorage })));
  assert.ok(!card.passphrase.split(" ").some((word) => kept.includes(word)));
  await close();
});

test("ten idle minutes lock, and so does leaving the page", async () => {
  const { page, close } = await context();
  await page.clock.install();
  await read(page, server.at(card.link), card.passphrase);
  await page.clock.fastForward(10 * 60_000 + 1000);
  await page.getByLabel("Passphrase").waitFor();
  assert.equal(await page.locator("button.entry").count(), 0);
  await unlock(page, card.passphrase);
  await page.getByRole("heading", { name: "Hello, Maya" }).waitFor();
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  assert.equal(await page.locator("button.entry").count(), 0, "nothing is left in the page");
  await close();
});

test("a page in print is the page alone", async () => {
  const { page, close } = await context({ viewport: desktop });
  await read(page, server.at(card.link), card.passphrase);
  await openPage(page, "For you alone");
  const printed = execFileSync("pdftotext", ["-", "-"], { input: await page.pdf(), encoding: "utf8" });
  assert.match(printed, /For you alone[^]*A quiet word\./);
  for (const other of ["Lock", "Help", "Leave quickly", "All pages", "Print", "Hello, Maya", "988"]) assert.ok(!printed.includes(other), `${other} is in print: ${printed}`);
  assert.equal(printed.split("\f").length - 1, 1, "one sheet");
  await close();
});

test("the server wrote down nothing of all this", async () => {
  const own = await practice.serve(practice.keepStore());
  const { page, close } = await context();
  await read(page, own.at(card.link), card.passphrase);
  await openPage(page, "For you alone");
  await page.goto(own.at(card.link).replace("/l#", "/l%23"));
  await page.goto(`${own.url}/${MARKER}`);
  await close();
  await own.stop();
  const link = Buffer.from(card.link.split("#")[1], "base64url");
  const said = own.said();
  assert.ok(said.includes(own.url));
  for (const secret of [MARKER, card.mailbox, card.link.split("#")[1], link.subarray(45).toString("base64url"), link.subarray(29, 45).toString("hex"), "maya", "Maya", "/api", "/l", "Mozilla", ...card.passphrase.split(" ")]) {
    assert.ok(!said.includes(secret), `${secret} in ${said}`);
  }
});

test("the open pages work without scripts and say nothing of sealed ones", async () => {
  const { page, close } = await context({ javaScriptEnabled: false });
  await page.goto(`${server.url}/`);
  await page.getByRole("link", { name: "About this practice" }).first().click();
  await page.getByRole("heading", { name: "About this practice" }).waitFor();
  assert.ok(!(await page.content()).includes(MARKER));
  await page.goto(`${server.url}/l`);
  assert.ok(await page.getByText("988").first().isVisible(), "help is there without a script");
  await close();
});

for (const [size, viewport] of Object.entries({ phone, desktop })) {
  for (const colorScheme of ["light", "dark"]) {
    test(`every state is accessible, and looks as it should: ${size}, ${colorScheme}`, async () => {
      const { page, close } = await context({ viewport, colorScheme, reducedMotion: "reduce" });
      const look = async (name) => {
        await page.screenshot({ path: join(shots, `${name}-${size}-${colorScheme}.png`), fullPage: true });
        await audit(page, name);
      };
      await page.goto(`${server.url}/l`);
      assert.equal(await failure(page), "no-link");
      await look("no-link");
      await page.goto(server.at(card.link));
      await page.reload();
      await page.getByLabel("Passphrase").waitFor();
      await look("unlock");
      await page.getByRole("button", { name: "Help" }).click();
      await look("help");
      await page.getByRole("button", { name: "Help" }).click();
      await unlock(page, Array(6).fill("aardvark").join(" "));
      await page.locator("[role=alert]").waitFor();
      await look("wrong-passphrase");
      await unlock(page, card.passphrase);
      await page.getByRole("heading", { name: "Hello, Maya" }).waitFor();
      await look("list");
      const frame = await openPage(page, "After our first");
      await frame.getByText("Dear Maya,").waitFor();
      await look("page");
      await auditFrame(page, server.url);
      await page.getByRole("button", { name: "Lock", exact: true }).click();
      await look("locked");
      for (const [name, path] of [["front", "/"], ["library", "/library/"], ["open-page", "/library/about/"]]) {
        await page.goto(server.url + path);
        await look(name);
      }
      await close();
    });
  }
}
