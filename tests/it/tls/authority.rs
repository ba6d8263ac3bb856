//! An authority of the tests' own, by the `openssl` program.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use heldspace::serve::tls::Pair;

pub(crate) struct Authority {
    folder: tempfile::TempDir,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let authority = Self { folder: tempfile::tempdir().unwrap() };
        let (key, cert) = (authority.path("ca.key"), authority.root());
        openssl(&["-subj", "/CN=tests", "-addext", "keyUsage=critical,keyCertSign"], &key, &cert);
        authority
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Its own certificate.
    pub(crate) fn root(&self) -> PathBuf {
        self.path("ca.pem")
    }

    /// A certificate for these names, in files called `file`.
    pub(crate) fn issue(&self, file: &str, names: &[&str]) -> Pair {
        let pair = Pair { cert: self.path(&format!("{file}.pem")), key: self.path(&format!("{file}.key")) };
        let names: Vec<String> = names.iter().map(|name| format!("DNS:{name}")).collect();
        let names = format!("subjectAltName={}", names.join(","));
        let (root, key) = (self.root(), self.path("ca.key"));
        let signed = ["-CA", root.to_str().unwrap(), "-CAkey", key.to_str().unwrap(), "-subj", "/CN=x"];
        let extensions = ["-addext", &names, "-addext", "basicConstraints=critical,CA:FALSE"];
        openssl(&[&signed[..], &extensions].concat(), &pair.key, &pair.cert);
        pair
    }
}

fn openssl(args: &[&str], key: &Path, cert: &Path) {
    // Made anew beside the old ones, and moved into their place.
    let new = |path: &Path| path.with_extension("new");
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
        .args(args)
        .arg("-keyout")
        .arg(key.with_extension("newkey"))
        .arg("-out")
        .arg(new(cert))
        .output()
        .expect("openssl, which tests/run installs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    fs::rename(key.with_extension("newkey"), key).unwrap();
    fs::rename(new(cert), cert).unwrap();
}
