//! `check`: everything that a build would refuse, and what is worth a look.

use clap::Args;
use serde_json::json;

use super::{Common, Failure, Terminal, build::count, context};
use crate::{
    check::{late, mistakes, remarks},
    clock::day_of,
    content::{Mistakes, Survey},
    practice::Home,
    render::Theme,
    visible::visible,
};

/// Look for mistakes in everything you wrote, and for people who are named to others
///
/// It says all that `build` would refuse, each with its line and what to do, and adds remarks, which stop no build: pictures
/// without words, pages that nobody reads or whose day has come, files that no page links to. It writes nothing and asks for no passphrase. Exit
/// codes: 0 no mistakes, 3 mistakes.
///
/// Example: heldspace check
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Check {
    /// Let remarks count as mistakes do
    #[arg(long)]
    strict: bool,
}

impl Check {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        if !common.root.join("site.toml").exists() {
            context::practice(common)?;
        }
        let survey = Survey::read(&common.root);
        let theme = Theme::read(&survey.practice);
        let mistakes = mistakes(&survey, &theme);
        let remarks = match &theme {
            Ok(theme) => remarks(&survey.practice, &survey.pages, theme),
            Err(_) => Mistakes::new(Vec::new()),
        };
        let last = Home::of(&common.root).released()?.and_then(|released| day_of(released.issued));
        let late = late(&survey.practice, &survey.pages, last);
        let remarks = Mistakes::new(remarks.into_iter().chain(late).collect());
        terminal.data(&json!({ "mistakes": mistakes, "remarks": remarks }));
        for remark in &remarks {
            terminal.line(format!("{} {}\n", terminal.strong("remark:"), visible(&remark.to_string())));
        }
        if !mistakes.is_empty() {
            return Err(mistakes.into());
        }
        if self.strict && !remarks.is_empty() {
            return Err(Failure::Remarks { number: remarks.len() });
        }
        let pages = count(survey.pages.len(), "page");
        terminal.line(match remarks.len() {
            0 => format!("Nothing is wrong in {pages}."),
            number => format!("No mistakes in {pages}, and {}.", count(number, "remark")),
        });
        Ok(())
    }
}
