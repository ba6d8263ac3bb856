//! What was given before, which decides some of what is given next: what those who came later see of a group, and what those
//! who left keep.

use std::path::Path;

use crate::{
    keys::{Keys, Root},
    practice::{Home, Practice},
    publish::{self, Given, PublishError, Sources},
    record::Record,
    seal::key_numbers,
    store::Store,
};

use super::reading::Sound;

/// What was given before, as far as it can be read.
pub struct Past {
    home: Home,
    store: Store,
    keys: Keys,
    record: Record,
    pub given: Given,
    /// Whether the keys were there to read it with.
    pub is_known: bool,
}

impl Past {
    /// Reads what the keys open. Without them, ids are made up and nothing counts as given.
    pub async fn read(root: &Path, keys: Option<Keys>) -> Result<Self, PublishError> {
        let home = Home::of(root);
        let is_published = home.store().is_dir();
        // Where there is no store yet, nothing is read from this one.
        let store = Store::open(&if is_published { home.store() } else { root.to_owned() })?;
        let Some(keys) = keys else {
            let (keys, record, given) = (Root::random().keys(1), Record::default(), Given::default());
            return Ok(Self { home, store, keys, record, given, is_known: false });
        };
        let given = if is_published { Given::read(&store, &keys).await? } else { Given::default() };
        let record = Record::read(&home, &keys)?;
        Ok(Self { home, store, keys, record, given, is_known: true })
    }

    /// As it is now, with the same keys.
    pub async fn again(&self, root: &Path) -> Result<Self, PublishError> {
        let mut past = Self::read(root, self.is_known.then(|| self.keys.clone())).await?;
        if !past.is_known {
            past.keys = self.keys.clone();
        }
        Ok(past)
    }

    pub(super) fn sources<'a>(&'a self, sound: &'a Sound, pages: &'a [crate::content::Page]) -> Sources<'a> {
        Sources {
            practice: &sound.practice,
            pages,
            theme: &sound.theme,
            keys: &self.keys,
            home: &self.home,
            store: &self.store,
            record: &self.record,
            is_aside: false,
        }
    }

    /// The members for whom a build has no mailbox.
    pub(super) async fn without_mailbox(&self, practice: &Practice) -> Result<Vec<String>, PublishError> {
        let mut without = Vec::new();
        for member in practice.members.values() {
            let has = match &member.mailbox {
                Some(mailbox) => publish::has_keyring(&self.store, &self.home, mailbox).await?,
                None => false,
            };
            if !has {
                without.push(member.folder.clone());
            }
        }
        Ok(without)
    }

    /// The practice's key in the words' numbers, if it is known.
    pub(super) fn key(&self) -> Vec<usize> {
        if self.is_known { key_numbers(self.keys.root()).to_vec() } else { Vec::new() }
    }

    pub(super) fn standing(&self) -> (u32, u64) {
        (self.keys.epoch(), self.given.head.as_ref().map_or(0, |head| head.release) + 1)
    }

    /// A mailbox for someone who has none, so that their pages can be shown all the same. Nothing is ever sealed to it.
    pub(super) fn stand_in(&self, folder: &str) -> crate::practice::Mailbox {
        let digest = crate::wire::Digest::of(folder.as_bytes());
        let id = crate::wire::MailboxId::from_bytes(*digest.as_bytes().first_chunk().expect("a digest is longer"));
        crate::practice::Mailbox::new(id, self.keys.current().identity().recipient(), *self.keys.root())
    }
}
