//! `inbox reply`: a message to whoever sent an answer.

use clap::Args;
use serde_json::json;

use super::{
    super::{Common, Failure, Terminal, context, editor},
    Tray,
};
use crate::{
    practice::{
        edit::EditError,
        together::{self, NewFile},
    },
    visible::visible_line,
    writing::{self, Place, Template, Values, Wish, Writing},
};

/// Begin a message to whoever sent an answer, and open it in your editor
///
/// It is a page like any other, for this member alone, and a draft: nobody gets it before you have taken out the line
/// `draft = true` and run `heldspace build`. What they sent is not copied into it.
///
/// Example: heldspace inbox reply 3f2a9c10
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Reply {
    /// What `inbox list` calls it: six characters or more
    id: String,
    /// What the message is called, if not after the page that was answered
    #[arg(long)]
    title: Option<String>,
    /// Only make the file; open no editor
    #[arg(long)]
    no_edit: bool,
}

impl Reply {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let (home, lock) = context::locked(common)?;
        let tray = Tray::with(context::practice(common)?, home, context::keys(common)?)?;
        let practice = &tray.practice;
        let letter = tray.inbox.named(&self.id)?;
        let member = context::member(practice, &letter.member)?;
        if member.is_closed(practice.today) {
            return Err(EditError::Closed { name: member.folder.clone() }.into());
        }
        let questions = tray.questions()?;
        let about = questions.asked(letter).page.map(|page| page.title.clone());
        let wish =
            Wish { title: Some(self.title.unwrap_or_else(|| title(about))), date: Some(practice.today), session: None };
        let template = Template::read("message", practice)?;
        let writing = Writing { template: &template, wish: &wish, practice };
        let page = writing.page(&Place::Message(vec![member.folder.clone()]), &Values::default())?;
        let new = writing::still_to_write(vec![page.clone()], practice)?;
        let new = new.iter().map(|page| NewFile { file: &page.file, bytes: page.text.as_bytes() });
        together::write_new(&practice.root, &new.collect::<Vec<_>>())?;
        drop(lock);
        let file = page.file.display().to_string();
        terminal.data(&json!({ "made": file, "draft": true, "member": member.folder }));
        terminal.line(format!("Made {}, a draft for {} alone.", visible_line(&file), visible_line(&member.name)));
        if !self.no_edit {
            editor::open(practice, &page.file)?;
        }
        Ok(())
    }
}

/// After the page, unless its title would be taken for a template.
fn title(about: Option<String>) -> String {
    match about.filter(|title| !title.contains(['{', '}'])) {
        Some(title) => format!("Your answer: {title}"),
        None => "Your answer".to_owned(),
    }
}
