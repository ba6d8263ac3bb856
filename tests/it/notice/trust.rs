//! A certificate that tests trust: `SSL_CERT_FILE` has to be there when a process starts, so a test that needs it runs
//! itself again with it.

use std::{fs, path::Path, process::Command, sync::Arc};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// A certificate for localhost, and its key.
pub(crate) struct Trust {
    pub(crate) cert: CertificateDer<'static>,
    key: Vec<u8>,
    pub(crate) cert_pem: String,
    pub(crate) key_pem: String,
}

impl Trust {
    pub(crate) fn for_host(host: &str) -> Self {
        let made = rcgen::generate_simple_self_signed([host.to_owned()]).unwrap();
        Self {
            cert: made.cert.der().clone(),
            key: made.key_pair.serialize_der(),
            cert_pem: made.cert.pem(),
            key_pem: made.key_pair.serialize_pem(),
        }
    }

    /// Where `SSL_CERT_FILE` may point.
    pub(crate) fn write(&self, folder: &Path) -> std::path::PathBuf {
        let path = folder.join("trusted.pem");
        fs::write(&path, &self.cert_pem).unwrap();
        path
    }

    pub(crate) fn server(&self) -> Arc<ServerConfig> {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.clone()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        Arc::new(config.with_no_client_auth().with_single_cert(vec![self.cert.clone()], key).unwrap())
    }
}

/// In the process that trusts it, the certificate; in the one that `cargo test` started, `None` once the other is done.
pub(crate) fn trusting(test: &str) -> Option<Trust> {
    const KEY: &str = "HELDSPACE_TEST_KEY";
    if let (Ok(file), Ok(key)) = (std::env::var("SSL_CERT_FILE"), std::env::var(KEY)) {
        let pem = fs::read_to_string(file).unwrap();
        let body: String = pem.lines().filter(|line| !line.starts_with("---")).collect();
        let cert = data_encoding::BASE64.decode(body.as_bytes()).unwrap().into();
        let key = data_encoding::HEXLOWER.decode(key.as_bytes()).unwrap();
        return Some(Trust { cert, key, cert_pem: pem, key_pem: String::new() });
    }
    let folder = tempfile::tempdir().unwrap();
    let trust = Trust::for_host("localhost");
    let ran = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env("SSL_CERT_FILE", trust.write(folder.path()))
        .env(KEY, data_encoding::HEXLOWER.encode(&trust.key))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
    None
}
