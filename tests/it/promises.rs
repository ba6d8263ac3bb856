//! What each feature links: the promise that the server stays small, and knows nothing of how to read.

use std::{collections::BTreeSet, process::Command};

fn crates(features: &str) -> BTreeSet<String> {
    let tree = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--locked",
            "--no-default-features",
            "--features",
            features,
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let text = String::from_utf8(tree.stdout).unwrap();
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn the_server_alone_links_nothing_that_could_read_render_or_mail() {
    let linked = crates("serve");
    for forbidden in ["age", "minijinja", "pulldown-cmark", "ammonia", "lettre", "rust-embed", "scrypt", "toml", "hkdf"]
    {
        assert!(!linked.contains(forbidden), "{forbidden}");
    }
    assert!(linked.contains("hyper") && linked.len() < 135, "{} crates", linked.len());
}

#[test]
fn certificates_bring_tls_and_nothing_that_could_read_render_or_mail() {
    let (with, without) = (crates("tls"), crates("serve"));
    assert!(without.is_subset(&with) && with.contains("rustls") && !without.contains("rustls"));
    for forbidden in
        ["age", "minijinja", "pulldown-cmark", "ammonia", "lettre", "rust-embed", "scrypt", "toml", "hkdf", "reqwest"]
    {
        assert!(!with.contains(forbidden), "{forbidden}");
    }
    // One provider of primitives, and one TLS.
    for second in ["aws-lc-rs", "aws-lc-sys", "openssl", "openssl-sys", "native-tls"] {
        assert!(!with.contains(second), "{second}");
    }
}

#[test]
fn the_authors_side_alone_links_no_server() {
    let linked = crates("author");
    assert!(linked.contains("age") && !linked.contains("hyper") && !linked.contains("hyper-util"));
}

/// What the tests ask of a crate beside what heldspace asks does not come into the program.
#[test]
fn the_tests_features_stay_with_the_tests() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--edges", "normal", "--prefix", "none", "--locked", "--format", "{p} [{f}]"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let text = String::from_utf8(tree.stdout).unwrap();
    let age = text.lines().find(|line| line.starts_with("age v")).unwrap();
    assert!(age.ends_with(']') && !age.contains("armor"), "{age}");
}
