// The sample practice in the preview, as its therapist sees it: files open and links lead as they do for a member, and the
// pictures of docs/writing.md are made (`SCREENSHOTS=docs/images npm test --prefix tests/web`).

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { Practice, binary, closeAll, desktop, launch, openPage, phone } from "./harness.mjs";

const repository = resolve(import.meta.dirname, "../..");
const shots = resolve(repository, process.env.SCREENSHOTS ?? "target/screenshots");
const agenda = "content/groups/grief/2026-11-24-agenda.md";

let browser, folder, preview;

before(async () => {
  mkdirSync(shots, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), "heldspace-writing-"));
  for (const part of ["content", "themes", "site.toml", "register.toml"]) cpSync(join(repository, part), join(folder, part), { recursive: true });
  const heldspace = (...args) => execFileSync(binary, ["--root", folder, ...args], { stdio: "pipe" });
  heldspace("init", "--no-passphrase");
  heldspace("member", "rekey", "--all", "--yes", "--cards", join(folder, "cards.html"));
  heldspace("build", "--yes");
  const sample = new Practice();
  sample.root = folder;
  preview = await sample.preview("--as", "maya");
  browser = await launch();
});

after(async () => {
  await closeAll();
  await browser.close();
});

async function opened(hash = "") {
  const page = await (await browser.newContext({ viewport: { width: 900, height: 760 } })).newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(preview.url + hash);
  await page.locator("#live").getByText("Live", { exact: true }).waitFor();
  await page.locator("#screen > *").first().waitFor();
  return page;
}

test("files open and links lead as they do for a member", async () => {
  const page = await opened();
  const frame = await openPage(page, /Steady ground/);
  const picture = frame.locator("img[data-attachment]");
  await page.waitForFunction(() => document.querySelector("iframe.page").contentDocument.querySelector("img").naturalWidth > 0);
  assert.match(await picture.getAttribute("alt"), /stones/);
  await frame.getByRole("button", { name: /bell/ }).click();
  await frame.locator("audio").waitFor();
  await page.waitForFunction(() => document.querySelector("iframe.page").contentDocument.querySelector("audio").duration > 3);
  await page.goto(`${preview.url}#/as/maya/${encodeURIComponent(agenda)}`);
  await page.frameLocator("iframe.page").getByRole("link", { name: "Hard dates" }).click();
  await page.frameLocator("iframe.page").getByRole("heading", { level: 1, name: /Hard dates/ }).waitFor();
  await page.goBack();
  await page.frameLocator("iframe.page").getByRole("heading", { level: 1, name: /Agenda/ }).waitFor();
  await page.context().close();
});

test("the pictures of the documentation", async () => {
  const page = await opened("#/who");
  await page.getByRole("heading", { name: "Who sees what" }).waitFor();
  await page.screenshot({ path: join(shots, "writing-who.png") });
  await page.goto(`${preview.url}#/as/maya/${encodeURIComponent(agenda)}`);
  await page.frameLocator("iframe.page").getByText("Two days before Thanksgiving").waitFor();
  const text = readFileSync(join(folder, agenda), "utf8");
  writeFileSync(join(folder, agenda), text.replace("hard-dates.md", "hard-date.md"));
  await page.locator("#mistakes").getByText("hard-date.md").first().waitFor();
  await page.screenshot({ path: join(shots, "writing-mistake.png") });
  writeFileSync(join(folder, agenda), text);
  await page.locator("#mistakes").getByText("hard-date.md").first().waitFor({ state: "detached" });
  await page.setViewportSize(phone);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await page.setViewportSize(desktop);
  await page.context().close();
});
