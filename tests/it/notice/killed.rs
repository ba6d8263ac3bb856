//! Promise 3: a notice is never sent twice for one cause, and none is lost without a word, wherever it is killed.

use std::{
    collections::BTreeMap,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use super::{
    practice::Served,
    sink::{Options, Sink},
    trust::Trust,
};

const MEMBERS: usize = 5;
const KILLS: usize = 32;

fn mail(port: u16) -> String {
    format!("[mail]\nfrom = \"pages@example.org\"\nserver = \"localhost\"\nport = {port}\nsecurity = \"starttls\"\n")
}

#[test]
fn killed_at_any_moment_it_sends_nothing_twice_and_loses_nothing_unsaid() {
    let trust = Trust::for_host("localhost");
    let sink = Sink::start(trust.server(), Options::default());
    let served = Served::new(MEMBERS, &mail(sink.port), &trust);
    let (mut kills, mut causes, mut in_doubt) = (0, 0, 0);
    while kills < KILLS {
        causes += 1;
        served.site.page("library/next.md", &format!("+++\nid = \"{causes}\"\n+++\n# Page {causes}"));
        served.site.build();
        let before = sink.taken().len();
        // Each time a step further: between any two words, while the text is on its way, right after it.
        for step in 1.. {
            if !killed_after(&served, &sink, 3 + (step * 5 + causes) % 9) {
                break;
            }
            kills += 1;
        }
        let last = served.sent(&["--yes"]);
        assert_eq!(last["planned"], 0, "everyone was told, or is in doubt: {last}");
        let mut got: BTreeMap<String, usize> = BTreeMap::new();
        for taken in &sink.taken()[before..] {
            *got.entry(taken.to.clone()).or_default() += 1;
        }
        for n in 0..MEMBERS {
            let count = got.get(&format!("m{n}@example.org")).copied().unwrap_or(0);
            let doubt = last["uncertain"].as_array().unwrap().iter().any(|folder| folder == &format!("m{n}"));
            assert!(count <= 1, "m{n} was told {count} times of page {causes}");
            assert!(count == 1 || doubt, "m{n} was not told of page {causes}, and nobody says so: {last}");
            in_doubt += usize::from(doubt);
        }
    }
    assert!(kills >= KILLS && in_doubt > 0, "{kills} kills, {in_doubt} in doubt: the kills met every step");
}

/// Kills a run once the server has heard `words` more; false when it had finished before.
fn killed_after(served: &Served, sink: &Sink, words: usize) -> bool {
    let until = sink.said().len() + words;
    let mut run = served.command(&["notify", "--yes"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    while sink.said().len() < until {
        if run.try_wait().unwrap().is_some() {
            return false;
        }
        assert!(Instant::now() < deadline, "it hangs");
        thread::yield_now();
    }
    let finished = run.try_wait().unwrap().is_some();
    run.kill().unwrap();
    run.wait().unwrap();
    !finished
}

#[test]
fn of_two_at_once_the_second_is_told() {
    let trust = Trust::for_host("localhost");
    let sink = Sink::start(trust.server(), Options::default());
    let served = Served::new(2, &mail(sink.port), &trust);
    let runs: Vec<_> = (0..3).map(|_| served.command(&["notify", "--yes"]).spawn().unwrap()).collect();
    let outcomes: Vec<_> = runs.into_iter().map(|run| run.wait_with_output().unwrap()).collect();
    assert!(outcomes.iter().any(|outcome| outcome.status.success()));
    for refused in outcomes.iter().filter(|outcome| !outcome.status.success()) {
        assert!(String::from_utf8_lossy(&refused.stderr).contains("another heldspace is at work"));
    }
    assert_eq!(sink.taken().len(), 2);
}

#[test]
fn the_password_comes_from_a_file_that_nobody_else_can_read() {
    use std::os::unix::fs::PermissionsExt;
    let trust = Trust::for_host("localhost");
    let sink = Sink::start(trust.server(), Options::default());
    let served = Served::new(1, &format!("{}user = \"pages\"\n", mail(sink.port)), &trust);
    let asked = served.notify(&["--yes"]);
    assert_eq!(asked.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&asked.stderr).contains(".heldspace/mail-password"));
    let file = served.site.path(".heldspace/mail-password");
    std::fs::write(&file, "sesame\n").unwrap();
    assert!(String::from_utf8_lossy(&served.notify(&["--yes"]).stderr).contains("chmod 600"));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(served.sent(&["--yes"])["sent"], 1);
    let expected = format!("AUTH PLAIN {}", data_encoding::BASE64.encode(b"\0pages\0sesame"));
    assert!(sink.said().contains(&expected), "{:?}", sink.said());
}
