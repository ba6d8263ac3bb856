//! Clients: `curl`, `openssl s_client`, and rustls with bytes of our own.

use std::{
    fs,
    net::{SocketAddr, TcpStream},
    path::Path,
    process::Command,
    sync::Arc,
    time::Duration,
};

use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::ring};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};

/// What `curl` got: the head of the answer in lower case, and the body.
pub(crate) struct Got {
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Asks for `https://<host>/…` at `address`, trusting `root` alone. The error is what curl said.
pub(crate) fn curl(address: SocketAddr, root: &Path, url: &str, args: &[&str]) -> Result<Got, String> {
    let host = url.split_once("://").unwrap().1.split('/').next().unwrap();
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--include", "--max-time", "30", "--noproxy", "*", "--cacert"])
        .arg(root)
        .args(["--connect-to", &format!("{host}:443:{address}"), url])
        .args(args)
        .output()
        .expect("curl, which tests/run installs");
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8(output.stdout).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    Ok(Got { head: head.to_ascii_lowercase(), body: body.to_owned() })
}

/// What `openssl s_client` printed about a handshake.
pub(crate) fn s_client(address: SocketAddr, args: &[&str]) -> String {
    let output = Command::new("openssl")
        .args(["s_client", "-connect", &address.to_string()])
        .args(args)
        .stdin(std::process::Stdio::null())
        .output()
        .expect("openssl, which tests/run installs");
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

pub(crate) type Secure = StreamOwned<ClientConnection, TcpStream>;

/// A connection that speaks one protocol, such as `h2`, and nothing of it yet.
pub(crate) fn connect(address: SocketAddr, root: &Path, protocol: &str) -> Secure {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&fs::read(root).unwrap()).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.into()];
    let name = ServerName::try_from("pages.example.org").unwrap();
    let tcp = TcpStream::connect(address).unwrap();
    tcp.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    tcp.set_write_timeout(Some(Duration::from_mins(1))).unwrap();
    let mut stream = StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), tcp);
    stream.conn.complete_io(&mut stream.sock).unwrap();
    stream
}
