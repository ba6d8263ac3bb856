//! The call to whoever stands in: something that must not wait was left lying. It says no more than to look.

use super::{
    Allowed, CheckError, Letter, NoticeError, Text,
    check::look_through,
    journal::NoticeId,
    message::{Difference, letter},
    text::calls,
};
use crate::{
    keys::Keys,
    practice::{Mail, Practice, StandIn},
    wire::{MailboxId, UnixTime},
};

/// Checks the text of a call as every notice is checked.
pub fn check_call(practice: &Practice) -> Result<Vec<Allowed>, CheckError> {
    look_through(practice, &[&text(practice)], std::iter::empty())
}

/// The message, after it was checked: to one address, with no link and no name.
pub fn call(
    practice: &Practice,
    mail: &Mail,
    stand_in: &StandIn,
    keys: &Keys,
    now: UnixTime,
) -> Result<Letter, NoticeError> {
    check_call(practice)?;
    // No mailbox has this number: no notice to a member has this Message-ID.
    let notice = NoticeId { mailbox: MailboxId::from_bytes([0; 16]), release: now, attempt: 1 };
    let difference = Difference { to: &stand_in.email, link: "", notice, time: now };
    Ok(letter(mail, &text(practice), keys, &difference)?)
}

/// In the practice's language, else in English.
fn text(practice: &Practice) -> Text {
    let language = practice.site.practice.language.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let mut all: Vec<Text> = calls().collect();
    let at = all.iter().position(|text| text.language == language).unwrap_or(0);
    all.swap_remove(at)
}
