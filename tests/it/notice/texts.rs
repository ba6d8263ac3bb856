//! The messages themselves, as two other programs read them; and names and addresses that would break out.

use std::{
    collections::BTreeSet,
    io::Write,
    process::{Command, Stdio},
};

use heldspace::{
    notice::{Cause, Difference, Letter, NoticeId, Sent, Texts, letter},
    wire::MailboxId,
};
use mail_parser::{HeaderValue, MessageParser};
use serde_json::Value;

use super::world::{Kept, MAIL, World, page};
use crate::draft::{Draft, SITE};

const READ: &str = "
import sys, json, email, email.policy
for raw in json.load(sys.stdin):
    m = email.message_from_bytes(bytes.fromhex(raw), policy=email.policy.default)
    assert not m.defects and not m.is_multipart(), m.defects
    read = {'headers': len(m.items()), 'to': [a.addr_spec for a in m['To'].addresses], 'names': [a.display_name for a in m['To'].addresses], 'from': m['From'].addresses[0].display_name, 'body': m.get_content().replace('\\r\\n', '\\n')}
    sys.stdout.buffer.write((json.dumps(read, ensure_ascii=False) + '\\n').encode('utf-8', 'surrogateescape'))
";

/// What Python's own mail library reads.
fn by_python(letters: &[Letter]) -> Vec<Value> {
    let hex: Vec<String> = letters.iter().map(|letter| data_encoding::HEXLOWER.encode(&letter.bytes)).collect();
    let mut python =
        Command::new("python3").args(["-c", READ]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    python.stdin.take().unwrap().write_all(serde_json::to_string(&hex).unwrap().as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The letters to so many members, in this language.
fn letters(count: u8, language: &str) -> Vec<Letter> {
    let mut draft =
        Draft::empty().file("site.toml", format!("{}{MAIL}", SITE.replace("\"en\"", &format!("\"{language}\""))));
    for n in 0..count {
        draft = draft.member(&format!("m{n}"), &format!("Person {n}"));
    }
    let mut world = World::of(draft);
    for n in 0..count {
        world.give(&format!("m{n}"), page(n, &format!("Title {n}"), "member"));
    }
    let mut kept = Kept::default();
    let report = world.send(Cause::New, &mut kept);
    assert!(report.members.iter().all(|(_, sent)| *sent == Sent::Sent), "{:?}", report.members);
    kept.letters
}

#[test]
fn a_hundred_differ_in_to_date_message_id_and_link_alone() {
    for language in ["en", "es"] {
        let letters = letters(100, language);
        let mut same = BTreeSet::new();
        let (mut tos, mut ids, mut links) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (letter, python) in letters.iter().zip(by_python(&letters)) {
            let message = MessageParser::new().parse(&letter.bytes).unwrap();
            let body = message.body_text(0).unwrap().replace("\r\n", "\n");
            assert_eq!(python["body"].as_str().unwrap(), body, "two parsers read the same");
            assert_eq!(python["headers"], message.headers().len());
            assert_eq!(python["to"].as_array().unwrap().len(), 1);
            assert_eq!(python["names"][0], "", "no display name");
            let link = body.lines().find(|line| line.starts_with("https://pages.example.org/l#")).unwrap().to_owned();
            let mut rest = vec![body.replace(&link, "")];
            for header in message.headers() {
                let name = header.name.as_str().to_owned();
                match (name.as_str(), &header.value) {
                    ("To" | "Date" | "Message-ID", _) => rest.push(name),
                    (_, HeaderValue::Text(text)) => rest.push(format!("{name}: {text}")),
                    (_, value) => rest.push(format!("{name}: {value:?}")),
                }
            }
            same.insert(rest);
            tos.insert(python["to"][0].to_string());
            ids.insert(message.message_id().unwrap().to_owned());
            links.insert(link);
        }
        assert_eq!((tos.len(), ids.len(), links.len()), (100, 100, 100));
        assert_eq!(same.len(), 1, "everything else is the same: {same:#?}");
        let mut headers: Vec<String> =
            same.iter().flatten().map(|line| line.split(':').next().unwrap().to_owned()).skip(1).collect();
        headers.sort();
        assert_eq!(
            headers,
            [
                "Auto-Submitted",
                "Content-Transfer-Encoding",
                "Content-Type",
                "Date",
                "From",
                "MIME-Version",
                "Message-ID",
                "Subject",
                "To"
            ]
        );
    }
}

#[test]
fn nothing_about_a_person_can_be_read_but_their_address() {
    let draft = Draft::empty()
        .member("zqxfolder", "Zqxname Zqxlast")
        .group("zqxgroup", "Zqxtitle", &["zqxfolder"])
        .file("content/members/zqxfolder/member.toml", "name = \"Zqxname\"\nemail = \"who@example.org\"\n")
        .file(
            "site.toml",
            format!("{SITE}{MAIL}").replace("Larch Lane", "Zqxpractice").replace("Ines", "Zqxtherapist"),
        );
    let mut world = World::of(draft);
    world.give("zqxfolder", page(1, "Zqxpage", "group"));
    let mut kept = Kept::default();
    world.send(Cause::New, &mut kept);
    let text = String::from_utf8(kept.letters[0].bytes.clone()).unwrap();
    assert!(!text.to_lowercase().contains("zqx"), "{text}");
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    assert!(host.trim().len() < 5 || !text.contains(host.trim()), "nor about this machine");
    assert!(!text.to_lowercase().contains("heldspace"));
}

#[test]
fn hostile_names_and_addresses_are_sent_rightly_or_refused_and_nothing_panics() {
    let world = World::new();
    let keys = &world.keys;
    let long = "a".repeat(300);
    let names = [
        "Pages",
        "\"quoted\" \\ name",
        "Zoë Ünïcode",
        "{{ 7 * 7 }}",
        "a\r\nBcc: x@example.org",
        "a\nb",
        "a\rb",
        "\u{0}",
        "<x@example.org>",
        "x, y <z@example.org>",
        "=?utf-8?q?x?=",
        "日本語",
        &long,
        "\u{202e}evil",
        "",
        "()",
        ";:",
    ];
    let addresses = [
        "anna@example.org",
        "a\r\nBcc: x@example.org",
        "a@example.org\r\nRCPT TO:<b@example.org>",
        "a@example.org\n.\n",
        "\"a b\"@example.org",
        "zoë@example.org",
        "a@bücher.example",
        "{{x}}@example.org",
        "a@b@c",
        "",
        "@",
        "a@",
        &format!("{long}@example.org"),
        &format!("a@{long}.org"),
        "a@example.org, b@example.org",
        "<a@example.org>",
        "a@[127.0.0.1]",
        "a\u{0}@example.org",
        "a'b@example.org",
        "o`reilly|x@example.org",
    ];
    let id = NoticeId { mailbox: MailboxId::from_bytes([1; 16]), release: 1, attempt: 1 };
    let texts = Texts::of(&world.practice);
    let text = texts.for_member(&world.practice.members["anna"]);
    let mut made = Vec::new();
    for name in names {
        for to in addresses {
            let mut mail = world.practice.site.mail.clone().unwrap();
            mail.from_name.as_mut().unwrap().text = name.to_owned();
            let difference = Difference { to, link: "https://pages.example.org/l#x", notice: id, time: 1_795_564_800 };
            made.extend(letter(&mail, text, keys, &difference).ok().map(|letter| (name, to, letter)));
        }
    }
    assert!(made.len() > 5 * names.len() && made.len() < addresses.len() * names.len(), "{}", made.len());
    let letters: Vec<Letter> = made.iter().map(|(.., letter)| letter.clone()).collect();
    for ((name, to, letter), python) in made.iter().zip(by_python(&letters)) {
        let raw = &letter.bytes;
        let message = MessageParser::new().parse(raw).unwrap();
        assert_eq!(message.headers().len(), 9, "{name:?} {to:?}: no header of its own");
        assert!(message.bcc().is_none() && message.to().unwrap().iter().count() == 1, "{name:?} {to:?}");
        let plain = to.replace("bücher", "xn--bcher-kva");
        assert_eq!(python["to"][0], plain, "{name:?}");
        if !name.contains(char::is_control) && name.len() < 300 {
            assert_eq!(python["from"].as_str().unwrap().trim(), *name, "the name arrives as it is");
        }
        let bare = raw.iter().enumerate().filter(|(n, b)| **b == b'\n' && (*n == 0 || raw[n - 1] != b'\r')).count();
        assert_eq!(bare, 0, "no line end alone");
        let longest = raw.split(|b| *b == b'\n').map(<[u8]>::len).max().unwrap();
        assert!(longest < 1000, "{name:?}: a line of {longest}");
    }
}
