//! Who is let in with a pass.
//!
//! In: the text of an `Authorization: Pass …` header. Out: the mailbox whose member signed it. That a pass was verified
//! is remembered until it ends, which saves the signature's arithmetic and nothing else: whether the mailbox still has
//! that key and the origin is still good is asked each time, so that who was taken out is out at once.

use std::sync::{Mutex, PoisonError};

use super::{mailboxes::Mailboxes, recent::Recent, refusal::Refusal};
use crate::{
    store::Store,
    wire::{Digest, MailboxId, PASS_LIFE, Pass, UnixTime, VerifyingKey},
};

/// A pass is about 500 bytes long.
const SIZE: usize = 2048;

#[derive(Debug)]
pub(super) struct Passes {
    verified: Mutex<Recent<Digest, Verified>>,
}

#[derive(Debug, Clone)]
struct Verified {
    pass: Pass,
    key: VerifyingKey,
}

/// Why nobody is let in, and for which mailbox it was tried.
#[derive(Debug)]
pub(super) enum Refused {
    /// `exists`: whether there is such a mailbox, which nobody outside may learn.
    Wrong {
        claimed: Option<MailboxId>,
        exists: bool,
    },
    Store(Refusal),
}

impl Passes {
    pub(super) fn new(remembered: usize) -> Self {
        Self { verified: Mutex::new(Recent::new(remembered)) }
    }

    /// The mailbox whose member is let in at `now`.
    pub(super) async fn admit(
        &self,
        text: &str,
        (store, mailboxes): (&Store, &Mailboxes),
        origins: &[String],
        now: UnixTime,
    ) -> Result<MailboxId, Refused> {
        let unreadable = || Refused::Wrong { claimed: None, exists: false };
        if text.len() > SIZE {
            return Err(unreadable());
        }
        let name = Digest::of(text.as_bytes());
        let known = self.verified.lock().unwrap_or_else(PoisonError::into_inner).look(&name).cloned();
        let envelope = Pass::decode(text).map_err(|_| unreadable())?;
        let claimed = match &known {
            Some(verified) => verified.pass.mailbox,
            None => Pass::claimed_mailbox(&envelope).map_err(|_| unreadable())?,
        };
        let mailbox = mailboxes.read(store, &claimed).await.map_err(Refused::Store)?;
        let wrong = || Refused::Wrong { claimed: Some(claimed), exists: mailbox.exists };
        let key = mailbox.record.key;
        let remembered = known.filter(|known| known.key == key && still_good(&known.pass, origins, now));
        let is_new = remembered.is_none();
        let pass = match remembered {
            Some(known) => known.pass,
            None => Pass::verify(&envelope, &key, origins, now).map_err(|_| wrong())?,
        };
        // SECURITY: a pass over one PUT opens nothing else; and the decoy's key opens nothing at all.
        let for_reading = pass.method.is_none() && pass.path.is_none() && pass.sha256.is_none();
        if !(mailbox.exists && for_reading && pass.mailbox == claimed) {
            return Err(wrong());
        }
        if is_new {
            self.verified.lock().unwrap_or_else(PoisonError::into_inner).insert(name, Verified { pass, key });
        }
        Ok(claimed)
    }
}

/// What a member signed for one request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signed {
    pub(super) mailbox: MailboxId,
    /// Of the body.
    pub(super) sha256: Digest,
}

/// The request that it has to be for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Put<'a> {
    pub(super) path: &'a str,
    pub(super) now: UnixTime,
}

impl Put<'_> {
    /// What `text` says of this request. SECURITY: verified each time; a pass for reading, for another path or another method
    /// is no pass here.
    pub(super) async fn admit(
        self,
        text: &str,
        (store, mailboxes): (&Store, &Mailboxes),
        origins: &[String],
    ) -> Result<Signed, Refused> {
        let unreadable = || Refused::Wrong { claimed: None, exists: false };
        if text.len() > SIZE {
            return Err(unreadable());
        }
        let envelope = Pass::decode(text).map_err(|_| unreadable())?;
        let claimed = Pass::claimed_mailbox(&envelope).map_err(|_| unreadable())?;
        let mailbox = mailboxes.read(store, &claimed).await.map_err(Refused::Store)?;
        let wrong = || Refused::Wrong { claimed: Some(claimed), exists: mailbox.exists };
        let pass = Pass::verify(&envelope, &mailbox.record.key, origins, self.now).map_err(|_| wrong())?;
        let is_for_this = pass.method.as_deref() == Some("PUT") && pass.path.as_deref() == Some(self.path);
        match pass.sha256 {
            Some(sha256) if mailbox.exists && is_for_this && pass.mailbox == claimed => {
                Ok(Signed { mailbox: claimed, sha256 })
            }
            _ => Err(wrong()),
        }
    }
}

/// What [`Pass::verify`] asks besides the signature, and can have changed since.
fn still_good(pass: &Pass, origins: &[String], now: UnixTime) -> bool {
    origins.contains(&pass.origin) && now < pass.time.saturating_add(PASS_LIFE)
}
