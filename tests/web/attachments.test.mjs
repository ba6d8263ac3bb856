// Files that go with a page, and links between pages, as a member meets them.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { randomBytes } from "node:crypto";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { crc32, deflateSync } from "node:zlib";
import { Practice, closeAll, launch, openPage, read } from "./harness.mjs";

let browser, practice, server, card, page;

/** A PNG of one colour. */
function png(width, height, [red, green, blue]) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const length = Buffer.alloc(4), sum = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.from(Array.from({ length: width }, () => [red, green, blue]).flat())]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

function crc(bytes) {
  if (crc32 !== undefined) return crc32(bytes);
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let n = 0; n < 8; n += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

/** A PDF of one sheet, red all over. */
function redPdf() {
  const drawn = "1 0 0 rg 0 0 300 300 re f";
  const objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<<>>>>", `<</Length ${drawn.length}>>stream\n${drawn}\nendstream`];
  let text = "%PDF-1.4\n";
  const places = objects.map((object, n) => {
    const at = text.length;
    text += `${n + 1} 0 obj${object}endobj\n`;
    return `${String(at).padStart(10, "0")} 00000 n \n`;
  });
  const table = text.length;
  return Buffer.from(`${text}xref\n0 5\n0000000000 65535 f \n${places.join("")}trailer<</Size 5/Root 1 0 R>>\nstartxref\n${table}\n%%EOF\n`);
}

/** How many pixels of a picture of the screen are red. */
async function redPixels(png) {
  const canvas = await page.context().newPage();
  const count = await canvas.evaluate(async (data) => {
    const picture = new Image();
    picture.src = `data:image/png;base64,${data}`;
    await picture.decode();
    const drawn = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
    drawn.drawImage(picture, 0, 0);
    const { data: bytes } = drawn.getImageData(0, 0, picture.width, picture.height);
    let red = 0;
    for (let n = 0; n < bytes.length; n += 4) red += bytes[n] > 200 && bytes[n + 1] < 60 && bytes[n + 2] < 60 ? 1 : 0;
    return red;
  }, png.toString("base64"));
  await canvas.close();
  return count;
}

/** Seconds of a quiet tone. */
function wav(seconds) {
  const rate = 8000, samples = rate * seconds;
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + samples * 2, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.set([1, 0, 1, 0], 20);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.set([2, 0, 16, 0], 32);
  header.write("data", 36);
  header.writeUInt32LE(samples * 2, 40);
  const sound = Buffer.alloc(samples * 2);
  for (let n = 0; n < samples; n += 1) sound.writeInt16LE(Math.round(3000 * Math.sin(n / 5)), n * 2);
  return Buffer.concat([header, sound]);
}

const pdf = redPdf();
// Three parts: more than eight mebibytes.
const long = Buffer.concat([pdf, randomBytes(9_000_000)]);

function file(path, bytes) {
  const to = join(practice.root, "content", path);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, bytes);
}

before(async () => {
  browser = await launch();
  practice = new Practice().group("tuesday", "Tuesday");
  card = practice.member("maya", "tuesday");
  file("groups/tuesday/leaf.png", png(40, 20, [30, 120, 90]));
  file("groups/tuesday/bell.wav", wav(1));
  file("groups/tuesday/long.pdf", long);
  file("groups/tuesday/sheet.pdf", pdf);
  file("library/open.png", png(8, 8, [1, 2, 3]));
  practice
    .page("groups/tuesday/one.md", '+++\ntitle = "With files"\n+++\nBefore.\n\n![A green leaf](leaf.png)\n\n[A bell](bell.wav)\n\n[The long one](long.pdf)\n\n[The sheet](sheet.pdf)\n\nAfter.\n')
    .page("groups/tuesday/two.md", '+++\ntitle = "With links"\nnewcomers = true\n+++\nRead [the other page](one.md), [a place far down](far.md#the-end), [all of the library](../../library/open.md), or [what was](old.md).\n')
    .page("groups/tuesday/far.md", `+++\ntitle = "Far"\n+++\n${Array.from({ length: 80 }, (_, n) => `Line ${n}.\n`).join("\n")}\n## The end\n\nLast words.\n`)
    .page("groups/tuesday/old.md", '+++\ntitle = "Old"\ndate = 2020-01-01\n+++\nLong ago.\n')
    .page("library/open.md", '+++\ntitle = "Open"\npublic = true\n+++\n![Dark](open.png)\n');
  practice.build();
  server = await practice.serve();
});

after(async () => {
  await closeAll();
  await browser.close();
});

beforeEach(async () => {
  page = await (await browser.newContext({ acceptDownloads: true })).newPage();
  page.problems = [];
  // A browser asks for an icon that is not there; that is no request of the viewer's.
  page.on("console", (message) => message.type() === "error" && !message.location().url.endsWith("/favicon.ico") && page.problems.push(message.text()));
});

afterEach(() => page.context().close());

const enter = () => read(page, server.at(card.link), card.passphrase);

