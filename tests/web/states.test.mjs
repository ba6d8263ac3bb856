// Every state that a member can come into, looked at by axe-core, on a phone, in light and in dark. Those of the usual
// way are in journey.test.mjs.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { audit } from "./audit.mjs";
import { answer, indexes, keyrings, memberIdentity, objects, openIndex, payloadOf, recipientOf, seal, signIndex, storedIndex } from "./forge.mjs";
import { Practice, closeAll, failure, launch, phone, read, repository, unlock } from "./harness.mjs";

const shots = join(repository, "target/screenshots");
let browser, practice, server, card, payload;

before(async () => {
  mkdirSync(shots, { recursive: true });
  browser = await launch();
  practice = new Practice().group("tuesday", "Tuesday group");
  card = practice.member("maya", "tuesday");
  practice.page("library/sleep.md", "# About sleep\n\nWords.").page("groups/tuesday/agenda.md", '+++\ntitle = "Agenda"\nkind = "agenda"\n+++\nWords.\n');
  practice.build();
  server = await practice.serve();
  payload = payloadOf(await openIndex(storedIndex(practice, card), await memberIdentity(practice, card)));
});

after(async () => {
  await closeAll();
  await browser.close();
});

const sealedIndex = (index) => seal(JSON.stringify(index), recipientOf(practice, "maya"));
const refuse = (status, headers = {}) => (route) => route.fulfill({ status, headers: { date: new Date().toUTCString(), ...headers } });
const atCard = () => server.at(card.link);

/** Goes to the first screen, and unlocks what will not open; the failure is told. */
const failing = (prepare) => async (page) => {
  await prepare(page);
  await page.goto(atCard());
  await unlock(page, card.passphrase);
  await page.locator("[role=alert][data-failure]").waitFor();
  return failure(page);
};

/** How each state comes about; those that are failures say which. */
const states = {
  "broken-link": async (page) => {
    await page.goto(atCard().slice(0, -10));
    return failure(page);
  },
  "too-old": async (page) => {
    await page.addInitScript(() => delete window.Worker);
    await page.goto(atCard());
    return failure(page);
  },
  "offline": failing((page) => page.route(keyrings, (route) => route.abort())),
  "busy": failing((page) => page.route(keyrings, refuse(503, { "retry-after": "600" }))),
  "ticket-ended": failing((page) => page.route(keyrings, refuse(401))),
  "damaged": failing((page) => answer(page, keyrings, (bytes) => bytes.subarray(0, 100))),
  "forged": failing(async (page) => {
    const signed = signIndex(practice, payload);
    await answer(page, indexes, await sealedIndex({ ...signed, payload: Buffer.from(JSON.stringify({ ...payload, reader: "X" })).toString("base64") }));
  }),
  "older": async (page) => {
    await read(page, atCard(), card.passphrase);
    await answer(page, indexes, await sealedIndex(signIndex(practice, { ...payload, release: payload.release - 1 })));
    await page.reload();
    await unlock(page, card.passphrase);
    await page.locator("[role=alert][data-failure]").waitFor();
    return failure(page);
  },
  "clock": failing((page) => page.route(keyrings, refuse(503, { date: new Date(0).toUTCString() }))),
  "not-six": async (page) => {
    await page.goto(atCard());
    await unlock(page, "one");
    return failure(page);
  },
  "unknown word": async (page) => {
    await page.goto(atCard());
    await page.getByLabel("Passphrase").pressSequentially("xxxxx ");
    await page.getByText("Word 1 is not in the list.").waitFor();
    assert.equal(await page.getByLabel("Passphrase").getAttribute("aria-invalid"), "true");
  },
  "words shown": async (page) => {
    await page.goto(atCard());
    await page.getByLabel("Passphrase").fill(card.passphrase);
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.locator(".typed", { hasText: card.passphrase }).waitFor();
  },
  "unknown word shown": async (page) => {
    await page.goto(atCard());
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.getByLabel("Passphrase").pressSequentially("xxxxx ");
    await page.getByText("Word 1 (“xxxxx”) is not in the list.").waitFor();
  },
  "unlocking": async (page) => {
    await page.route(keyrings, () => {});
    await page.goto(atCard());
    await unlock(page, card.passphrase);
    await page.getByText("Unlocking. This takes a few seconds.").waitFor();
  },
  "filtered": async (page) => {
    await read(page, atCard(), card.passphrase);
    await page.getByLabel("Kind").selectOption("Agenda");
    await page.getByText("1 page", { exact: true }).waitFor();
  },
  "old list": async (page) => {
    await answer(page, indexes, await sealedIndex(signIndex(practice, { ...payload, issued: payload.issued - 22 * 86_400 })));
    await read(page, atCard(), card.passphrase);
    await page.getByText(/more than three weeks ago/).waitFor();
  },
  "idle warning": async (page) => {
    await page.clock.install();
    await read(page, atCard(), card.passphrase);
    await page.clock.fastForward(9 * 60_000 + 10_000);
    await page.getByText("Locks in a minute.").waitFor();
  },
  "idle lock": async (page) => {
    await page.clock.install();
    await read(page, atCard(), card.passphrase);
    await page.clock.fastForward(11 * 60_000);
    await page.getByText("nothing was done here for ten minutes").waitFor();
  },
  "failed page": async (page) => {
    await page.route(objects, (route) => route.abort());
    await read(page, atCard(), card.passphrase);
    await page.getByRole("button", { name: "Agenda" }).click();
    await page.locator("[role=alert][data-failure]").waitFor();
    assert.equal(await failure(page), "offline");
  },
  "gone page": async (page) => {
    await page.route(objects, refuse(404));
    await read(page, atCard(), card.passphrase);
    await page.getByRole("button", { name: "Agenda" }).click();
    await page.locator("[role=alert][data-failure]").waitFor();
    assert.equal(await failure(page), "gone");
  },
  "opening": async (page) => {
    await page.route(objects, () => {});
    await read(page, atCard(), card.passphrase);
    await page.getByRole("button", { name: "Agenda" }).click();
    await page.getByText("Opening.").waitFor();
  },
};

test("no state keeps anyone out, in light and in dark", async (t) => {
  for (const [name, come] of Object.entries(states)) {
    await t.test(name, async () => {
      const context = await browser.newContext({ viewport: phone, reducedMotion: "reduce" });
      const page = await context.newPage();
      const told = await come(page);
      if (told !== undefined) assert.equal(told, name);
      const look = async (what) => {
        for (const colorScheme of ["light", "dark"]) {
          await page.emulateMedia({ colorScheme });
          await page.screenshot({ path: join(shots, `state-${what.replaceAll(" ", "-")}-${colorScheme}.png`), fullPage: true });
          await audit(page, `${what}, ${colorScheme}`);
        }
      };
      await look(name);
      // Whatever the state: help is a press away, and so is leaving.
      await page.getByRole("button", { name: "Help" }).click();
      assert.ok(await page.getByRole("link", { name: "988" }).isVisible(), name);
      assert.ok(await page.getByRole("button", { name: "Leave quickly" }).isVisible(), name);
      await look(`${name} with help`);
      await context.close();
    });
  }
});
