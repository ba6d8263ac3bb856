//! The audit log: what is in it, what never is, and that it is there whatever happens.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use heldspace::{
    serve::Limits,
    wire::{Digest, MailboxId},
};
use serde_json::Value;

use super::{
    client::{Client, get},
    world::{World, now, object, shows_ticket, wide},
};

/// Polls until `found` finds something.
fn eventually<T>(patience: Duration, mut found: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        match found() {
            Some(value) => return value,
            None => assert!(began.elapsed() < patience, "it never came"),
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

const PATIENCE: Duration = Duration::from_secs(20);

/// The files of the log by server and number: day, and bytes.
fn files(world: &World) -> BTreeMap<(String, u32), (String, Vec<u8>)> {
    let folder = world.store().join("audit");
    let in_log = world.tree().into_iter().filter(|(path, _)| path.starts_with(&folder) && path.is_file());
    in_log
        .map(|(path, (bytes, _))| {
            let path = path.strip_prefix(&folder).unwrap().to_str().unwrap();
            let (day, name) = path.split_once('/').unwrap();
            let (server, number) = name.strip_suffix(".jsonl").unwrap().split_once('-').unwrap();
            ((server.to_owned(), number.parse().unwrap()), (day.to_owned(), bytes))
        })
        .collect()
}

/// Every line, each chain followed by hand as `docs/formats.md` says.
pub(super) fn lines(world: &World) -> Vec<Value> {
    let mut ends: BTreeMap<String, (u32, Digest)> = BTreeMap::new();
    let mut lines = Vec::new();
    for ((server, number), (_, bytes)) in files(world) {
        assert_eq!(server.len(), 16);
        let (before, end) = ends.entry(server.clone()).or_insert_with(|| (0, Digest::of(server.as_bytes())));
        assert_eq!(number, *before + 1);
        *before = number;
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.ends_with('\n'));
        for line in text.lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            assert_eq!(value["prev"], end.to_string());
            assert_eq!(value["time"].as_u64().unwrap() % 3600, 0);
            assert_eq!(value.as_object().unwrap().len(), 5, "what, mailbox, object, time, prev: {line}");
            *end = Digest::of(line.as_bytes());
            lines.push(value);
        }
    }
    lines
}

/// What, and for which mailbox.
fn told(lines: &[Value]) -> Vec<(String, Option<String>)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    lines.iter().map(|line| (text(&line["what"]).unwrap(), text(&line["mailbox"]))).collect()
}

#[test]
fn what_was_given_and_refused_is_noted_once_an_hour() {
    let world = World::new();
    let (ada, ben) = (&world.ada, &world.ben);
    let page = format!("/api/objects/{}", object(7));
    let nobody = format!("/api/mailboxes/{}/keyring", MailboxId::from_bytes([9; 16]));
    let gate = world.serve();
    let began = now();
    // Around the turn of an hour each may stand twice.
    for _ in 0..3 {
        assert_eq!(gate.get_with(&ada.keyring(), &shows_ticket(&ada.ticket)).status, 200);
        assert_eq!(gate.get_with(&ada.index(), &ada.shows_pass()).status, 200);
        assert_eq!(gate.get_with(&page, &ada.shows_pass()).status, 200);
        assert_eq!(gate.get_with(&ben.keyring(), &shows_ticket(&ada.ticket)).status, 401);
        assert_eq!(gate.get_with(&nobody, &shows_ticket(&ada.ticket)).status, 401);
        assert_eq!(gate.get_with(&ben.index(), &ada.shows_pass()).status, 401);
    }
    gate.join_after_stop();
    let mut lines = lines(&world);
    if began / 3600 == now() / 3600 {
        assert_eq!(lines.len(), 6);
    }
    lines.dedup_by_key(|line| (line["what"].clone(), line["mailbox"].clone()));
    let (a, b) = (Some(ada.mailbox.to_string()), Some(ben.mailbox.to_string()));
    let expected =
        [("keyring", &a), ("index", &a), ("object", &a), ("refused", &b), ("refused", &None), ("refused", &a)];
    assert_eq!(told(&lines[..6]), expected.map(|(what, mailbox)| (what.to_owned(), mailbox.clone())));
    assert_eq!(lines[2]["object"], object(7));
    assert!(lines.iter().all(|line| (line["what"] == "object") != line["object"].is_null()));
}

