//! What was given before, for those who only look: nothing is locked, made or written.
//!
//! It decides some of what is given next: what those who came later see of a group, and what those who left keep.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use super::{Given, PublishError, Sources, WantedPart, again::Again, commit::OBJECT_LIMIT, given::has_keyring};
use crate::{
    content::Page,
    keys::{Keys, Root},
    practice::{Home, Mailbox, Practice},
    record::Record,
    render::Theme,
    seal::{Plaintext, key_numbers},
    store::{Store, layout},
    wire::{Digest, Epoch, MailboxId, Release},
};

/// What was given before, as far as it can be read.
pub struct Past {
    home: Home,
    /// The store's folder, where it is not the default one.
    named: Option<PathBuf>,
    store: Store,
    keys: Keys,
    pub record: Record,
    pub given: Given,
    /// Whether the keys were there to read it with.
    pub is_known: bool,
}

impl Past {
    /// Reads what the keys open. Without them, ids are made up and nothing counts as given.
    pub async fn read(root: &Path, keys: Option<Keys>) -> Result<Self, PublishError> {
        Self::read_in(root, None, keys).await
    }

    /// The same, from the store named.
    pub async fn read_in(root: &Path, named: Option<PathBuf>, keys: Option<Keys>) -> Result<Self, PublishError> {
        let home = Home::of(root);
        let folder = named.clone().unwrap_or_else(|| home.store());
        let is_published = named.is_some() || folder.is_dir();
        // Where there is no store yet, nothing is read from this one.
        let store = Store::open(if is_published { &folder } else { root })?;
        let Some(keys) = keys else {
            let (keys, record, given) = (Root::random().keys(1), Record::default(), Given::default());
            return Ok(Self { home, named, store, keys, record, given, is_known: false });
        };
        let given = if is_published { Given::read(&store, &keys).await? } else { Given::default() };
        let record = Record::read(&home, &keys)?;
        Ok(Self { home, named, store, keys, record, given, is_known: true })
    }

    /// As it is now, with the same keys.
    pub async fn again(&self, root: &Path) -> Result<Self, PublishError> {
        let keys = self.is_known.then(|| self.keys.clone());
        let mut past = Self::read_in(root, self.named.clone(), keys).await?;
        if !past.is_known {
            past.keys = self.keys.clone();
        }
        Ok(past)
    }

    /// What a publication of these would be made from.
    pub fn sources<'a>(&'a self, practice: &'a Practice, pages: &'a [Page], theme: &'a Theme) -> Sources<'a> {
        let Self { keys, home, store, record, .. } = self;
        Sources { practice, pages, theme, keys, home, store, record, is_aside: false }
    }

    /// A part of an attachment that somebody would have.
    pub async fn part(&self, part: &WantedPart) -> Result<Plaintext, PublishError> {
        let Self { keys, home, store, record, .. } = self;
        part.plaintext(Again { keys, home, store, record }).await
    }

    /// An open file as it stands, if it is what the practice signed.
    pub(super) async fn open_file(&self, path: &str) -> Result<Option<Vec<u8>>, PublishError> {
        let Some(signed) = self.given.head.as_ref().and_then(|head| head.files.get(path)) else { return Ok(None) };
        let bytes = self.store.read(&layout::public(path), OBJECT_LIMIT).await?;
        Ok(bytes.map(|bytes| bytes.to_vec()).filter(|bytes| Digest::of(bytes) == *signed))
    }

    /// The members for whom a build has no mailbox.
    pub async fn without_mailbox(&self, practice: &Practice) -> Result<Vec<String>, PublishError> {
        let mut without = Vec::new();
        for member in practice.members.values() {
            let has = match &member.mailbox {
                Some(mailbox) => has_keyring(&self.store, &self.home, mailbox).await?,
                None => false,
            };
            if !has {
                without.push(member.folder.clone());
            }
        }
        Ok(without)
    }

    /// Where the words of the practice's key stand in the list, if it is known.
    pub fn key(&self) -> Vec<usize> {
        if self.is_known { key_numbers(self.keys.root()).to_vec() } else { Vec::new() }
    }

    /// The epoch, and the number that the next release has at least.
    pub fn next(&self) -> (Epoch, Release) {
        (self.keys.epoch(), self.given.head.as_ref().map_or(0, |head| head.release) + 1)
    }

    /// A mailbox for a member who has none, so that their pages can be shown all the same. Nothing is ever sealed to it.
    pub fn stand_in(&self, folder: &str) -> Mailbox {
        let digest = Digest::of(folder.as_bytes());
        let id = MailboxId::from_bytes(*digest.as_bytes().first_chunk().expect("a digest is longer"));
        Mailbox::new(id, self.keys.current().identity().recipient(), *self.keys.root())
    }

    /// Texts that were kept.
    pub fn texts(&self, wanted: &[Digest]) -> Result<HashMap<Digest, String>, PublishError> {
        Ok(self.record.texts(wanted, &self.home, &self.keys)?)
    }
}
