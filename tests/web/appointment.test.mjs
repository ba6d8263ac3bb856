// The hour of a session, as a member puts it into a calendar: a file that is saved, and what is in it.

import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { audit } from "./audit.mjs";
import { Practice, closeAll, desktop, launch, openPage, phone, read } from "./harness.mjs";

let browser, practice, server, card, given;

before(async () => {
  browser = await launch();
  practice = new Practice().group("tuesday", "Tuesday");
  card = practice.member("maya", "tuesday");
  const site = join(practice.root, "site.toml");
  writeFileSync(site, readFileSync(site, "utf8").replace(/^time_zone.*\n/m, "").replace("[practice]", '[practice]\ntime_zone = "America/New_York"'));
  practice.page("groups/tuesday/agenda.md", '+++\ntitle = "Before we meet"\nsession = 2026-12-03T18:30\nminutes = 75\n+++\nBring a cup.\n').build();
  practice.run("member", "export", "maya", join(practice.root, "out"));
  const files = readdirSync(join(practice.root, "out"), { recursive: true }).filter((name) => name.endsWith(".ics"));
  assert.equal(files.length, 1);
  given = readFileSync(join(practice.root, "out", files[0]));
  server = await practice.serve();
});

after(async () => {
  await closeAll();
  await browser.close();
});

const saved = async (page, ask) => {
  const [download] = await Promise.all([page.waitForEvent("download"), ask()]);
  assert.equal(download.suggestedFilename(), "appointment.ics");
  return readFileSync(await download.path());
};

for (const [name, viewport] of Object.entries({ phone, desktop })) {
  test(`it is saved as it was sealed, by keyboard, on a ${name}`, async () => {
    const context = await browser.newContext({ viewport, acceptDownloads: true });
    const page = await context.newPage();
    const problems = [];
    page.on("console", (message) => /Content Security|TrustedHTML|Refused/.test(message.text()) && problems.push(message.text()));
    await read(page, server.at(card.link), card.passphrase);
    const frame = await openPage(page, /^Before we meet/);
    await frame.getByText("Thursday 3 December 2026, 18:30–19:45").waitFor();
    const link = frame.getByRole("button", { name: "Add to your calendar", exact: true });
    const { width, height } = await link.boundingBox();
    assert.ok(width >= 44 && height >= 44, `${width} × ${height}`);
    await audit(page, "the hour of a session");
    await link.focus();
    const bytes = await saved(page, () => page.keyboard.press("Enter"));
    assert.ok(bytes.equals(given), bytes.toString());
    assert.match(bytes.toString(), /\r\nDTSTART:20261203T233000Z\r\n/);
    assert.deepEqual(problems, []);
    await context.close();
  });
}

test("the preview saves the same", async () => {
  const preview = await practice.preview("--as", "maya");
  const page = await (await browser.newContext({ viewport: phone, acceptDownloads: true })).newPage();
  await page.goto(preview.url);
  const frame = await openPage(page, /^Before we meet/);
  const bytes = await saved(page, () => frame.getByRole("button", { name: "Add to your calendar" }).click());
  assert.ok(bytes.equals(given), bytes.toString());
  await page.context().close();
});
