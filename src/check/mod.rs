//! Everything there is to say of what the author wrote, before anyone is given any of it.
//!
//! In: the practice as it was read. Out: the mistakes that stop a build, and remarks that stop nothing, each at its place.
//! It needs no key and no store, and writes nothing; what only the keys can tell (a member added by hand to a group with older
//! pages) a build says.

mod files;
mod theme;

use std::{collections::BTreeSet, path::PathBuf};

use jiff::civil::Date;
use rayon::prelude::*;

use crate::{
    clock::spoken,
    content::{Audience, Mistake, Mistakes, Page, Standing, Survey, readers_of},
    notice,
    practice::{Member, Practice},
    render::{self, Theme, open_site, render_page},
};

/// All mistakes of a practice: a person gets one list, not one mistake after another.
pub fn mistakes(survey: &Survey, theme: &Result<Theme, Mistakes>) -> Mistakes {
    let Survey { practice, pages, mistakes, .. } = survey;
    let mut all = mistakes.clone();
    match theme {
        Ok(theme) => {
            let of_pages: Vec<_> = pages
                .par_iter()
                .filter(|page| page.audience != Audience::Open)
                .filter_map(|page| render_page(page, practice, theme).err())
                .collect();
            all.extend(of_pages.into_iter().flatten());
            all.extend(open_site(pages, practice, theme).err().into_iter().flatten());
            all.extend(render::group_titles(practice, theme));
            all.extend(notice::appointment(practice));
        }
        Err(more) => all.extend(more.clone()),
    }
    Mistakes::new(all)
}

/// What is worth a look, sorted.
pub fn remarks(practice: &Practice, pages: &[Page], theme: &Theme) -> Mistakes {
    let over: render::Over = pages.iter().filter_map(|page| over(page, practice)).collect();
    let looked: Vec<_> = pages.par_iter().map(|page| (page, render::remarks(page, practice, theme, &over))).collect();
    let mut remarks: Vec<Mistake> = pages.iter().filter_map(|page| unread(page, practice)).collect();
    let mut linked = BTreeSet::new();
    let mut needed = BTreeSet::new();
    for (page, mut of_page) in looked {
        remarks.append(&mut of_page.remarks);
        linked.extend(of_page.links.iter().filter_map(|link| files::beside(&page.file, link)));
        needed.extend(of_page.needs);
    }
    remarks.extend(linked.iter().filter_map(|file| files::unseen(&practice.root, file)));
    remarks.extend(files::stray(&practice.root, &linked));
    remarks.extend(theme::misnamed(practice, theme));
    remarks.extend(practice.members.values().filter_map(|member| without_anything(member, pages, practice)));
    let unneeded = practice.site.not_names.iter().enumerate().filter(|(number, _)| !needed.contains(number));
    remarks.extend(unneeded.map(|(_, word)| {
        let what = format!("nothing in this practice needs the exception `{}`", word.text);
        word.mistake(&practice.root, what, "remove it: one day it would hide a name")
    }));
    Mistakes::new(remarks)
}

/// Pages whose first day is over without a release since then (`last`: the day of the last one from this machine). What was
/// written after its own day, later than a release, only the keys can tell: the plan says it.
pub fn late(practice: &Practice, pages: &[Page], last: Option<Date>) -> Mistakes {
    let late = |page: &Page| {
        let first = page.term.publish_on.filter(|first| *first < practice.today)?;
        let today = practice.today;
        let is_late = last.map_or_else(|| page.is_there(today), |last| page.term.has_come(last, today));
        let what = format!("was to be there from {} on (`publish_on`), and nothing was built since", spoken(first));
        let hint = "`heldspace build` gives it; if it is to wait, write a day that is to come";
        is_late.then(|| Mistake::whole(&page.file, what, hint))
    };
    Mistakes::new(pages.iter().filter_map(late).collect())
}

/// A page whose last day is over, and that day.
fn over(page: &Page, practice: &Practice) -> Option<(PathBuf, Date)> {
    match page.term.on(practice.today) {
        Standing::Over(last) => Some((page.file.clone(), last)),
        _ => None,
    }
}

/// A page that is for nobody today.
fn unread(page: &Page, practice: &Practice) -> Option<Mistake> {
    if page.audience == Audience::Open || !readers_of(page, practice).0.is_empty() {
        return None;
    }
    let hint = match &page.audience {
        Audience::Open | Audience::Library => "add someone, and it is there for them",
        Audience::Group(_) => "nobody who may read it is in the group: `heldspace member join` adds someone",
        Audience::Member(_) => "their membership has ended; what they had stays as it was",
        Audience::Message(_) => {
            "all whom it is addressed to have left: put somebody else into `to`, or remove the page"
        }
    };
    Some(Mistake::whole(&page.file, "nobody reads this page", hint))
}

/// A member who belongs to nothing and has no page of their own.
fn without_anything(member: &Member, pages: &[Page], practice: &Practice) -> Option<Mistake> {
    let is_theirs = |page: &Page| match &page.audience {
        Audience::Member(folder) => *folder == member.folder,
        Audience::Message(to) => to.contains(&member.folder),
        _ => false,
    };
    let has_something = member.is_closed(practice.today)
        || !practice.groups_of(&member.folder).is_empty()
        || pages.iter().any(is_theirs);
    if has_something {
        return None;
    }
    let file = format!("content/members/{}/member.toml", member.folder);
    let hint = format!("`heldspace member join {} GROUP`, or write a page into their folder", member.folder);
    Some(Mistake::whole(file, "a member in no group, with no page of their own", hint))
}
