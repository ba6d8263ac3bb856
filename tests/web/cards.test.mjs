// Cards on paper, in a real browser: a page each on A4 and on Letter, a code that leads to the link, nothing fetched.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import { Practice, closeAll, desktop, launch, phone, repository } from "./harness.mjs";

const shots = resolve(repository, "target/screenshots");
const long = "Maria-Magdalena von und zu Hohenlohe-Langenburg <script>";
let browser, practice, one, many;

before(async () => {
  mkdirSync(shots, { recursive: true });
  browser = await launch();
  practice = new Practice();
  one = { file: join(practice.root, "one.html") };
  one.card = JSON.parse(practice.run("member", "add", "maria", "--name", long, "--email", "m@example.org", "--json", "--with-name", "--card", one.file));
  const roster = join(practice.root, "roster.csv");
  writeFileSync(roster, "name,email\nAnna,a@example.org\nBen,b@example.org\nCam,c@example.org\n");
  many = { file: join(practice.root, "many.html") };
  practice.run("member", "add", "--from", roster, "--yes", "--cards", many.file);
});

after(async () => {
  await browser?.close();
  await closeAll();
});

async function open(file, options = {}) {
  const page = await browser.newPage({ viewport: desktop, ...options });
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  return { page, asked };
}

test("each card is exactly one page, on A4 and on Letter", async () => {
  for (const format of ["A4", "Letter"]) {
    for (const [file, pages] of [[one.file, 1], [many.file, 3]]) {
      const { page } = await open(file);
      const pdf = join(practice.root, `${format}-${pages}.pdf`);
      await page.pdf({ path: pdf, format, printBackground: true });
      assert.match(execFileSync("pdfinfo", [pdf], { encoding: "utf8" }), new RegExp(`Pages:\\s+${pages}\\n`));
      for (let n = 1; n <= pages; n += 1) {
        const text = execFileSync("pdftotext", ["-f", n, "-l", n, pdf, "-"], { encoding: "utf8" });
        assert.equal(text.match(/Card [0-9a-f]{4}/g)?.length, 2, "both halves on one page");
        assert.equal(new Set(text.match(/Card [0-9a-f]{4}/g)).size, 1, "and of one card");
        assert.doesNotMatch(text, /delete this file/, "what is for the therapist is not printed");
      }
      await page.close();
    }
  }
});

test("the code leads to the link, on a screen and on paper, in light and in dark", async () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const media of ["screen", "print"]) {
      const { page } = await open(one.file, { colorScheme });
      await page.emulateMedia({ media, colorScheme });
      const shot = join(shots, `card-${media}-${colorScheme}.png`);
      await page.screenshot({ path: shot, fullPage: true });
      const read = execFileSync("zbarimg", ["--quiet", "--raw", shot], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
      assert.equal(read.trim(), one.card.link);
      assert.equal(await page.locator(".link").innerText(), one.card.link);
      await page.close();
    }
  }
});

test("one half has the address and no word, the other the words and no address", async () => {
  const { page } = await open(one.file);
  const [address, words] = await page.locator(".half").allInnerTexts();
  assert.ok(address.includes(one.card.link) && !words.includes(one.card.link.split("#")[1]));
  const list = await page.locator(".words li").allInnerTexts();
  assert.equal(list.join(" "), one.card.passphrase);
  assert.ok(!address.includes(one.card.passphrase));
  assert.ok(address.includes(long), "a name is text");
  await page.close();
});

test("nothing is fetched, nothing runs, and a phone shows all of it", async () => {
  const { page, asked } = await open(many.file, { viewport: phone });
  assert.equal(asked.length, 1, asked.join(" "));
  assert.equal(await page.locator("script").count(), 0);
  assert.doesNotMatch(readFileSync(many.file, "utf8"), /(src|href|srcset)=|url\(|@import/);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= phone.width);
  await page.close();
});

test("the practice's key on the card is the one that the browser shows below the pages", async () => {
  practice.page("library/one.md", "# One\n\nText.");
  practice.build();
  const server = await practice.serve();
  const paper = await open(one.file);
  const key = await paper.page.locator(".key").innerText();
  assert.equal(key.split("-").length, 6);
  const page = await browser.newPage();
  await page.goto(server.at(one.card.link));
  await page.locator("#passphrase").fill(one.card.passphrase);
  await page.keyboard.press("Enter");
  await page.getByText(`This practice’s key: ${key}.`).waitFor();
  await page.close();
});