test("a picture is shown at its size, and nothing was refused", async () => {
  await enter();
  const frame = await openPage(page, "With files");
  const picture = frame.getByAltText("A green leaf");
  await picture.evaluate((one) => new Promise((done) => (one.complete && one.naturalWidth > 0 ? done() : one.addEventListener("load", done))));
  assert.deepEqual(await picture.evaluate((one) => [one.naturalWidth, one.naturalHeight, one.getAttribute("width"), one.src.slice(0, 5)]), [40, 20, "40", "blob:"]);
  assert.deepEqual(page.problems, []);
});

test("a recording says how long it is to fetch, and can be played where it stands", async () => {
  await enter();
  const frame = await openPage(page, "With files");
  await frame.getByRole("button", { name: "A bell (audio, 16 kB)" }).click();
  const player = frame.locator("audio");
  assert.equal(await player.evaluate((one) => new Promise((done) => (one.readyState > 0 ? done(one.duration) : one.addEventListener("loadedmetadata", () => done(one.duration))))), 1);
  assert.equal(await player.getAttribute("aria-label"), "A bell");
  assert.ok(await player.evaluate((one) => one.controls));
  assert.deepEqual(page.problems, []);
});

test("one of several parts arrives whole, byte for byte", async () => {
  await enter();
  const frame = await openPage(page, "With files");
  await frame.getByRole("button", { name: "The long one (PDF, 9.0 MB)" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save" }).click()]);
  assert.ok(long.equals(readFileSync(await download.path())));
});

test("a sheet is shown over the page, and the page is there again where it was left", async () => {
  await enter();
  const frame = await openPage(page, "With files");
  const opener = frame.getByRole("button", { name: /^The sheet \(PDF, / });
  await opener.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "The sheet", level: 1 }).waitFor();
  await page.waitForFunction(() => document.activeElement?.textContent === "The sheet");
  assert.equal(await page.locator("iframe.page").isVisible(), false);
  const sheet = page.locator(".sheet iframe");
  assert.deepEqual([await sheet.getAttribute("title"), (await sheet.getAttribute("src")).slice(0, 5)], ["The sheet", "blob:"]);
  // The browser's own viewer draws in its own time.
  let red = 0;
  for (let n = 0; n < 40 && red < 5000; n += 1) red = await redPixels(await page.screenshot());
  assert.ok(red >= 5000, `${red} red pixels`);
  // By the button, by the browser's Back, and by the keyboard.
  await page.getByRole("button", { name: "Back to the page" }).click();
  await opener.waitFor();
  assert.equal(await frame.locator(":focus").textContent(), await opener.textContent());
  assert.equal(await page.locator(".sheet").count(), 0);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Back to the page" }).waitFor();
  await page.goBack();
  await opener.waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: /^Hello/ }).waitFor();
  assert.deepEqual(page.problems, []);
});

test("a lock takes the sheet away, and its address", async () => {
  await enter();
  const frame = await openPage(page, "With files");
  await frame.getByRole("button", { name: /^The sheet \(PDF, / }).click();
  const address = await page.locator(".sheet iframe").getAttribute("src");
  // What a frame shows of an address that has ended is the browser's own page, which is not of this site.
  const comes = () => page.evaluate(async (src) => {
    const frame = document.body.appendChild(Object.assign(document.createElement("iframe"), { src }));
    await new Promise((done) => frame.addEventListener("load", done));
    const there = frame.contentDocument !== null;
    frame.remove();
    return there;
  }, address);
  assert.equal(await comes(), true);
  await page.getByRole("button", { name: "Lock" }).click();
  await page.getByRole("heading", { name: "Locked" }).waitFor();
  assert.equal(await page.locator("iframe").count(), 0);
  assert.equal(await comes(), false);
});

test("a page has no leave to show a frame", async () => {
  await enter();
  await openPage(page, "With files");
  const refused = await page.evaluate(async () => {
    const inner = document.querySelector("iframe.page").contentDocument;
    const directive = new Promise((done) => inner.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective)));
    const frame = inner.body.appendChild(inner.createElement("iframe"));
    frame.src = URL.createObjectURL(new Blob(["%PDF-"], { type: "application/pdf" }));
    return Promise.race([directive, new Promise((done) => setTimeout(() => done("shown"), 3000))]);
  });
  assert.equal(refused, "frame-src");
  assert.equal(await page.evaluate(() => document.querySelector("iframe.page").contentDocument.compatMode), "CSS1Compat");
});

test("where the browser shows no PDF, a sheet is saved under its name", async () => {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, "pdfViewerEnabled", { value: false }));
  await enter();
  const frame = await openPage(page, "With files");
  const [download] = await Promise.all([page.waitForEvent("download"), frame.getByRole("button", { name: /^The sheet \(PDF, / }).click()]);
  assert.equal(download.suggestedFilename(), "sheet.pdf");
  assert.deepEqual(readFileSync(await download.path()), pdf);
});

