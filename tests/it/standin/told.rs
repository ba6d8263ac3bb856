//! The call to whoever stands in, over a real conversation with a mail server.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::Stdio,
    time::Duration,
};

use heldspace::{
    host::Host,
    inbox::{Fetching, People, told},
    keys::Keys,
    practice::{Home, HomeError, Practice},
    store::Store,
};

use super::world::{Machine, add, window};
use crate::{
    inbox::world::{Sender, now, practice},
    markers::MARKER,
    notice::{
        sink::{Fault, Options, Sink, Stage},
        trust::{Trust, trusting},
    },
    site::TestSite,
};

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

/// A practice with an answer that must not wait, which came so long ago.
struct Waiting {
    site: TestSite,
    home: Home,
    keys: Keys,
    trusted: std::path::PathBuf,
}

impl Waiting {
    fn new(trust: &Trust, mail: &str, ago: u64) -> Self {
        let (site, maya, _) = practice();
        add(&site, &Machine::new().line);
        window(&site, "24 hours");
        let path = site.path("site.toml");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}\n{mail}")).unwrap();
        site.build();
        let home = Home::of(site.root());
        let keys = home.keys::<HomeError>(|| unreachable!("the keys are bare")).unwrap();
        let trusted = trust.write(site.root());
        let waiting = Self { site, home, keys, trusted };
        waiting.comes(&maya, ago);
        waiting
    }

    /// One that must not wait comes, by a clock that was so far behind.
    fn comes(&self, maya: &Sender, ago: u64) {
        maya.send(&maya.checked_in("often"));
        let people = People::of(&Practice::read(self.site.root()).unwrap());
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let host = Host::Folder(Store::open(&self.site.store()).unwrap());
            let (home, keys) = (&self.home, &self.keys);
            let fetching = Fetching { host: &host, home, keys, people: &people, now: now() - ago };
            fetching.run(&|_, _| ()).await.unwrap();
        });
    }

    /// What `inbox watch` says until a line that has `end` in it came so often; or many others did.
    fn watch(&self, rounds: usize, end: &str) -> Vec<String> {
        let mut command = self.site.command(&["inbox", "watch", "--every", "1s"]);
        let command = command.env("SSL_CERT_FILE", &self.trusted).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut watch = command.spawn().unwrap();
        let mut said: Vec<String> = Vec::new();
        for line in BufReader::new(watch.stderr.take().unwrap()).lines().map(Result::unwrap) {
            said.push(line);
            if said.len() == 60 || said.iter().filter(|line| line.contains(end)).count() == rounds {
                break;
            }
        }
        // What it does after that line of the last round is not what the tests look at.
        std::thread::sleep(Duration::from_millis(300));
        watch.kill().unwrap();
        watch.wait().unwrap();
        said
    }
}

fn mail(sink: &Sink) -> String {
    let password = "user = \"pages\"";
    format!(
        "[mail]\nfrom = \"pages@example.org\"\nfrom_name = \"Pages\"\nserver = \"localhost\"\nport = {}\nsecurity = \"starttls\"\n{password}\n",
        sink.port
    )
}

fn with_password(waiting: &Waiting) {
    let path = waiting.site.path(".heldspace/mail-password");
    fs::write(&path, "sesame\n").unwrap();
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    waiting.site.own("mail");
}

const RINGS: &str = "must not wait: heldspace inbox list";

