//! `member pause`, `member resume`: a time without notices.

use clap::Args;
use jiff::civil::Date;
use serde_json::json;

use super::super::{Common, Failure, Terminal, context, day::day};
use crate::{
    clock,
    practice::edit::{Edit, EditError},
};

/// Send someone no notices for a while; what is for them goes on being there when they look
///
/// Example: heldspace member pause maya --until 2027-01-07
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Pause {
    /// The member's folder name
    name: String,
    /// The day on which notices begin again; without it, `member resume` ends the break
    #[arg(long, value_name = "DATE", value_parser = day)]
    until: Option<Date>,
}

impl Pause {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        if let Some(day) = self.until.filter(|day| *day <= clock::today()) {
            return Err(Failure::OverAlready { day: day.to_string() });
        }
        change(common, &self.name, |edit| edit.pause(self.until))?;
        terminal.data(&json!({ "member": self.name, "paused": true, "until": self.until }));
        let until = self.until.map_or_else(|| "`heldspace member resume`".to_owned(), |day| day.to_string());
        terminal.line(format!("{} gets no notices until {until}. Their pages stay as they are.", self.name));
        Ok(())
    }
}

/// Ends a break.
pub fn resume(name: &str, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    change(common, name, Edit::resume)?;
    terminal.data(&json!({ "member": name, "paused": false }));
    terminal.line(format!("{name} is not on a break any more; the next notice is of what came in between, too."));
    Ok(())
}

fn change(common: &Common, name: &str, edit: impl FnOnce(&mut Edit)) -> Result<(), Failure> {
    let _lock = context::locked(common)?;
    let practice = context::practice(common)?;
    if context::member(&practice, name)?.is_closed(practice.today) {
        return Err(EditError::Closed { name: name.to_owned() }.into());
    }
    let mut file = Edit::member(&common.root, name)?;
    edit(&mut file);
    Ok(file.save()?)
}
