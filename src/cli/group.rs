//! `group`: the groups that meet.

use clap::Subcommand;
use serde_json::json;

use super::{Common, Failure, Terminal, context};
use crate::{
    practice::edit::{self, EditError},
    visible::visible_line,
};

/// Add a group, or list the groups
///
/// Example: heldspace group add tuesday --title "Tuesday group"
#[derive(Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Group {
    /// Make a group: a folder below content/groups
    ///
    /// Example: heldspace group add tuesday --title "Tuesday group"
    #[command(verbatim_doc_comment)]
    Add {
        /// The folder's name: small letters, digits, hyphens. For you alone; no member sees it
        name: String,
        /// What its members see
        #[arg(long)]
        title: String,
    },
    /// List the groups and who is in them
    ///
    /// Example: heldspace group list
    #[command(verbatim_doc_comment)]
    List,
}

impl Group {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        match self {
            Self::Add { name, title } => {
                let _lock = context::locked(common)?;
                let practice = context::practice(common)?;
                let folder = edit::folder_name(&name)?;
                edit::shown(&title)?;
                if practice.groups.contains_key(folder) {
                    return Err(EditError::Taken { kind: "group", name }.into());
                }
                edit::create_group(&common.root, folder, &title)?;
                terminal.data(&json!({ "group": folder, "title": title }));
                terminal.line(format!("Group {folder}: write its pages into content/groups/{folder}/"));
            }
            Self::List => {
                let practice = context::practice(common)?;
                let groups: Vec<_> = practice.groups.values().collect();
                terminal.data(
                    &groups
                        .iter()
                        .map(|g| json!({ "group": g.folder, "title": g.title, "members": g.members }))
                        .collect::<Vec<_>>(),
                );
                if groups.is_empty() {
                    terminal.note(
                        "There is no group yet: `heldspace group add tuesday --title \"Tuesday group\"` makes one.",
                    );
                }
                for group in groups {
                    let members =
                        if group.members.is_empty() { "nobody yet".to_owned() } else { group.members.join(", ") };
                    terminal.line(format!(
                        "{}  {}: {}",
                        terminal.strong(&group.folder),
                        visible_line(&group.title),
                        visible_line(&members)
                    ));
                }
            }
        }
        Ok(())
    }
}
