//! Holds: what an expired retention time would remove stays, as long as one stands (a complaint, a lawsuit, a request).

use jiff::civil::Date;

use super::{
    Recorder, RegisterError,
    append::{Entry, book},
    entry::{self, Ids, Record},
};
use crate::{
    content::Fields,
    practice::{Member, Practice},
};

/// A reason to keep everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    pub id: u32,
    pub since: Date,
    pub reason: String,
    pub released: Option<Date>,
    pub record: Record,
}

pub(super) fn read(fields: &mut Fields<'_>, ids: &mut Ids) -> Vec<Hold> {
    let mut holds = fields.tables("hold", |mut fields| {
        let stamp = ids.stamp(&mut fields);
        let since = entry::date(&mut fields, "since");
        let reason = entry::text(&mut fields, "reason", "reason = \"…\"");
        fields.finish();
        let (id, record) = stamp?;
        Some(Hold { id, since: since?, reason: reason?, released: None, record })
    });
    let released = entry::endings(fields, ids, "released", "hold", holds.iter().map(|hold| hold.id));
    for hold in &mut holds {
        hold.released = released.get(&hold.id).copied();
    }
    holds
}

/// Begins a hold today; its number.
pub fn append_hold(
    practice: &Practice,
    member: &Member,
    reason: &str,
    recorder: &Recorder,
) -> Result<u32, RegisterError> {
    if member.is_held() {
        return Err(RegisterError::Held { member: member.folder.clone() });
    }
    let reason = super::line("--reason", reason)?;
    let entry = Entry::new("hold").date("since", practice.today).text("reason", reason);
    book(practice, member, |book| book.append(entry, recorder))
}

/// The holds that stand; an error if there is none.
pub fn standing(member: &Member) -> Result<Vec<u32>, RegisterError> {
    let standing = member.register.holds.iter().filter(|hold| hold.released.is_none());
    let standing: Vec<u32> = standing.map(|hold| hold.id).collect();
    if standing.is_empty() { Err(RegisterError::NotHeld { member: member.folder.clone() }) } else { Ok(standing) }
}

/// Ends every hold that stands; how many there were.
pub fn append_released(practice: &Practice, member: &Member, recorder: &Recorder) -> Result<usize, RegisterError> {
    let standing = standing(member)?;
    for hold in &standing {
        let entry = Entry::new("released").number("hold", *hold).date("on", practice.today);
        book(practice, member, |book| book.append(entry, recorder))?;
    }
    Ok(standing.len())
}
