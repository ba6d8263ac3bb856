//! The practice's folder, taken in once: what is sound, and what is wrong.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use jiff::civil::Date;

use crate::{
    content::{Mistake, Page, Survey},
    practice::Practice,
    publish::{Past, PublishError},
    render::Theme,
};

/// What one look at the folder found.
pub struct Reading {
    pub mistakes: Vec<Mistake>,
    /// None where something is wrong that is not in a page: then nothing can be shown anew.
    pub sound: Option<Sound>,
}

/// A practice in which at most single pages are wrong.
pub struct Sound {
    /// Members without a mailbox have one that stands in for it.
    pub practice: Practice,
    pub pages: Vec<Page>,
    pub theme: Theme,
    pub drafts: Vec<PathBuf>,
    /// To whom a build gives nothing, for want of a mailbox; by folder.
    pub without_mailbox: BTreeSet<String>,
}

impl Reading {
    pub async fn of(root: &Path, today: Date, past: &Past) -> Result<Self, PublishError> {
        let Survey { mut practice, pages, drafts, mut mistakes } = Survey::on(root, today);
        let is_sound = mistakes.iter().all(|mistake| is_page(&mistake.file));
        let theme = match Theme::read(&practice) {
            Ok(theme) => theme,
            Err(more) => {
                mistakes.extend(more);
                return Ok(Self { mistakes, sound: None });
            }
        };
        if !is_sound {
            return Ok(Self { mistakes, sound: None });
        }
        let without_mailbox: BTreeSet<String> = past.without_mailbox(&practice).await?.into_iter().collect();
        for folder in &without_mailbox {
            let member = practice.members.get_mut(folder).expect("it is one of them");
            if !member.is_closed(practice.today) {
                member.mailbox = Some(past.stand_in(folder));
            }
        }
        Ok(Self { mistakes, sound: Some(Sound { practice, pages, theme, drafts, without_mailbox }) })
    }
}

fn is_page(file: &Path) -> bool {
    let is_markdown =
        |ending: &std::ffi::OsStr| ending.eq_ignore_ascii_case("md") || ending.eq_ignore_ascii_case("markdown");
    file.starts_with("content") && file.extension().is_some_and(is_markdown)
}
