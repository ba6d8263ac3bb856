//! Certificates from an authority that speaks ACME (RFC 8555, RFC 8737), such as Let's Encrypt.
//!
//! Ordered, kept and renewed here; nothing of it stands in a connection's way. Until the first one is there, handshakes
//! fail and the rest of the server works.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use futures_util::{StreamExt, future::ready, stream};
use rustls::{
    ClientConfig, RootCertStore,
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use rustls_acme::{AcmeConfig, AcmeState, EventOk, ResolvesServerCertAcme, acme, caches::DirCache};
use rustls_pki_types::DnsName;

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
}

/// A door whose certificates are ordered as they are needed; the first where a client asks for another name.
pub fn of_acme(acme: &Acme) -> Result<(TlsDoor, Notes), TlsError> {
    private_folder(&acme.cache)?;
    let roots = acme.ca.as_deref().map(roots).transpose()?;
    let mut certificates = Vec::new();
    let mut notes = Vec::new();
    for domain in &acme.domains {
        let domain = name(domain)?;
        let state = AcmeState::new(order(acme, &domain, roots.as_ref()));
        certificates.push((domain.clone(), state.resolver()));
        notes.push(state.filter_map(move |event| ready(note(&domain, event))));
    }
    let certificates: Arc<dyn ResolvesServerCert> = Arc::new(AcmeCertificates(certificates));
    Ok((TlsDoor::new(&certificates), stream::select_all(notes).boxed()))
}

type Event = rustls_acme::Event<io::Error, io::Error>;

fn note(domain: &str, event: Event) -> Option<Note> {
    let domain = domain.to_owned();
    match event {
        Ok(EventOk::DeployedCachedCert) => Some(Note::Remembered { domain }),
        Ok(EventOk::DeployedNewCert) => Some(Note::Issued { domain }),
        Ok(EventOk::CertCacheStore | EventOk::AccountCacheStore) => None,
        Err(error) => Some(Note::NotIssued { domain, reason: error.to_string() }),
    }
}

fn order(acme: &Acme, domain: &str, roots: Option<&RootCertStore>) -> AcmeConfig<io::Error> {
    let config = match roots {
        None => AcmeConfig::new_with_provider([domain], provider()),
        Some(roots) => AcmeConfig::new_with_client_config([domain], Arc::new(client(roots.clone()))),
    };
    config
        .directory(acme.directory.as_deref().unwrap_or(acme::LETS_ENCRYPT_PRODUCTION_DIRECTORY))
        .contact(acme.contact.iter().map(|contact| format!("mailto:{contact}")))
        .cache(DirCache::new(acme.cache.clone()))
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
struct AcmeCertificates(Vec<(String, Arc<ResolvesServerCertAcme>)>);

impl ResolvesServerCert for AcmeCertificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let named = hello.server_name().and_then(|name| self.0.iter().find(|(domain, _)| domain == name));
        named.or(self.0.first()).and_then(|(_, certificates)| certificates.resolve(hello))
    }
}
