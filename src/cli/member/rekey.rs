//! `member rekey`: a new card for someone.

use super::{
    super::{Common, Failure, Terminal, ask, context},
    card::give_mailbox,
};
use crate::practice::edit::EditError;

pub fn rekey(name: &str, yes: bool, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let (home, _lock) = context::locked(common)?;
    let practice = context::practice(common)?;
    let member = context::member(&practice, name)?;
    if member.is_closed(practice.today) {
        return Err(EditError::Closed { name: name.to_owned() }.into());
    }
    if member.mailbox.is_some() {
        terminal.note("The old card stops working with the next release, and the notes that this member kept for themselves are lost.");
        ask::agree("Make a new card?", yes)?;
    }
    let keys = context::keys(common)?;
    give_mailbox(common, &home, &keys, name)?.print(&member.name, &practice, terminal)
}
