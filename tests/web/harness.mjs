// A practice in a temporary folder, the real binary, a real browser.

import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const repository = join(dirname(fileURLToPath(import.meta.url)), "../..");
export const binary = join(repository, "target/debug/heldspace");
const chromiumPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const phone = { width: 375, height: 812 };
export const desktop = { width: 1280, height: 800 };

export const launch = (more = {}) => chromium.launch({ executablePath: chromiumPath, args: flags, ...more });

const open = new Set();

/** Ends what a failed test may have left running. */
export const closeAll = () => Promise.all([...open].map((practice) => practice.close()));

export class Practice {
  constructor({ init = true } = {}) {
    open.add(this);
    this.root = mkdtempSync(join(tmpdir(), "heldspace-test-"));
    this.servers = [];
    if (init) this.recovery = JSON.parse(this.run("init", "--no-passphrase", "--country", "US", "--json"));
  }

  run(...args) {
    return execFileSync(binary, ["--root", this.root, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, LC_ALL: "C" } });
  }

  page(path, text) {
    const file = join(this.root, "content", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return this;
  }

  group(name, title) {
    this.run("group", "add", name, "--title", title);
    return this;
  }

  member(name, ...groups) {
    const options = [...groups.flatMap((group) => ["--group", group]), "--consent", "in session", "--recorded-by", "Ines Halloran"];
    const shown = `${name[0].toUpperCase()}${name.slice(1)}`;
    return JSON.parse(this.run("member", "add", name, "--name", shown, "--email", `${name}@example.org`, ...options, "--json"));
  }

  build(...more) {
    return JSON.parse(this.run("build", "--yes", "--json", ...more));
  }

  get store() {
    return join(this.root, ".heldspace/store");
  }

  /** Serves the store (or another folder) on a free port; the link of a card or notice, at that address; all it said. */
  async serve(store = this.store) {
    return this.listening("serve", "--store", store, "--listen", "127.0.0.1:0");
  }

  /** Shows what the next build would give. */
  async preview(...more) {
    return this.listening("--root", this.root, "preview", ...more);
  }

  async listening(...args) {
    const child = spawn(binary, [...args, "--json"], { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const output of [child.stdout, child.stderr]) output.on("data", (more) => (said += more));
    const line = await new Promise((resolve, reject) => {
      createInterface(child.stdout).once("line", resolve);
      child.once("exit", (code) => reject(new Error(`${args.join(" ")} ended with ${code}: ${said}`)));
    });
    const { url } = JSON.parse(line);
    const server = { url, at: (link) => link.replace(/^https?:\/\/[^/]+/, url), said: () => said, stop: () => stop(child) };
    this.servers.push(server);
    return server;
  }

  /** A copy of the store as it is now: what a host could keep, and serve later. */
  keepStore() {
    const kept = mkdtempSync(join(tmpdir(), "heldspace-kept-"));
    cpSync(this.store, kept, { recursive: true, filter: (path) => !path.endsWith("serve.lock") });
    return kept;
  }

  async close() {
    open.delete(this);
    await Promise.all(this.servers.map((server) => server.stop()));
    rmSync(this.root, { recursive: true, force: true });
  }
}

function stop(child) {
  if (child.exitCode !== null) return Promise.resolve();
  // When its outputs are closed too, so that nothing it said is missing.
  const ended = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGTERM");
  return ended;
}

/** Types the words and presses Unlock. */
export async function unlock(page, words) {
  await page.getByLabel("Passphrase").fill(words);
  await page.getByRole("button", { name: "Unlock", exact: true }).click();
}

/** Opens the link and unlocks; the list is there when this returns. */
export async function read(page, link, words) {
  await page.goto(link);
  await unlock(page, words);
  await page.getByRole("heading", { name: /^Hello/ }).waitFor();
}

export async function openPage(page, title) {
  await page.getByRole("button", { name: title }).click();
  // A page with forms is several frames.
  await page.locator("iframe.page:not(.pending)").first().waitFor();
  return page.frameLocator("iframe.page").first();
}

export const failure = (page) => page.locator("[role=alert][data-failure]").getAttribute("data-failure");
