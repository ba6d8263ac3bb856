//! `member close`: the end of someone's reading.

use serde_json::json;

use super::super::{Common, Failure, Terminal, ask, context};
use crate::practice::edit::{Edit, EditError};

pub fn close(name: &str, yes: bool, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let _lock = context::locked(common)?;
    let practice = context::practice(common)?;
    let member = context::member(&practice, name)?;
    if member.closed.is_some() {
        return Err(EditError::Closed { name: name.to_owned() }.into());
    }
    ask::agree("Close this member's mailbox? It cannot be opened again.", yes)?;
    let mut edit = Edit::member(&common.root, name)?;
    let today = jiff::Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    edit.close(today)?;
    edit.save()?;
    terminal.data(&json!({ "member": name, "closed": today.to_string() }));
    terminal.line(format!(
        "Closed. It opens nothing after the next {}; their folder stays as it is.",
        context::next(&practice)
    ));
    Ok(())
}