#[test]
fn whoever_stands_in_is_told_once_for_each_window_whatever_is_restarted() {
    let Some(trust) = trusting("standin::told::whoever_stands_in_is_told_once_for_each_window_whatever_is_restarted")
    else {
        return;
    };
    let sink = Sink::start(trust.server(), Options::default());
    let waiting = Waiting::new(&trust, &mail(&sink), DAY + 60);
    with_password(&waiting);
    waiting.watch(4, RINGS);
    let taken = sink.taken();
    assert_eq!(taken.iter().map(|taken| taken.to.as_str()).collect::<Vec<_>>(), ["naomi@example.org"]);
    // It says nothing but to look.
    let text = &taken[0].text.replace("To: naomi@example.org\r\n", "");
    for telling in ["maya", "Naomi", "Feld", "tuesday", "This week", "heldspace", "http", "danger", MARKER] {
        assert!(!text.to_lowercase().contains(&telling.to_lowercase()), "{telling}: {text}");
    }
    assert!(
        text.contains("Subject: Please have a look\r\n") && text.contains("From: Pages <pages@example.org>"),
        "{text}"
    );
    // Another process, in the same window.
    waiting.watch(2, RINGS);
    assert_eq!(sink.taken().len(), 1);
    // A window later.
    told(now() - DAY - 5, &waiting.home, &waiting.keys).unwrap();
    waiting.watch(3, RINGS);
    assert_eq!(sink.taken().len(), 2);
    // Somebody saw to it.
    told(now() - DAY - 5, &waiting.home, &waiting.keys).unwrap();
    let listed = crate::inbox::world::list(&waiting.site);
    let id = listed["answers"][0]["id"].as_str().unwrap();
    waiting.site.ok(&["inbox", "ack", id, "--by", "Naomi Feld", "--did", "called her"]);
    let mut watch = waiting.site.command(&["inbox", "watch", "--every", "1s"]).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(3));
    watch.kill().unwrap();
    watch.wait().unwrap();
    assert_eq!(sink.taken().len(), 2);
}

#[test]
fn before_the_window_has_passed_nobody_is_told() {
    let Some(trust) = trusting("standin::told::before_the_window_has_passed_nobody_is_told") else { return };
    let sink = Sink::start(trust.server(), Options::default());
    let waiting = Waiting::new(&trust, &mail(&sink), DAY - 600);
    with_password(&waiting);
    assert_eq!(waiting.watch(2, RINGS).len(), 2);
    assert!(sink.taken().is_empty() && sink.said().is_empty());
}

#[test]
fn a_failure_rings_louder_and_is_tried_again() {
    let Some(trust) = trusting("standin::told::a_failure_rings_louder_and_is_tried_again") else { return };
    let fault = Some((Stage::Text, Fault::Say("451 later\r\n")));
    let sink = Sink::start(trust.server(), Options { fault, times: 2, ..Options::default() });
    let waiting = Waiting::new(&trust, &mail(&sink), DAY + 60);
    // Without an agreement nothing is sent, and that is said.
    let path = waiting.site.path(".heldspace/mail-password");
    fs::write(&path, "sesame\n").unwrap();
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let said = waiting.watch(2, "NOT told");
    assert!(said.len() >= 4 && sink.said().is_empty(), "{said:?}");
    with_password(&waiting);
    let said = waiting.watch(6, RINGS);
    assert_eq!(said.iter().filter(|line| line.contains("was NOT told")).count(), 2, "{said:?}");
    assert!(said.iter().any(|line| line.contains("451 later")), "{said:?}");
    assert_eq!(sink.taken().len(), 1);
}

#[test]
fn without_mail_it_says_so_each_time_and_a_word_that_tells_is_not_sent() {
    let trust = Trust::for_host("localhost");
    let waiting = Waiting::new(&trust, "", DAY + 60);
    let said = waiting.watch(2, "does not say how notices are sent");
    assert!(said.iter().filter(|line| line.contains("was NOT told")).count() == 2, "{said:?}");
    // Into a folder, where the sender's name tells what the practice does.
    let path = waiting.site.path("site.toml");
    let text = fs::read_to_string(&path).unwrap();
    let mail = "[mail]\nfrom = \"pages@example.org\"\nfrom_name = \"Grief group\"\nfolder = \"outbox\"\n";
    fs::write(&path, format!("{text}\n{mail}")).unwrap();
    let said = waiting.watch(1, "Grief");
    assert!(said.iter().any(|line| line.contains("NOT told")) && !waiting.site.path("outbox").exists(), "{said:?}");
    fs::write(&path, format!("{text}\n{}", mail.replace("Grief group", "Pages"))).unwrap();
    waiting.watch(3, RINGS);
    assert_eq!(fs::read_dir(waiting.site.path("outbox")).unwrap().count(), 1);
}
