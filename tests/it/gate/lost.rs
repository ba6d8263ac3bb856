//! What was acknowledged is never lost: the server killed, the disk full, the power cut.
//!
//! `kill -9` alone proves little: what a killed server wrote is with the system, on the disk or not. So the power is cut as
//! well, and a server whose fsync does nothing has to be found out by the same test.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use heldspace::{serve::Limits, wire::Digest};

use super::{
    client::Client,
    disk::{Disk, without_fsync},
    sending::sealed,
    world::{Member, World, wide},
};

/// As many power cuts as this in a soak test.
const CUTS: &str = "HELDSPACE_POWER_CUTS";
const SIZE: usize = 16_800;

/// `heldspace serve`, to be killed.
struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn start(store: &Path, preloaded: Option<&Path>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_heldspace"));
        command.args(["serve", "--json", "--listen", "127.0.0.1:0", "--store"]).arg(store);
        command.envs(preloaded.map(|library| ("LD_PRELOAD", library)));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: serde_json::Value = serde_json::from_str(&line).expect("a server that listens");
        let address = said["url"].as_str().unwrap().rsplit_once('/').unwrap().1.parse().unwrap();
        Self { child, address }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a member was told is kept.
#[derive(Default)]
struct Acknowledged {
    answers: Vec<Vec<u8>>,
    /// Own notes; and what was sent after them without a word.
    own: Option<Vec<u8>>,
    unsure: Option<Vec<u8>>,
}

impl Acknowledged {
    /// Sends one answer after another, and own notes between them, until the server is gone.
    fn send(&mut self, member: &Member, address: SocketAddr, (number, done): (&AtomicU64, &AtomicU64)) {
        let mut client = Client::connect(address);
        loop {
            let body = sealed(SIZE, number.fetch_add(1, Ordering::Relaxed));
            client.send(member.answer(&body).bytes());
            match client.reply(false) {
                Some(reply) if reply.status == 201 => self.answers.push(body.clone()),
                // It can't; or it kept as many already as it takes at a time.
                Some(reply) if [503, 429].contains(&reply.status) => return,
                Some(reply) => panic!("{reply:?}"),
                None => return,
            }
            done.fetch_add(1, Ordering::Relaxed);
            let known = self
                .own
                .as_ref()
                .map_or("If-None-Match: *\r\n".into(), |own| format!("If-Match: \"{}\"\r\n", Digest::of(own)));
            self.unsure = Some(body.clone());
            client.send(member.own_notes(&body, &known).bytes());
            match client.reply(false).map(|reply| reply.status) {
                Some(204) => self.own = self.unsure.take(),
                Some(503 | 429) | None => return,
                Some(status) => panic!("{status}"),
            }
        }
    }

    /// How many of these are not there any more as they were. Each is lost once.
    fn lost(&mut self, world: &World, member: &Member) -> usize {
        let there = |path: String| fs::read(world.store().join(path)).ok();
        let before = self.answers.len();
        self.answers
            .retain(|body| there(format!("answers/{}/{}", member.mailbox, Digest::of(body))).as_ref() == Some(body));
        let answers = before - self.answers.len();
        let found = there(format!("own/{}", member.mailbox));
        let own_is_lost = self.own.is_some() && found != self.own && found != self.unsure;
        self.own = found;
        answers + usize::from(own_is_lost)
    }
}

/// Members send until so many answers were acknowledged; then `stop` is called, and they find the server gone.
fn until_stopped(
    world: &World,
    (acknowledged, number): (&mut [Acknowledged; 2], &AtomicU64),
    server: Process,
    stop: impl FnOnce(Process),
) {
    let done = AtomicU64::new(0);
    let (address, members) = (server.address, [&world.ada, &world.ben]);
    std::thread::scope(|scope| {
        for (acknowledged, member) in acknowledged.iter_mut().zip(members) {
            scope.spawn(|| acknowledged.send(member, address, (number, &done)));
        }
        let began = Instant::now();
        while done.load(Ordering::Relaxed) < 12 && began.elapsed() < Duration::from_secs(20) {
            std::thread::yield_now();
        }
        assert!(done.load(Ordering::Relaxed) > 0, "nothing was acknowledged");
        stop(server);
    });
}

fn lost(world: &World, acknowledged: &mut [Acknowledged; 2]) -> usize {
    let [ada, ben] = acknowledged;
    ada.lost(world, &world.ada) + ben.lost(world, &world.ben)
}

fn temporary(world: &World) -> Vec<String> {
    let names = world.tree().into_keys().map(|path| path.to_string_lossy().into_owned());
    names.filter(|path| path.contains('#')).collect()
}

#[test]
fn what_was_acknowledged_is_there_when_the_server_was_killed() {
    let world = World::new();
    world.write(&format!("answers/{}/{}#7", world.ada.mailbox, "0a".repeat(32)), "half of");
    let (mut acknowledged, number) = (<[Acknowledged; 2]>::default(), AtomicU64::new(0));
    for _ in 0..12 {
        let server = Process::start(&world.store(), None);
        assert_eq!(temporary(&world), Vec::<String>::new(), "what the last one had begun is cleared");
        until_stopped(&world, (&mut acknowledged, &number), server, drop);
        assert_eq!(lost(&world, &mut acknowledged), 0);
    }
}

/// Power cuts: how many answers were acknowledged, and how many of them were lost.
fn cut_the_power(disk: &Disk, times: u32, preloaded: Option<&Path>) -> (usize, usize) {
    let world = World::in_folder(&disk.mounted().join(if preloaded.is_some() { "without" } else { "with" }));
    // The practice's own files are on the disk before the first cut.
    assert!(Command::new("sync").arg("-f").arg(disk.mounted()).status().unwrap().success());
    let (mut acknowledged, number, mut all) = (<[Acknowledged; 2]>::default(), AtomicU64::new(0), 0);
    for _ in 0..times {
        let server = Process::start(&world.store(), preloaded);
        until_stopped(&world, (&mut acknowledged, &number), server, |server| {
            disk.cut();
            drop(server);
        });
        disk.power_again();
        all += lost(&world, &mut acknowledged);
    }
    let there: usize = acknowledged.iter().map(|member| member.answers.len()).sum();
    (there + all, all)
}

/// `HELDSPACE_POWER_CUTS=300 cargo test --test it power_is_cut` cuts it three hundred times.
#[test]
fn what_was_acknowledged_is_there_when_the_power_is_cut() {
    let times = std::env::var(CUTS).map_or(4, |times| times.parse().expect("a number"));
    let Some(disk) = Disk::new(256, "what was acknowledged is there when the power is cut") else { return };
    let (kept, lost) = cut_the_power(&disk, times, None);
    assert_eq!(lost, 0, "of {kept}");
    // The control: were fsync left out, this test would find it.
    let folder = tempfile::tempdir().unwrap();
    let nosync = without_fsync(folder.path());
    let (kept_without, lost_without) = cut_the_power(&disk, times.min(20), Some(&nosync));
    let said = format!(
        "\n{times} power cuts: {kept} answers acknowledged, {lost} lost; without fsync {kept_without}, {lost_without} lost\n"
    );
    std::io::stderr().write_all(said.as_bytes()).unwrap();
    assert!(lost_without > 0, "of {kept_without} without fsync");
}

#[test]
fn on_a_full_disk_nothing_is_said_to_be_kept_and_nothing_half_is_left() {
    let Some(disk) = Disk::new(16, "on a full disk nothing is said to be kept") else { return };
    let world = World::in_folder(&disk.mounted().join("practice"));
    let (told, tells) = mpsc::channel();
    let limits = Limits { free_space: 0, ..wide() };
    let gate = world.serve_told(limits, move |trouble| told.send(format!("{trouble:?}")).unwrap());
    let first = sealed(SIZE, 0);
    assert_eq!(world.ada.answer(&first).to(&gate).status, 201);
    assert_eq!(world.ada.own_notes(&first, "If-None-Match: *\r\n").to(&gate).status, 204);
    disk.fill(8 * 1024);
    let known = format!("If-Match: \"{}\"\r\n", Digest::of(&first));
    for seed in 1..5 {
        assert_eq!(world.ada.answer(&sealed(200_000, seed)).to(&gate).status, 507);
        assert_eq!(world.ada.own_notes(&sealed(200_000, seed), &known).to(&gate).status, 507);
    }
    assert_eq!(temporary(&world), Vec::<String>::new());
    assert_eq!(world.ada.answer(&first).to(&gate).status, 200);
    let own = gate.get_with(&world.ada.own_at(), &world.ada.shows_pass());
    assert_eq!((own.status, own.body), (200, first));
    fs::remove_file(disk.mounted().join("filler")).unwrap();
    assert_eq!(world.ada.answer(&sealed(200_000, 1)).to(&gate).status, 201);
    gate.join_after_stop();
    let told: Vec<String> = tells.iter().collect();
    let names_nobody = !told.concat().contains(&world.ada.mailbox.to_string());
    assert!(told.len() == 1 && told[0].starts_with("NotKept") && names_nobody, "{told:?}");
}