#[test]
fn what_nobody_tried_is_not_noted() {
    let world = World::new();
    let (ada, gate) = (&world.ada, world.serve());
    let before = world.tree();
    for target in ["/", "/l", "/l%23AQEBAQ", "/library/grief/", "/healthz", "/nothing", "/api/nothing"] {
        gate.get(target);
    }
    let page = format!("/api/objects/{}", object(7));
    for target in [&ada.keyring(), &ada.index(), &page] {
        assert_eq!(gate.get(target).status, 401, "with nothing in hand, as a scanner");
    }
    assert_eq!(gate.get_with(&format!("/api/objects/{}", object(8)), &ada.shows_pass()).status, 404);
    for (target, shown) in
        [(ada.keyring(), shows_ticket(&ada.ticket)), (ada.index(), ada.shows_pass()), (page, ada.shows_pass())]
    {
        assert_eq!(gate.send(&get(&target, &shown).replacen("GET", "HEAD", 1)).status, 200);
    }
    gate.join_after_stop();
    assert!(world.tree() == before);
}

#[test]
fn nothing_of_a_request_is_in_it() {
    let world = World::new();
    let (ada, gate) = (&world.ada, world.serve());
    let marked = "User-Agent: zqxmarker\r\nReferer: https://zqxmarker.example/\r\nX-Forwarded-For: 198.51.100.7\r\n";
    gate.get_with(&ada.keyring(), &(shows_ticket(&ada.ticket) + marked));
    gate.get_with(&ada.index(), &(ada.shows_pass() + marked));
    gate.get_with(&ada.index(), &format!("Authorization: Pass zqxmarker\r\n{marked}"));
    gate.join_after_stop();
    let ticket = data_encoding::BASE64URL_NOPAD.encode(ada.ticket.as_bytes());
    let log: Vec<u8> = files(&world).into_values().flat_map(|(_, bytes)| bytes).collect();
    let log = String::from_utf8(log).unwrap();
    assert_eq!(log.lines().count(), 3);
    for foreign in ["zqxmarker", "198.51.100.7", "127.0.0.1", "/api/", "keyrings/", "pages.example.org", &ticket] {
        assert!(!log.contains(foreign), "{foreign} in {log}");
    }
}

#[test]
fn files_end_at_their_size_and_the_chain_goes_on() {
    let world = World::new();
    for number in 0..40 {
        world.write(&format!("objects/{}", object(number)), "sealed");
    }
    let gate = world.serve_with(Limits { audit_file_size: 1000, ..wide() });
    let shown = world.ada.shows_pass();
    for number in 0..40 {
        assert_eq!(gate.get_with(&format!("/api/objects/{}", object(number)), &shown).status, 200);
    }
    gate.join_after_stop();
    assert!(lines(&world).len() >= 40);
    let files = files(&world);
    assert!(files.len() >= 5 && files.values().all(|(_, bytes)| bytes.len() < 1400), "{}", files.len());
}

#[test]
fn each_run_of_a_server_has_a_chain_of_its_own() {
    let world = World::new();
    for _ in 0..3 {
        let gate = world.serve();
        assert_eq!(gate.get_with(&world.ada.index(), &world.ada.shows_pass()).status, 200);
        gate.join_after_stop();
    }
    let servers: std::collections::BTreeSet<_> = files(&world).into_keys().map(|(server, _)| server).collect();
    assert_eq!((servers.len(), lines(&world).len()), (3, 3));
}

#[test]
fn a_flood_does_not_fill_the_disk() {
    let world = World::new();
    let gate = world.serve_with(Limits { audit_lines_per_day: 30, ..wide() });
    let (began, shown, mut client) = (now(), world.ada.shows_pass(), gate.client());
    for number in 0..3000_u32 {
        let mut id = [0; 16];
        id[..4].copy_from_slice(&number.to_be_bytes());
        let nobody = format!("/api/mailboxes/{}/keyring", MailboxId::from_bytes(id));
        client.ask(&get(&nobody, &shows_ticket(&world.ada.ticket)));
        client.ask(&get(&world.ada.index(), &shown));
    }
    for number in 0..100 {
        world.write(&format!("objects/{}", object(number)), "sealed");
        assert_eq!(client.ask(&get(&format!("/api/objects/{}", object(number)), &shown)).status, 200);
    }
    drop(client);
    gate.join_after_stop();
    let lines = lines(&world);
    let hours = now() / 3600 - began / 3600 + 1;
    assert!(lines.len() as u64 <= (30 + 1) * hours, "{}", lines.len());
    assert_eq!(lines.last().unwrap()["what"], "lost", "and the log says that it is not whole");
}

#[test]
fn a_disk_that_takes_nothing_turns_nobody_away_and_is_told_once() {
    let world = World::new();
    // No folder can be made where a file is.
    world.write("audit", "in the way");
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ears = Arc::clone(&heard);
    let limits = Limits { audit_pause: Duration::from_millis(5), ..wide() };
    let gate = world.serve_told(limits, move |trouble| ears.lock().unwrap().push(trouble.to_string()));
    let (ada, ben) = (&world.ada, &world.ben);
    for member in [ada, ben] {
        assert_eq!(gate.get_with(&member.index(), &member.shows_pass()).status, 200);
    }
    eventually(PATIENCE, || heard.lock().unwrap().first().cloned().filter(|told| told.contains("audit log")));
    assert_eq!(gate.get_with(&ada.keyring(), &shows_ticket(&ada.ticket)).status, 200);
    world.remove("audit");
    eventually(PATIENCE, || (!files(&world).is_empty() && lines(&world).len() >= 3).then_some(()));
    gate.join_after_stop();
    assert_eq!(heard.lock().unwrap().len(), 1, "tried many times, told once");
}

