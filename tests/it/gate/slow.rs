//! A thousand slow clients of the three kinds that there are tools for (`slowhttptest`), and the server up throughout.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::world::{Gate, World, wide};

fn attack(gate: &Gate, kind: &[&str]) -> Child {
    Command::new("slowhttptest")
        .args([
            "-c",
            "1000",
            "-r",
            "500",
            "-l",
            "6",
            "-p",
            "3",
            "-u",
            &format!("http://{}/library/large.mp3", gate.address),
        ])
        .args(kind)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("slowhttptest, which tests/run installs")
}

#[test]
fn a_thousand_slow_clients_of_each_kind() {
    let world = World::new();
    world.write("public/library/large.mp3", vec![7; 3_000_000]);
    let gate = world.serve_with(wide());
    // Heads that drip, bodies that drip, answers that are taken sip by sip.
    for kind in [["-H", "-i", "1"], ["-B", "-i", "1"], ["-X", "-n", "1"]] {
        let mut attack = attack(&gate, &kind);
        let mut answered = 0;
        while attack.try_wait().unwrap().is_none() {
            let began = Instant::now();
            assert_eq!(gate.get("/l").status, 200, "{kind:?}");
            assert!(began.elapsed() < Duration::from_secs(3), "{kind:?}: {:?}", began.elapsed());
            answered += 1;
        }
        assert!(answered > 10, "{kind:?}: {answered} answers");
    }
}
