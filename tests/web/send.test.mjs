// The whole way over TLS: `send`, a real mail server, the mail as it was delivered, its link in a browser, a read page.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { Practice, binary, closeAll, launch, openPage, phone, read } from "./harness.mjs";

const services = `cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
error unix - - n - - error
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
`;

let browser, folder, practice, card, gate, origin;

/** As root, which postfix wants to begin with. */
const root = (command, ...args) => {
  const [program, ...rest] = process.getuid() === 0 ? [command, ...args] : ["sudo", "-n", command, ...args];
  return execFileSync(program, rest, { stdio: "ignore" });
};

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

const trusting = () => ({ ...process.env, LC_ALL: "C", SSL_CERT_FILE: join(folder, "cert.pem") });
const heldspace = (...args) => execFileSync(binary, ["--root", practice.root, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: trusting() });

function certificate() {
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")], { stdio: "ignore" });
  chmodSync(join(folder, "key.pem"), 0o600);
}

async function startPostfix(port) {
  for (const part of ["etc", "queue", "data", "mail"]) mkdirSync(join(folder, part));
  writeFileSync(join(folder, "etc/main.cf"), `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.example.org
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_tls_cert_file = ${folder}/cert.pem
smtpd_tls_key_file = ${folder}/key.pem
smtpd_tls_security_level = encrypt
virtual_mailbox_domains = example.org
virtual_mailbox_base = ${folder}/mail
virtual_minimum_uid = 1
virtual_mailbox_maps = inline:{maya@example.org=maya/}
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
alias_maps =
alias_database =
maillog_file = ${folder}/log
maillog_file_prefixes = ${folder}
`);
  writeFileSync(join(folder, "etc/master.cf"), `127.0.0.1:${port} inet n - n - - smtpd\n${services}`);
  for (const [owner, part] of [["postfix", "data"], ["nobody", "mail"], ["root", "etc"], ["root", "queue"]]) root("chown", "-R", owner, join(folder, part));
  root("postfix", "-c", join(folder, "etc"), "start");
}

/** The one mail that was delivered, once it is there. */
async function delivered() {
  const place = join(folder, "mail/maya/new");
  const deadline = Date.now() + 30_000;
  while (!existsSync(place) || readdirSync(place).length === 0) {
    assert.ok(Date.now() < deadline, existsSync(join(folder, "log")) ? readFileSync(join(folder, "log"), "utf8") : "no mail");
    await new Promise(setImmediate);
  }
  return readFileSync(join(place, readdirSync(place)[0]), "utf8");
}

before(async () => {
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), "heldspace-send-"));
  chmodSync(folder, 0o755);
  certificate();
  const mailPort = await freePort();
  await startPostfix(mailPort);
  practice = new Practice().group("tuesday", "Tuesday group");
  card = practice.member("maya", "tuesday");
  practice.page("groups/tuesday/first.md", '+++\ntitle = "After our first session"\n+++\nDear {{ member.name }}, thank you for coming.\n');
  const { key } = JSON.parse(heldspace("host", "add", "elsewhere", "--json"));
  gate = spawn(binary, ["serve", "--json", "--store", join(folder, "store"), "--listen", "127.0.0.1:0", "--publisher", key, "--tls-cert", join(folder, "cert.pem"), "--tls-key", join(folder, "key.pem")], { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise((resolve) => createInterface(gate.stdout).once("line", resolve));
  origin = `https://localhost:${new URL(JSON.parse(line).url).port}`;
  const site = join(practice.root, "site.toml");
  const mail = `\n[mail]\nfrom = "pages@example.org"\nfrom_name = "Pages"\nserver = "localhost"\nport = ${mailPort}\nsecurity = "starttls"\n`;
  writeFileSync(site, readFileSync(site, "utf8") + mail);
  heldspace("host", "add", origin);
  heldspace("agreement", "add", "--service", "mail", "--kind", "own", "--recorded-by", "Ines Halloran");
});

after(async () => {
  gate?.kill("SIGTERM");
  try {
    root("postfix", "-c", join(folder, "etc"), "abort");
  } finally {
    root("rm", "-rf", folder);
    await closeAll();
    await browser.close();
  }
});

test("from a saved file to a page on a phone, by a mail that says nothing", async () => {
  const sent = JSON.parse(heldspace("send", "--yes", "--json"));
  assert.deepEqual([sent.notices.sent, sent.build.members], [1, 1]);
  const mail = await delivered();
  for (const said of ["Maya", "Tuesday", "session", "group", card.passphrase.split(" ")[0]]) assert.ok(!new RegExp(`\\b${said}\\b`, "i").test(mail.replace(/^(To|Delivered-To|X-Original-To|Received|\s).*$/gim, "")), said);
  const [link] = mail.replace(/=\r?\n/g, "").replace(/=3D/g, "=").match(/https:\/\/localhost:\d+\/l#[A-Za-z0-9_-]{82}/) ?? [];
  assert.ok(link?.startsWith(`${origin}/l#`), mail);
  const context = await browser.newContext({ viewport: phone, ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await read(page, link, card.passphrase);
  const frame = await openPage(page, "After our first session");
  await frame.getByText("Dear Maya, thank you").waitFor();
  await context.close();
  assert.equal(JSON.parse(heldspace("notify", "--remind", "--member", "maya", "--yes", "--json")).planned, 0, "nobody who has read is reminded");
  // The host writes down within a second what happened.
  let list = JSON.parse(heldspace("audit", "--json"));
  for (let tries = 0; tries < 10 && !JSON.stringify(list).includes("After our first session"); tries++) {
    await new Promise((done) => setTimeout(done, 500));
    list = JSON.parse(heldspace("audit", "--json"));
  }
  assert.ok(list.events.some((event) => event.what === "keyring" && event.own_check), "what heldspace itself looked at is no act of hers");
  assert.ok(JSON.stringify(list).includes("After our first session"), "and the therapist can see that it was opened");
});