#[test]
fn a_disk_that_is_full_in_the_middle_of_a_line_leaves_whole_lines_before_it() {
    let world = World::new();
    // The system refuses what would make a file longer than a block or two, and takes what still fits.
    let script = r#"trap '' XFSZ; ulimit -f 1; exec "$0" serve --json --listen 127.0.0.1:0 --store "$1""#;
    let mut server = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_heldspace")])
        .arg(world.store())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let address = address(&mut server);
    let shown = world.ada.shows_pass();
    for number in 0..20 {
        world.write(&format!("objects/{}", object(number)), "sealed");
        let request = get(&format!("/api/objects/{}", object(number)), &shown);
        assert_eq!(Client::connect(address).ask(&request).status, 200, "nobody is turned away");
    }
    let mut said = String::new();
    BufReader::new(server.stderr.as_mut().unwrap()).read_line(&mut said).unwrap();
    assert!(said.contains("can't write the audit log") && said.contains("large"), "{said}");
    server.kill().unwrap();
    server.wait().unwrap();
    let (_, (_, bytes)) = files(&world).pop_first().unwrap();
    let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    let mut last = Digest::of(files(&world).keys().next().unwrap().0.as_bytes());
    for line in String::from_utf8(bytes[..whole].to_vec()).unwrap().lines() {
        assert_eq!(serde_json::from_str::<Value>(line).unwrap()["prev"], last.to_string());
        last = Digest::of(line.as_bytes());
    }
    assert!(bytes.len() <= 1024, "the limit was one: {}", bytes.len());
}

#[test]
fn a_log_cut_while_it_is_written_goes_on_in_a_chain_of_its_own() {
    let world = World::new();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ears = Arc::clone(&heard);
    let limits = Limits { audit_pause: Duration::from_millis(5), ..wide() };
    let gate = world.serve_told(limits, move |trouble| ears.lock().unwrap().push(format!("{trouble:?}")));
    let (ada, ben) = (&world.ada, &world.ben);
    assert_eq!(gate.get_with(&ada.index(), &ada.shows_pass()).status, 200);
    let first = eventually(PATIENCE, || files(&world).into_iter().find(|(_, (_, bytes))| bytes.ends_with(b"\n")));
    let ((server, _), (day, _)) = first;
    world.write(&format!("audit/{day}/{server}-1.jsonl"), "");
    assert_eq!(gate.get_with(&ben.index(), &ben.shows_pass()).status, 200);
    gate.join_after_stop();
    let files = files(&world);
    assert!(files[&(server.clone(), 1)].1.is_empty(), "left as it was found");
    let (_, (_, anew)) = files.into_iter().find(|((other, _), _)| *other != server).expect("a chain of its own");
    assert!(String::from_utf8(anew).unwrap().contains(&ben.mailbox.to_string()));
    assert!(heard.lock().unwrap()[0].contains("Cut"));
}

/// Where a server that was just started listens.
fn address(server: &mut Child) -> SocketAddr {
    let mut first = String::new();
    BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
    let said: Value = serde_json::from_str(&first).unwrap();
    said["url"].as_str().unwrap().strip_prefix("http://").unwrap().parse().unwrap()
}

/// A second, and patience with a busy machine.
const SECOND: Duration = Duration::from_secs(3);

#[test]
fn what_happened_is_there_within_a_second_and_survives_a_kill() {
    let world = World::new();
    let mut server = Command::new(env!("CARGO_BIN_EXE_heldspace"))
        .args(["serve", "--json", "--listen", "127.0.0.1:0", "--store"])
        .arg(world.store())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let address = address(&mut server);
    let (ada, ben) = (&world.ada, &world.ben);
    let mut seen = Vec::new();
    for member in [ada, ben] {
        assert_eq!(Client::connect(address).ask(&get(&member.index(), &member.shows_pass())).status, 200);
        let mailbox = member.mailbox.to_string();
        seen = eventually(SECOND, || {
            let bytes: Vec<u8> = files(&world).into_values().flat_map(|(_, bytes)| bytes).collect();
            (bytes.ends_with(b"\n") && String::from_utf8_lossy(&bytes).contains(&mailbox)).then_some(bytes)
        });
    }
    server.kill().unwrap();
    server.wait().unwrap();
    let after: Vec<u8> = files(&world).into_values().flat_map(|(_, bytes)| bytes).collect();
    assert_eq!((after, lines(&world).len()), (seen, 2));
}
