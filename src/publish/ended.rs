//! What was built, and has ended since: a membership, a time to read, a consent. It goes nowhere any more.

use std::collections::HashMap;

use super::{Given, wanted::page_id};
use crate::{
    content::{Audience, Page, is_hidden_from},
    keys::Keys,
    practice::{Member, Practice},
    wire::MailboxId,
};

/// How many mailboxes of a build hold something that is not their owner's any more.
pub fn ended(given: &Given, practice: &Practice, pages: &[Page], keys: &Keys) -> usize {
    given.mailboxes.keys().filter(|mailbox| has_ended(mailbox, given, practice, pages, keys)).count()
}

fn has_ended(mailbox: &MailboxId, given: &Given, practice: &Practice, pages: &[Page], keys: &Keys) -> bool {
    let owns = |member: &&Member| member.mailboxes().any(|own| own == mailbox);
    let Some(member) = practice.members.values().find(owns) else { return true };
    let by_id: HashMap<_, _> = pages.iter().map(|page| (page_id(page, mailbox, keys), page)).collect();
    let mut listed = given.mailboxes[mailbox].entries.iter().filter_map(|entry| by_id.get(&entry.id));
    !member.reads(practice.today) || listed.any(|page| is_over(page, member, practice))
}

fn is_over(page: &Page, member: &Member, practice: &Practice) -> bool {
    let is_out = match &page.audience {
        Audience::Group(group) => practice.groups.get(group).is_none_or(|group| {
            group.sight(&member.folder, practice.today).is_none() && !group.keeps(&member.folder, practice.today)
        }),
        _ => false,
    };
    is_out || is_hidden_from(member, &page.names, &page.file, practice)
}
