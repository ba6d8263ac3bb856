//! The connection to a mail server: what it says is limited in length and in time, and heard in turn.
//!
//! lettre's own connection waits for the end of a line however long, and keeps what was said before TLS; so the bytes
//! are ours, and the commands and answers lettre's.

use std::{
    fmt::Display,
    io::{self, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    sync::Arc,
    time::{Duration, Instant},
};

use lettre::transport::smtp::response::Response;
use rustls::{ClientConfig, ClientConnection, StreamOwned, pki_types::ServerName};
use rustls_platform_verifier::BuilderVerifierExt;
use zeroize::Zeroizing;

/// RFC 5321 allows 512 bytes a line; an answer of more than this is none.
const ANSWER: usize = 16 * 1024;

/// A server that answers.
pub(super) struct Line {
    stream: Stream,
    /// Read, but not yet understood.
    heard: Vec<u8>,
}

enum Stream {
    Clear(Timed),
    Tls(Box<StreamOwned<ClientConnection, Timed>>),
    /// While one becomes the other, and after that failed.
    Gone(Closed),
}

/// A socket on which everything ends at a given time, however slowly bytes come.
struct Timed {
    socket: TcpStream,
    until: Instant,
}

impl Timed {
    fn left(&self) -> io::Result<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(late()) } else { Ok(left) }
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.set_read_timeout(Some(self.left()?))?;
        self.socket.read(buffer).map_err(on_time)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.set_write_timeout(Some(self.left()?))?;
        self.socket.write(bytes).map_err(on_time)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

impl Line {
    /// Connects; the first address that answers in time is taken.
    pub(super) fn open(host: &str, port: u16, wait: Duration) -> io::Result<Self> {
        let mut failed = io::Error::new(io::ErrorKind::NotFound, "no such server");
        for address in (host, port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, wait) {
                Ok(socket) => {
                    let timed = Timed { socket, until: Instant::now() + wait };
                    return Ok(Self { stream: Stream::Clear(timed), heard: Vec::new() });
                }
                Err(error) => failed = on_time(error),
            }
        }
        Err(failed)
    }

    /// Everything from now on is encrypted, and the server is who it says it is.
    pub(super) fn secure(&mut self, host: &str, wait: Duration) -> io::Result<()> {
        // SECURITY: what someone in between put behind the clear answer would be taken for one under TLS.
        self.in_turn()?;
        let Stream::Clear(mut timed) = std::mem::replace(&mut self.stream, Stream::Gone(Closed)) else {
            return Err(turned());
        };
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let mut session = ClientConnection::new(Arc::new(config()?), name).map_err(io::Error::other)?;
        timed.until = Instant::now() + wait;
        while session.is_handshaking() {
            session.complete_io(&mut timed)?;
        }
        self.stream = Stream::Tls(Box::new(StreamOwned::new(session, timed)));
        Ok(())
    }

    pub(super) fn is_secure(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }

    /// Says `command` and hears the answer.
    pub(super) fn ask(&mut self, command: impl Display, wait: Duration) -> io::Result<Response> {
        // A command may hold the password.
        self.say(Zeroizing::new(command.to_string()).as_bytes(), wait)?;
        self.answer(wait)
    }

    pub(super) fn say(&mut self, bytes: &[u8], wait: Duration) -> io::Result<()> {
        self.in_turn()?;
        self.until(wait);
        let stream = self.stream();
        stream.write_all(bytes)?;
        stream.flush()
    }

    pub(super) fn answer(&mut self, wait: Duration) -> io::Result<Response> {
        self.until(wait);
        loop {
            if let Some(end) = end_of_answer(&self.heard) {
                let text = self.heard.drain(..end).collect::<Vec<_>>();
                let text = String::from_utf8_lossy(&text).replace('\r', "").replace('\n', "\r\n");
                return text
                    .parse()
                    .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "not the answer of a mail server"));
            }
            if self.heard.len() > ANSWER {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "an answer without an end"));
            }
            let mut more = [0; 2048];
            let read = self.stream().read(&mut more)?;
            if read == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the connection was closed"));
            }
            self.heard.extend_from_slice(&more[..read]);
        }
    }

    /// A server that has spoken unasked would be a step ahead from then on.
    fn in_turn(&self) -> io::Result<()> {
        if self.heard.is_empty() { Ok(()) } else { Err(turned()) }
    }

    fn stream(&mut self) -> &mut dyn ReadWrite {
        match &mut self.stream {
            Stream::Clear(timed) => timed,
            Stream::Tls(stream) => stream.as_mut(),
            Stream::Gone(closed) => closed,
        }
    }

    fn until(&mut self, wait: Duration) {
        let until = Instant::now() + wait;
        match &mut self.stream {
            Stream::Clear(timed) => timed.until = until,
            Stream::Tls(stream) => stream.sock.until = until,
            Stream::Gone(_) => {}
        }
    }
}

trait ReadWrite: Read + Write {}

impl<T: Read + Write> ReadWrite for T {}

/// What is left when turning to TLS failed.
struct Closed;

impl Read for Closed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::NotConnected.into())
    }
}

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::NotConnected.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The certificates that this machine trusts; `SSL_CERT_FILE` names others.
fn config() -> io::Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let verified = versions.and_then(BuilderVerifierExt::with_platform_verifier).map_err(io::Error::other)?;
    Ok(verified.with_no_client_auth())
}

/// Where the first line that no `-` continues ends.
fn end_of_answer(heard: &[u8]) -> Option<usize> {
    let mut start = 0;
    while let Some(length) = heard[start..].iter().position(|&byte| byte == b'\n') {
        let (line, next) = (&heard[start..start + length], start + length + 1);
        if line.get(3) != Some(&b'-') {
            return Some(next);
        }
        start = next;
    }
    None
}

fn on_time(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => late(),
        _ => error,
    }
}

fn late() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "it did not answer in time")
}

fn turned() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it spoke out of turn")
}
