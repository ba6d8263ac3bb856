//! `build --verify`: opens everything that was published, and finds what the host spoiled.

use std::collections::BTreeMap;

use super::{
    PublishError,
    commit::{OBJECT_LIMIT, Publication},
};
use crate::{
    seal::{self, Entry, ObjectRef},
    store::layout,
    wire::ObjectName,
};

impl Publication<'_> {
    /// Opens everything that is listed and kept; what is not as it should be counts as not there from now on.
    pub async fn verify(&mut self, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<usize, PublishError> {
        let mut mended = self.given.spoiled + self.spoiled_open_files();
        let entries = self.wanted.readers.iter().flat_map(|reader| &reader.pages).map(|page| &page.entry);
        // What is shared stands in many lists, and is looked at once.
        let pages: BTreeMap<ObjectName, ObjectRef> =
            entries.flat_map(Entry::objects).map(|object| (object.name, object.clone())).collect();
        let parts = self.wanted.readers.iter().flat_map(|reader| self.issue(reader).cut.parts);
        let listed = pages.into_values().chain(parts.map(|(part, _)| part));
        let kept: Vec<ObjectRef> = listed.filter(|object| self.given.objects.contains(&object.name)).collect();
        let mut spoiled = Vec::new();
        for (n, object) in kept.iter().enumerate() {
            let sealed = self.store.read(&layout::object(&object.name), OBJECT_LIMIT).await;
            if !sealed.is_ok_and(|bytes| bytes.is_some_and(|bytes| seal::is_sound(&bytes, object, self.keys))) {
                spoiled.push(object.name);
            }
            progress(n as u64 + 1, kept.len() as u64);
        }
        mended += spoiled.len();
        for name in spoiled {
            self.given.objects.remove(&name);
        }
        for reader in &self.wanted.readers {
            let path = layout::keyring(&reader.mailbox.id, reader.mailbox.keyring);
            let own = self.keyring(reader)?;
            if self.given.keyrings.contains(&path)
                && self.store.read(&path, OBJECT_LIMIT).await?.is_none_or(|there| *there != *own)
            {
                self.given.keyrings.remove(&path);
                mended += 1;
            }
        }
        Ok(mended)
    }

    /// How many open files are not what the head says: each is written again, since only what is right counts as there.
    fn spoiled_open_files(&self) -> usize {
        let Some(head) = &self.given.head else { return 0 };
        head.files.iter().filter(|(path, digest)| self.given.open.get(*path) != Some(digest)).count()
    }
}