test("blob addresses end with the page", async () => {
  await enter();
  const frame = await openPage(page, "With files");
  const picture = frame.getByAltText("A green leaf");
  await picture.evaluate((one) => new Promise((done) => (one.complete && one.naturalWidth > 0 ? done() : one.addEventListener("load", done))));
  const address = await picture.getAttribute("src");
  const loads = () => page.evaluate((src) => new Promise((done) => {
    const one = new Image();
    one.onload = () => done(true);
    one.onerror = () => done(false);
    one.src = src;
  }), address);
  assert.equal(await loads(), true);
  await page.getByRole("button", { name: "All pages" }).click();
  await page.getByRole("heading", { name: /^Hello/ }).waitFor();
  assert.equal(await loads(), false);
});

test("what is damaged says so at its place, and the page is there", async () => {
  const objects = join(practice.store, "objects");
  await page.route("**/api/objects/*", async (route) => {
    const name = route.request().url().split("/").pop();
    const answer = await route.fetch();
    const body = Buffer.from(await answer.body());
    // All that is not a page's document: those are the smallest.
    if (named.has(name)) body[body.length - 1] ^= 1;
    await route.fulfill({ response: answer, body });
  });
  const named = new Set(readdirSync(objects).filter((name) => statSync(join(objects, name)).size > 5000 && statSync(join(objects, name)).size < 40000));
  await enter();
  const frame = await openPage(page, "With files");
  await frame.getByRole("button", { name: /^A bell/ }).click();
  await frame.getByText("This file arrived damaged, so it is not shown.").waitFor();
  assert.ok(await frame.getByText("After.").isVisible());
  assert.ok(await frame.getByRole("button", { name: /^A bell/ }).isVisible());
});

test("a missing picture says so, and comes when it is tried again", async () => {
  let broken = true;
  await enter();
  await page.route("**/api/objects/*", (route) => (broken ? route.abort() : route.continue()));
  await page.getByRole("button", { name: "With files" }).click();
  await page.unrouteAll();
  await page.getByRole("button", { name: "Try again" }).waitFor();
  let seen = 0;
  // The document comes, the picture does not.
  await page.route("**/api/objects/*", (route) => ((seen += 1) > 1 && broken ? route.abort() : route.continue()));
  await page.getByRole("button", { name: "Try again" }).click();
  const frame = page.frameLocator("iframe.page");
  await frame.getByText("A green leaf: There is no connection").waitFor();
  broken = false;
  await frame.getByRole("button", { name: "Try again" }).click();
  await frame.locator("img[src^='blob:']").waitFor();
});

test("a link leads to another page, Back returns, and the list is one step away", async () => {
  await enter();
  let frame = await openPage(page, "With links");
  await frame.getByRole("link", { name: "the other page" }).click();
  await page.locator("iframe.page[title='With files']:not(.pending)").waitFor();
  await page.goBack();
  await page.locator("iframe.page[title='With links']:not(.pending)").waitFor();
  frame = page.frameLocator("iframe.page");
  await frame.getByRole("link", { name: "a place far down" }).click();
  await page.locator("iframe.page[title='Far']:not(.pending)").waitFor();
  await page.waitForFunction(() => scrollY > 500);
  await page.getByRole("button", { name: "All pages" }).click();
  await page.getByRole("heading", { name: /^Hello/ }).waitFor();
});

test("a link to an open page has its open address", async () => {
  await enter();
  const frame = await openPage(page, "With links");
  const [opened] = await Promise.all([page.context().waitForEvent("page"), frame.getByRole("link", { name: "all of the library" }).click()]);
  await opened.waitForLoadState();
  assert.equal(new URL(opened.url()).pathname, "/library/open/");
  const picture = opened.getByAltText("Dark");
  assert.equal(await picture.evaluate((one) => one.naturalWidth), 8);
});

test("what a member does not have is no link for them", async () => {
  // Who joins today reads what is from today on.
  const late = practice.member("late");
  practice.run("member", "join", "late", "tuesday");
  practice.build();
  await read(page, server.at(late.link), late.passphrase);
  const frame = await openPage(page, "With links");
  assert.equal(await frame.getByRole("link", { name: "what was" }).count(), 0);
  assert.ok(await frame.getByText("what was").isVisible());
});

test("a list can be narrowed to what is about one thing", async () => {
  practice
    .page("groups/tuesday/night.md", '+++\ntitle = "At night"\ntags = ["sleep", "body"]\n+++\nBreathe.\n')
    .page("groups/tuesday/letter.md", '+++\ntitle = "A letter"\ntags = ["grief"]\n+++\nWrite.\n');
  practice.build();
  await enter();
  const titles = () => page.locator("button.entry .title").allTextContents();
  assert.ok((await titles()).length > 3);
  assert.deepEqual(await page.getByLabel("About").locator("option").allTextContents().then((all) => all.sort()), ["All", "body", "grief", "sleep"]);
  await page.getByLabel("About").selectOption("sleep");
  assert.deepEqual(await titles(), ["At night"]);
  await openPage(page, "At night");
  await page.getByRole("button", { name: "All pages" }).click();
  // What was chosen stays chosen.
  assert.deepEqual([await titles(), await page.getByLabel("About").inputValue()], [["At night"], "sleep"]);
  await page.getByLabel("About").selectOption("grief");
  assert.deepEqual(await titles(), ["A letter"]);
  await page.getByLabel("About").selectOption("");
  assert.ok((await titles()).length > 3);
});
