//! The roster against the practice: who is new, and who is there already.
//!
//! A roster that grew by two can be given again: whoever is a member under the same name and address is left alone, with a
//! word about what differs. Nothing that a therapist has changed since is undone by an older list.

use std::collections::BTreeMap;

use super::{
    flaws::{Flaws, Place, quoted},
    row::Row,
};
use crate::practice::{Member, Practice, register::Permission};

/// What a roster comes to.
#[derive(Debug, Default)]
pub struct Roster {
    /// Whoever acts for someone after whom they act for.
    pub new: Vec<Row>,
    pub known: Vec<Known>,
    /// What was read otherwise than it stands; with addresses.
    pub read_as: Vec<String>,
}

/// A member already.
#[derive(Debug, PartialEq, Eq)]
pub struct Known {
    pub folder: String,
    /// Groups of the roster that they are not in.
    pub not_in: Vec<String>,
    pub has_mailbox: bool,
    /// The roster says that they agreed to notices, and nothing is on record.
    pub lacks_consent: bool,
}

pub fn compare(rows: Vec<Row>, practice: &Practice, roster: &mut Roster, flaws: &mut Flaws) {
    let acting: BTreeMap<String, Option<String>> =
        rows.iter().map(|row| (row.folder.clone(), row.acts_for.clone())).collect();
    for row in rows {
        match member_of(&row, practice) {
            Some(member) if is_same(&row, member, practice) => roster.known.push(known(&row, member, practice)),
            Some(member) => clash(&row, member, practice, flaws),
            None => {
                acts_for(&row, &acting, practice, flaws);
                roster.new.push(row);
            }
        }
    }
    roster.new.sort_by_key(|row| row.acts_for.is_some());
}

/// The member that this row is about, or collides with.
fn member_of<'a>(row: &Row, practice: &'a Practice) -> Option<&'a Member> {
    let by_address = || {
        let same =
            |member: &&Member| !member.is_closed(practice.today) && member.email.eq_ignore_ascii_case(&row.email);
        practice.members.values().find(same)
    };
    practice.members.get(&row.folder).or_else(by_address)
}

fn is_same(row: &Row, member: &Member, practice: &Practice) -> bool {
    let folder = row.folder == member.folder || !row.folder_given;
    folder
        && !member.is_closed(practice.today)
        && row.name == member.name
        && row.email.eq_ignore_ascii_case(&member.email)
}

fn known(row: &Row, member: &Member, practice: &Practice) -> Known {
    let groups = practice.groups_of(&member.folder);
    let not_in = row.groups.iter().filter(|group| !groups.contains(&group.as_str())).cloned().collect();
    let lacks_consent = row.consent.is_some() && member.register.notices(practice.today) == Permission::Never;
    Known { folder: member.folder.clone(), not_in, has_mailbox: member.mailbox.is_some(), lacks_consent }
}

fn clash(row: &Row, member: &Member, practice: &Practice, flaws: &mut Flaws) {
    let folder = &member.folder;
    let what = if member.is_closed(practice.today) {
        format!("`{folder}` was closed")
    } else if row.folder == *folder {
        format!("there is already a member `{folder}`, with another name or address")
    } else {
        format!("the member `{folder}` has this address, under another name or folder")
    };
    let hint = "the same person: write name and e-mail as in their member.toml. Somebody else: give them a folder of their own in the column `folder`; two who share an address are added one by one";
    flaws.row(row.row, what, hint);
}

/// A person acts for a member who acts for nobody; who may stand in the same roster.
fn acts_for(row: &Row, acting: &BTreeMap<String, Option<String>>, practice: &Practice, flaws: &mut Flaws) {
    let Some(whom) = &row.acts_for else { return };
    let there = practice.members.get(whom).map(|member| member.acts_for.is_some());
    let what = match there.or_else(|| acting.get(whom).map(Option::is_some)) {
        _ if *whom == row.folder => "nobody acts for themselves".to_owned(),
        Some(false) => return,
        Some(true) => format!("`{whom}` acts for somebody"),
        None => format!("there is no member {}", quoted(whom)),
    };
    let place = Place { row: row.row, column: "acts_for", number: 1 };
    flaws.cell(place, what, "write the folder's name of the member for whom this person acts");
}
