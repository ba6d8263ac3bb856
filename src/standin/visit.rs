//! The gate as whoever stands in meets it: sealed bytes, from a host that may lie, each within a limit.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ureq::Agent;

use super::OwnKey;
use crate::{
    explain::Explain,
    host::agent,
    inbox::LISTED,
    store::layout,
    wire::{ANSWER_SIZE, Digest, Listing, MailboxId, ReaderPass, SigningKey},
};

/// More than a brief, or a listing.
const LIMIT: u64 = 16 * 1024 * 1024;
/// How often a server that is busy is asked, and how long to wait before the second time.
const TRIES: u32 = 4;
const WAIT: Duration = Duration::from_millis(500);

/// Why nothing could be fetched.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    #[error("can't reach {origin}")]
    Unreachable { origin: String, source: ureq::Error },
    #[error("{origin} does not let your key in")]
    NotLetIn { origin: String },
    #[error("nothing lies at {origin} for whoever stands in")]
    Nothing { origin: String },
    #[error("{origin} asks to be left alone for a while")]
    Busy { origin: String },
    #[error("{origin} does not answer as heldspace does (status {status})")]
    Other { origin: String, status: u16 },
    #[error("{origin} says that more answers lie there than there can be")]
    TooMany { origin: String },
}

impl Explain for VisitError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unreachable { .. } => "Check this machine's connection, and the address with your colleague. In the meantime the telephone works.",
            Self::NotLetIn { .. } => "Your colleague may have taken your key out, or not published since it was added; or this machine's clock is wrong. Ask them.",
            Self::Nothing { .. } => "Your colleague has to build and publish once after `heldspace standin add`.",
            Self::Busy { .. } => "Try again in a few minutes.",
            Self::Other { .. } => "Look at the address, and ask your colleague whether their server is up to date.",
            Self::TooMany { .. } => "Nothing of it was believed. Tell your colleague.",
        }.to_owned())
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Unreachable { .. } | Self::Busy { .. } => 1,
            _ => 4,
        }
    }
}

/// Whoever stands in, at the gate.
pub struct Visitor {
    origin: String,
    agent: Agent,
    key: SigningKey,
}

impl Visitor {
    pub fn new(origin: &str, own: &OwnKey) -> Self {
        Self { origin: origin.to_owned(), agent: agent(), key: own.signing_key() }
    }

    /// The brief, sealed.
    pub fn brief(&self) -> Result<Vec<u8>, VisitError> {
        self.get("/api/brief", LIMIT)?.ok_or_else(|| VisitError::Nothing { origin: self.origin.clone() })
    }

    /// Where every answer lies. SECURITY: the host chose these names; ids of fixed length are all that goes on from here.
    pub fn answers(&self) -> Result<Vec<(MailboxId, Digest)>, VisitError> {
        let mut spots: Vec<(MailboxId, Digest)> = Vec::new();
        let mut path = "/api/answers".to_owned();
        loop {
            let listing: Listing = self.listing(&path)?;
            let parsed = listing.answers.iter().filter_map(|name| layout::spot(name));
            let before = spots.last().copied();
            spots.extend(parsed.filter(|spot| before.is_none_or(|before| *spot > before)));
            if spots.len() > LISTED {
                return Err(VisitError::TooMany { origin: self.origin.clone() });
            }
            match spots.last().copied().filter(|last| listing.more && Some(*last) != before) {
                Some((mailbox, name)) => path = format!("/api/answers/after/{mailbox}/{name}"),
                None => return Ok(spots),
            }
        }
    }

    fn listing(&self, path: &str) -> Result<Listing, VisitError> {
        let listing = self.get(path, LIMIT)?.and_then(|json| serde_json::from_slice(&json).ok());
        listing.ok_or_else(|| VisitError::Other { origin: self.origin.clone(), status: 200 })
    }

    /// One answer, sealed; none where it is gone, or is larger than any.
    pub fn answer(&self, mailbox: &MailboxId, name: &Digest) -> Result<Option<Vec<u8>>, VisitError> {
        match self.get(&format!("/api/answers/{mailbox}/{name}"), ANSWER_SIZE as u64) {
            Err(VisitError::Unreachable { source: ureq::Error::BodyExceedsLimit(_), .. }) => Ok(None),
            got => got,
        }
    }

    fn get(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, VisitError> {
        let origin = || self.origin.clone();
        let mut wait = WAIT;
        for _ in 0..TRIES {
            let (status, body) =
                self.once(path, limit).map_err(|source| VisitError::Unreachable { origin: origin(), source })?;
            match status {
                200 => return Ok(Some(body)),
                401 => return Err(VisitError::NotLetIn { origin: origin() }),
                404 => return Ok(None),
                429 | 503 => std::thread::sleep(wait),
                status => return Err(VisitError::Other { origin: origin(), status }),
            }
            wait *= 2;
        }
        Err(VisitError::Busy { origin: origin() })
    }

    fn once(&self, path: &str, limit: u64) -> Result<(u16, Vec<u8>), ureq::Error> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let pass = ReaderPass { origin: self.origin.clone(), time: now }.encode(&self.key);
        let request =
            self.agent.get(format!("{}{path}", self.origin)).header("authorization", format!("Reader {pass}"));
        let mut response = request.call()?;
        let body = response.body_mut().with_config().limit(limit).read_to_vec()?;
        Ok((response.status().as_u16(), body))
    }
}
