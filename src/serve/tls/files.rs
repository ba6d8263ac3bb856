//! Certificates from files, which somebody else renews.
//!
//! They are looked at every few seconds; connections under way keep what they began with.

use std::{
    fs, io,
    io::Read,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use futures_util::{StreamExt, stream};
use rustls::{
    client::verify_server_name,
    server::{ClientHello, ParsedCertificate, ResolvesServerCert},
    sign::CertifiedKey,
};
use rustls_pki_types::{
    CertificateDer, PrivateKeyDer, ServerName,
    pem::{self, PemObject},
};
use tokio::{task::spawn_blocking, time::sleep};

use super::{
    TlsDoor, TlsError,
    note::{Note, Notes},
    provider,
};

const LARGEST: u64 = 1024 * 1024;
/// How long a renewed file may lie there unseen.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A chain of certificates, the server's own first, and the key of that one.
#[derive(Debug, Clone)]
pub struct Pair {
    pub cert: PathBuf,
    pub key: PathBuf,
}

/// A door whose certificates are in these files; the first where a client asks for no name that any of them has.
pub fn of_files(pairs: Vec<Pair>) -> Result<(TlsDoor, Notes), TlsError> {
    let watched = pairs.into_iter().map(Watched::load).collect::<Result<Vec<_>, _>>()?;
    let watched: Arc<[Watched]> = watched.into();
    let certificates: Arc<dyn ResolvesServerCert> = Arc::new(FileCertificates(Arc::clone(&watched)));
    let looks = stream::unfold(watched, |watched| async {
        sleep(LOOK_EVERY).await;
        let again = Arc::clone(&watched);
        // Disks can be slow, and connections wait for nothing.
        let notes = spawn_blocking(move || again.iter().filter_map(Watched::look).collect::<Vec<_>>()).await;
        Some((stream::iter(notes.unwrap_or_default()), watched))
    });
    Ok((TlsDoor::new(&certificates), looks.flatten().boxed()))
}

#[derive(Debug)]
struct FileCertificates(Arc<[Watched]>);

impl ResolvesServerCert for FileCertificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name().and_then(|name| ServerName::try_from(name).ok());
        let named = name.and_then(|name| self.0.iter().find(|watched| watched.is_for(&name)));
        named.or(self.0.first()).map(Watched::current)
    }
}

/// A pair, what it held when it was last good, and what the files looked like when they were last read.
#[derive(Debug)]
struct Watched {
    pair: Pair,
    last: Mutex<(Arc<CertifiedKey>, Option<[Look; 2]>)>,
}

/// What changes with a file's content.
type Look = (u64, u64, Option<SystemTime>);

impl Watched {
    fn load(pair: Pair) -> Result<Self, TlsError> {
        let look = pair.look();
        let certified = pair.read()?;
        Ok(Self { last: Mutex::new((Arc::new(certified), look)), pair })
    }

    fn current(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.last.lock().unwrap_or_else(PoisonError::into_inner).0)
    }

    fn is_for(&self, name: &ServerName<'_>) -> bool {
        let current = self.current();
        let parsed = current.end_entity_cert().and_then(ParsedCertificate::try_from);
        parsed.is_ok_and(|certificate| verify_server_name(&certificate, name).is_ok())
    }

    /// Reads the files again if they changed. A bad new one is told once, and leaves the old one in use.
    fn look(&self) -> Option<Note> {
        let look = self.pair.look();
        if self.last.lock().unwrap_or_else(PoisonError::into_inner).1 == look {
            return None;
        }
        let read = self.pair.read();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.1 = look;
        Some(match read {
            Ok(certified) => {
                last.0 = Arc::new(certified);
                Note::Reloaded { cert: self.pair.cert.clone() }
            }
            Err(error) => Note::Kept { error },
        })
    }
}

impl Pair {
    fn look(&self) -> Option<[Look; 2]> {
        let look = |path: &Path| {
            let meta = fs::metadata(path).ok()?;
            Some((meta.ino(), meta.len(), meta.modified().ok()))
        };
        Some([look(&self.cert)?, look(&self.key)?])
    }

    fn read(&self) -> Result<CertifiedKey, TlsError> {
        let chain = certificates(&self.cert)?;
        let (mode, pem) = read(&self.key)?;
        if mode & 0o027 != 0 {
            return Err(TlsError::OpenToOthers { path: self.key.clone() });
        }
        let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|source| match source {
            pem::Error::NoItemsFound => TlsError::NoKey { path: self.key.clone() },
            source => TlsError::Pem { path: self.key.clone(), source },
        })?;
        CertifiedKey::from_der(chain, key, &provider()).map_err(|source| TlsError::Mismatch {
            cert: self.cert.clone(),
            key: self.key.clone(),
            source,
        })
    }
}

/// All certificates in a PEM file, at least one.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let (_, pem) = read(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let found = found.map_err(|source| TlsError::Pem { path: path.to_owned(), source })?;
    if found.is_empty() { Err(TlsError::NoCertificate { path: path.to_owned() }) } else { Ok(found) }
}

/// Who may read the file, and its content: both of the file that was opened, not of one that took its place.
fn read(path: &Path) -> Result<(u32, Vec<u8>), TlsError> {
    let (mode, content) = mode_and_content(path).map_err(|source| TlsError::Read { path: path.to_owned(), source })?;
    if content.len() as u64 > LARGEST { Err(TlsError::TooLarge { path: path.to_owned() }) } else { Ok((mode, content)) }
}

fn mode_and_content(path: &Path) -> io::Result<(u32, Vec<u8>)> {
    let file = fs::File::open(path)?;
    let mode = file.metadata()?.mode();
    let mut content = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut content)?;
    Ok((mode, content))
}
