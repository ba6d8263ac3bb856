//! Certificates from an authority that speaks ACME (RFC 8555, RFC 8737), such as Let's Encrypt.
//!
//! Ordered, kept and renewed here; nothing of it stands in a connection's way. Until the first one is there, handshakes
//! fail and the rest of the server works.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::{StreamExt, stream};
use rustls::{
    ClientConfig, RootCertStore,
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use rustls_acme::{AcmeConfig, AcmeState, EventOk, ResolvesServerCertAcme, acme, caches::DirCache};
use rustls_pki_types::DnsName;
use tokio::time::timeout;

use super::{
    TlsDoor, TlsError, files,
    note::{Note, Notes},
    provider,
};

/// What to ask of whom.
#[derive(Debug, Clone)]
pub struct Acme {
    /// Each gets a certificate of its own.
    pub domains: Vec<String>,
    /// Where keys and certificates are kept; nobody else may look into it.
    pub cache: PathBuf,
    /// An e-mail address that the authority may write to.
    pub contact: Option<String>,
    /// The authority's directory; Let's Encrypt's if none is named.
    pub directory: Option<String>,
    /// Who signed the directory's own certificate, where the usual authorities did not.
    pub ca: Option<PathBuf>,
    /// How long nothing may happen before an order is begun again; see [`Acme::PATIENCE`].
    pub patience: Duration,
}

impl Acme {
    /// Far longer than an order takes, and far shorter than a certificate lasts.
    pub const PATIENCE: Duration = Duration::from_hours(6);
}

/// For reading a certificate that was kept.
const TAKE_OVER: Duration = Duration::from_secs(30);

/// A door whose certificates are ordered as they are needed; the first where a client asks for another name.
pub fn of_acme(acme: Acme) -> Result<(TlsDoor, Notes), TlsError> {
    private_folder(&acme.cache)?;
    let client = acme.ca.as_deref().map(roots).transpose()?.map(|roots| Arc::new(client(roots)));
    let acme = Arc::new(acme);
    let mut certificates = Vec::new();
    let mut notes = Vec::new();
    for domain in &acme.domains {
        let order = Order::begin(name(domain)?, Arc::clone(&acme), client.clone());
        certificates.push((order.domain.clone(), Arc::clone(&order.current)));
        notes.push(order.notes());
    }
    let certificates: Arc<dyn ResolvesServerCert> = Arc::new(AcmeCertificates(certificates));
    Ok((TlsDoor::new(&certificates), stream::select_all(notes).boxed()))
}

type State = AcmeState<io::Error>;
type Event = rustls_acme::Event<io::Error, io::Error>;
/// What is shown for a name; the order behind it can be begun again.
type Current = Arc<Mutex<Arc<ResolvesServerCertAcme>>>;

/// What keeps a certificate for one name.
struct Order {
    domain: String,
    acme: Arc<Acme>,
    client: Option<Arc<ClientConfig>>,
    state: State,
    current: Current,
    is_there: bool,
}

impl Order {
    fn begin(domain: String, acme: Arc<Acme>, client: Option<Arc<ClientConfig>>) -> Self {
        let state = state(&domain, &acme, client.as_ref());
        let current = Arc::new(Mutex::new(state.resolver()));
        Self { domain, acme, client, state, current, is_there: false }
    }

    fn notes(self) -> Notes {
        stream::unfold(self, |mut order| async { Some((order.next().await, order)) }).boxed()
    }

    async fn next(&mut self) -> Note {
        loop {
            match timeout(self.acme.patience, self.state.next()).await {
                Ok(Some(event)) => {
                    self.is_there |= matches!(event, Ok(EventOk::DeployedCachedCert | EventOk::DeployedNewCert));
                    if let Some(note) = note(&self.domain, event) {
                        return note;
                    }
                }
                Ok(None) | Err(_) => self.begin_again().await,
            }
        }
    }

    /// An authority that takes a request and never answers would be waited for without an end. Should a certificate be
    /// there, the new order has to have it too before it takes over.
    async fn begin_again(&mut self) {
        let mut state = state(&self.domain, &self.acme, self.client.as_ref());
        if self.is_there {
            let first = timeout(TAKE_OVER, state.next()).await;
            if !matches!(first, Ok(Some(Ok(EventOk::DeployedCachedCert)))) {
                return;
            }
        }
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = state.resolver();
        self.state = state;
    }
}

fn note(domain: &str, event: Event) -> Option<Note> {
    let domain = domain.to_owned();
    match event {
        Ok(EventOk::DeployedCachedCert) => Some(Note::Remembered { domain }),
        Ok(EventOk::DeployedNewCert) => Some(Note::Issued { domain }),
        Ok(EventOk::CertCacheStore | EventOk::AccountCacheStore) => None,
        Err(error) => Some(Note::NotIssued { domain, reason: error.to_string() }),
    }
}

fn state(domain: &str, acme: &Acme, client: Option<&Arc<ClientConfig>>) -> State {
    let config = match client {
        None => AcmeConfig::new_with_provider([domain], provider()),
        Some(client) => AcmeConfig::new_with_client_config([domain], Arc::clone(client)),
    };
    config
        .directory(acme.directory.as_deref().unwrap_or(acme::LETS_ENCRYPT_PRODUCTION_DIRECTORY))
        .contact(acme.contact.iter().map(|contact| format!("mailto:{contact}")))
        .cache(DirCache::new(acme.cache.clone()))
        .state()
}

fn client(roots: RootCertStore) -> ClientConfig {
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    builder.expect("ring has suites for them").with_root_certificates(roots).with_no_client_auth()
}

fn roots(path: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in files::certificates(path)? {
        roots.add(certificate).map_err(|source| TlsError::Authority { path: path.to_owned(), source })?;
    }
    Ok(roots)
}

fn name(domain: &str) -> Result<String, TlsError> {
    let name = DnsName::try_from(domain).map_err(|_| TlsError::Domain { domain: domain.to_owned() })?;
    Ok(name.to_lowercase_owned().as_ref().to_owned())
}

/// Makes the folder; one that is there already must be closed to others.
fn private_folder(path: &Path) -> Result<(), TlsError> {
    let failed = |source| TlsError::Cache { path: path.to_owned(), source };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
    let mode = fs::metadata(path).map_err(failed)?.mode();
    if mode & 0o077 != 0 {
        return Err(TlsError::OpenToOthers { path: path.to_owned() });
    }
    Ok(())
}

#[derive(Debug)]
struct AcmeCertificates(Vec<(String, Current)>);

impl ResolvesServerCert for AcmeCertificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let named = hello.server_name().and_then(|name| self.0.iter().find(|(domain, _)| domain == name));
        let (_, current) = named.or(self.0.first())?;
        let current = Arc::clone(&current.lock().unwrap_or_else(PoisonError::into_inner));
        current.resolve(hello)
    }
}
