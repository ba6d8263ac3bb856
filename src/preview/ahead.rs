//! Pages that nobody gets yet: drafts, and those whose day is still to come. Their author sees them all the same.
//!
//! In: a reading of the folder, and a file. Out: the page as it will be once it is given, and why it is not yet. What is wrong
//! with a draft is its own affair: it stops nothing.

use std::path::Path;

use super::{data::NotYet, reading::Sound};
use crate::{
    content::{Audience, Mistake, Page, Standing, address, readers_of},
    render::open_document,
};

/// One such page.
pub struct Ahead {
    /// None where too much is wrong with it.
    pub page: Option<Page>,
    pub why: String,
    pub mistakes: Vec<Mistake>,
}

impl Ahead {
    /// The page in this file, if nobody gets it yet.
    pub fn of(sound: &Sound, file: &str) -> Option<Self> {
        let path = Path::new(file);
        let waits = sound.pages.iter().find(|page| page.file == path).map(|page| page.term.on(sound.practice.today));
        let why = match waits {
            Some(Standing::Waits(first)) => format!("from {first} on"),
            None if sound.drafts.iter().any(|draft| draft == path) => "a draft".to_owned(),
            _ => return None,
        };
        let (page, mistakes) = Page::unfinished(path, &sound.practice);
        Some(Self { page, why, mistakes })
    }

    /// Where it would stand below `public/`, if it is for the open web.
    pub fn open_path(&self) -> Option<String> {
        open_document(self.page.as_ref()?)
    }

    /// Whether a file below `public/` would come with it.
    pub fn brings(&self, path: &str) -> bool {
        let folder = path.rsplit_once('/').map(|(folder, _)| folder);
        self.open_path().is_some() && self.page.as_ref().and_then(address).as_deref() == folder
    }
}

/// Those that may be such pages.
pub fn files(sound: &Sound) -> impl Iterator<Item = String> {
    let pages = sound.pages.iter().map(|page| &page.file);
    sound.drafts.iter().chain(pages).map(|file| file.display().to_string())
}

/// All of them, and whom each is meant for.
pub fn all(sound: &Sound) -> Vec<NotYet> {
    let ahead = files(sound).filter_map(|file| {
        let Ahead { page, why, .. } = Ahead::of(sound, &file)?;
        let is_open = page.as_ref().is_some_and(|page| page.audience == Audience::Open);
        // One for the open web stands in no member's list.
        let readers = page.iter().filter(|_| !is_open).flat_map(|page| readers_of(page, &sound.practice).0);
        Some(NotYet { members: readers.map(|member| member.folder.clone()).collect(), file, why, is_open })
    });
    ahead.collect()
}
