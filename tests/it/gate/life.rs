//! How a server begins, what it sees change, and how it ends.

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    time::{Duration, Instant},
};

use heldspace::{
    explain::Explain,
    serve::{Limits, ServeError, ServeOptions, Server},
    wire::Pass,
};

use super::{
    client::get,
    world::{World, wide},
};

fn refused(store: PathBuf, listen: SocketAddr) -> ServeError {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let options = ServeOptions::new(store, listen, Vec::new());
    runtime.block_on(Server::bind(options)).unwrap_err()
}

#[test]
fn one_server_at_a_time() {
    let world = World::new();
    let gate = world.serve();
    let error = refused(world.store(), ([127, 0, 0, 1], 0).into());
    assert!(matches!(error, ServeError::Running { .. }), "{error}");
    assert!(error.hint().is_some() && error.exit_code() == 4);
    let lock = std::fs::metadata(world.store().join(".serve.lock")).unwrap();
    assert_eq!((lock.permissions().mode() & 0o777, lock.len()), (0o600, 0));
    drop(gate);
    assert_eq!(world.serve().get("/l").status, 200);
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    let world = World::new();
    let any: SocketAddr = ([127, 0, 0, 1], 0).into();
    let missing = refused(world.store().join("nowhere"), any);
    assert!(matches!(missing, ServeError::NoStore(_)) && missing.hint().is_some(), "{missing}");

    let taken = TcpListener::bind(any).unwrap();
    let error = refused(world.store(), taken.local_addr().unwrap());
    assert!(matches!(error, ServeError::Listen { .. }) && error.hint().is_some(), "{error}");

    world.write("gate.json", r#"{"version":2,"origins":[]}"#);
    assert!(matches!(refused(world.store(), any), ServeError::GateFileVersion { found: 2 }));
    for wrong in ["", "{}", r#"{"version":1,"origins":[],"more":1}"#, r#"{"version":1,"version":1,"origins":[]}"#] {
        world.write("gate.json", wrong);
        assert!(matches!(refused(world.store(), any), ServeError::GateFileContent(_)), "{wrong}");
    }

    let empty = tempfile::tempdir().unwrap();
    let error = refused(empty.path().to_owned(), any);
    assert!(matches!(error, ServeError::NothingPublished { .. }) && error.hint().is_some(), "{error}");
    assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0, "a folder that is no store stays as it is");
}

#[test]
fn an_odd_origin_is_refused() {
    let world = World::new();
    for odd in ["pages.example.org", "https://pages.example.org/", "*"] {
        let error = world.try_serve(wide(), vec![odd.to_owned()]).err().unwrap();
        assert!(matches!(error, ServeError::Origin { .. }) && error.exit_code() == 2, "{odd}");
    }
}

#[test]
fn a_replaced_gate_json_is_seen() {
    let world = World::new();
    let gate = world.serve();
    let ada = &world.ada;
    let moved = ada.shows(&Pass { origin: "https://moved.example".into(), ..ada.pass() });
    let status = |shown: &str| gate.get_with(&ada.index(), shown).status;
    assert_eq!((status(&ada.shows_pass()), status(&moved)), (200, 401));
    world.write("gate.json", r#"{"version":1,"origins":["https://moved.example"]}"#);
    // The old origin is out at once, also for a pass that was verified before.
    assert_eq!((status(&ada.shows_pass()), status(&moved)), (401, 200));
    // What can't be read changes nothing.
    world.write("gate.json", "{");
    assert_eq!((status(&ada.shows_pass()), status(&moved)), (401, 200));
}

#[test]
fn a_request_under_way_is_finished_and_nobody_else_is_let_in() {
    let world = World::new();
    world.write("public/library/large.mp3", vec![7; 30_000_000]);
    let mut gate = world.serve();
    let mut client = gate.client();
    client.send(get("/library/large.mp3", ""));
    let mut first = [0; 1];
    client.stream.peek(&mut first).unwrap();
    gate.stop();
    while TcpStream::connect(gate.address).is_ok() {}
    let reply = client.reply(false).unwrap();
    assert!(reply.status == 200 && reply.body == vec![7; 30_000_000]);
    assert_eq!(client.rest(), b"");
    gate.join();
}

#[test]
fn idle_connections_do_not_hold_it_up() {
    let world = World::new();
    let limits = wide();
    let patience = limits.stop_time;
    let mut gate = world.serve_with(limits);
    let fresh = gate.client();
    let mut kept_alive = gate.client();
    assert_eq!(kept_alive.ask(&get("/l", "")).status, 200);
    let began = Instant::now();
    gate.stop();
    gate.join();
    assert!(began.elapsed() < patience / 2, "{:?}", began.elapsed());
    drop((fresh, kept_alive));
}

#[test]
fn who_does_not_finish_is_cut_off() {
    let world = World::new();
    world.write("public/library/large.mp3", vec![7; 30_000_000]);
    let mut gate = world.serve_with(Limits { stop_time: Duration::from_millis(200), ..wide() });
    let mut client = gate.client();
    client.send(get("/library/large.mp3", ""));
    let mut first = [0; 1];
    client.stream.peek(&mut first).unwrap();
    gate.stop();
    gate.join();
    assert!(client.rest().len() < 30_000_000);
}
