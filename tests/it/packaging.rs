//! What a host installs: the service unit, and the image's one static program.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    gate::world::World,
    tls::{authority::Authority, client::curl, server::Server},
};

fn packaging(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging").join(name)).unwrap()
}

/// The unit, with the program where these tests have it.
fn unit(folder: &Path) -> PathBuf {
    let path = folder.join("heldspace.service");
    let unit = packaging("heldspace.service").replace("/usr/local/bin/heldspace", env!("CARGO_BIN_EXE_heldspace"));
    fs::write(&path, unit).unwrap();
    path
}

fn analyze(args: &[&str], unit: &Path) -> String {
    let output = Command::new("systemd-analyze").args(args).arg(unit).output();
    let output = output.expect("systemd-analyze, which tests/run installs");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{args:?}: {said}");
    said
}

#[test]
fn the_unit_is_sound_and_locked_in() {
    let folder = tempfile::tempdir().unwrap();
    let unit = unit(folder.path());
    let said = analyze(&["verify", "--man=no"], &unit);
    assert!(!said.contains("heldspace.service"), "{said}");
    // In tenths; 10.0 is no sandbox at all. What it costs: a network, and ports below 1024.
    let said = analyze(&["security", "--offline=true", "--threshold=15", "--no-pager"], &unit);
    assert!(said.contains("Overall exposure level"), "{said}");
}

/// Whoever is not root on this machine is in a namespace of their own.
fn chroot(folder: &Path) -> Command {
    if rustix::process::geteuid().is_root() {
        let mut command = Command::new("chroot");
        command.arg(folder);
        return command;
    }
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--root"]).arg(folder);
    command
}

/// The program as the Dockerfile builds it, without the optimisation that takes minutes.
fn static_program() -> PathBuf {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/static");
    let dockerfile = packaging("Dockerfile");
    let step = dockerfile.lines().find_map(|line| line.strip_prefix("RUN ").filter(|run| run.contains("cargo build")));
    let step = step.unwrap().replace(" --release", &format!(" --quiet --target-dir '{}'", target.display()));
    let built = Command::new("sh").args(["-c", &step]).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let machine = Command::new("uname").arg("-m").output().unwrap();
    let machine = String::from_utf8(machine.stdout).unwrap();
    target.join(format!("{}-unknown-linux-gnu/debug/heldspace", machine.trim()))
}

#[test]
fn the_static_program_serves_from_an_empty_folder() {
    let (world, authority) = (World::new(), Authority::new());
    let pair = authority.issue("pages", &["pages.example.org"]);
    let root = tempfile::tempdir().unwrap();
    fs::copy(static_program(), root.path().join("heldspace")).unwrap();
    fs::copy(&pair.cert, root.path().join("cert")).unwrap();
    fs::copy(&pair.key, root.path().join("key")).unwrap();
    let copied = Command::new("cp").arg("-r").arg(world.store()).arg(root.path().join("store")).status().unwrap();
    assert!(copied.success());

    // No library, no shell, no /etc, no /dev: whatever it needs, it has.
    let mut command = chroot(root.path());
    command.args(["/heldspace", "serve", "--json", "--store", "/store", "--listen", "127.0.0.1:0"]);
    command.args(["--tls-cert", "/cert", "--tls-key", "/key", "--redirect", "127.0.0.1:0"]);
    let server = Server::of(command);
    for protocol in ["--http1.1", "--http2"] {
        let got = curl(server.address, &authority.root(), "https://pages.example.org/l", &[protocol]).unwrap();
        assert_eq!(got.body, "<p>viewer");
    }
    assert!(server.redirect.is_some());
}

#[test]
fn the_image_is_what_was_tested() {
    let dockerfile = packaging("Dockerfile");
    let (_, image) = dockerfile.split_once("FROM scratch\n").unwrap();
    let brought: Vec<&str> = image.lines().filter(|line| line.starts_with("COPY")).collect();
    assert_eq!(brought.len(), 2, "the program, and a folder that is empty");
    assert!(brought[0].ends_with(" /usr/local/bin/heldspace /heldspace") && brought[1].ends_with(" /state /state"));
    assert!(image.contains("\nUSER 65532:65532\n") && !image.contains("\nRUN "));
    assert!(dockerfile.contains("+crt-static") && dockerfile.contains("--no-default-features --features tls "));
}
