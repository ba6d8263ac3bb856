//! `member add`: a new person, and their card; or everyone in a roster.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{
    super::{Common, Failure, Terminal, context},
    agreed::Agreed,
    card::Card,
    groups::History,
    paper::Paper,
    roster,
};
use crate::practice::{
    Practice,
    edit::{self, Edit, EditError, NewMember},
};

/// Add a member, and print their card, once; or everyone in a spreadsheet
///
/// Hand the card over in person, by post, or read it out on a call. Never mail it. A whole group comes from a spreadsheet
/// that was saved as CSV (UTF-8), with the columns name and email, and if you like folder, groups, language, notices
/// (yes or no), `since` (a day, or all), consent (how they agreed to notices), `consent_date`, `consent_by` (self,
/// guardian, both), guardian and `acts_for`.
/// Whoever is a member already is left alone, so a roster that grew can be given again.
///
/// Someone who acts for a member, as a guardian does, has a card of their own. They see what is addressed to them (their
/// own folder, messages to them, groups that list them), not what that member sees, and not the library.
///
/// Example: heldspace member add maya --name Maya --email maya@example.org --group tuesday --consent "signed form" --card maya.html
/// Example: heldspace member add --from roster.csv --group tuesday --cards cards.html
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Add {
    /// The folder's name: small letters, digits, hyphens. For you alone; no member sees it
    #[arg(required_unless_present = "from")]
    folder: Option<String>,
    /// How your pages address this person
    #[arg(long, required_unless_present = "from")]
    name: Option<String>,
    /// Where notices go
    #[arg(long, required_unless_present = "from")]
    email: Option<String>,
    /// A group they belong to; may be given more than once
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<String>,
    #[command(flatten)]
    history: History,
    #[command(flatten)]
    consent: Agreed,
    /// The language of their notices, if not the practice's: en, de, pt-BR …
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// The member for whom this person acts: a guardian, a proxy
    #[arg(long, value_name = "MEMBER")]
    acts_for: Option<String>,
    /// Add everyone in this CSV file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["folder", "name", "email", "language", "acts_for", "consent"])]
    from: Option<PathBuf>,
    /// Do not ask before everyone in the file is added
    #[arg(long, requires = "from")]
    yes: bool,
    #[command(flatten)]
    paper: Paper,
}

impl Add {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        match &self.from {
            Some(file) => self.many(file, common, terminal),
            None => self.one(common, terminal),
        }
    }

    fn many(&self, file: &Path, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let Self { groups, history, consent, paper, yes, .. } = self;
        roster::Adding { file, groups, history, consent, paper, yes: *yes }.run(common, terminal)
    }

    fn one(&self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let (home, _lock) = context::locked(common)?;
        let member = self.member()?;
        let practice = context::practice_without(common, member.folder)?;
        self.check(&member, &practice)?;
        self.paper.check(1, terminal)?;
        // Whatever can be refused is refused before anything is written.
        let agreed = self.consent.checked(&practice)?;
        let mut groups = Vec::new();
        for name in &self.groups {
            let mut group = Edit::group(&common.root, name)?;
            group.join(&self.history.joined(member.folder, name, practice.today, &practice))?;
            groups.push(group);
        }
        let keys = context::keys(common)?;
        let card = Card::new(&keys, member.folder);
        self.paper.write(&[(&card, member.name)], &practice, &keys)?;
        card.begin(&member, &agreed, &groups, &practice, &home)?;
        card.print(member.name, &practice, terminal)?;
        self.paper.tell(&practice, terminal);
        agreed.remind(member.folder, terminal);
        Ok(())
    }

    /// The person as they were described; without a roster, clap has seen to it that they were.
    fn member(&self) -> Result<NewMember<'_>, Failure> {
        Ok(NewMember {
            folder: edit::folder_name(self.folder.as_deref().unwrap_or_default())?,
            name: edit::shown(self.name.as_deref().unwrap_or_default())?,
            email: edit::email(self.email.as_deref().unwrap_or_default())?,
            language: self.language.as_deref().map(edit::language).transpose()?,
            notices: true,
            acts_for: self.acts_for.as_deref(),
        })
    }

    fn check(&self, member: &NewMember<'_>, practice: &Practice) -> Result<(), Failure> {
        if practice.members.contains_key(member.folder) {
            return Err(EditError::Taken { kind: "member", name: member.folder.to_owned() }.into());
        }
        if let Some(whom) = member.acts_for
            && (whom == member.folder || context::member(practice, whom)?.acts_for.is_some())
        {
            return Err(EditError::ActsFor { name: member.folder.to_owned(), whom: whom.to_owned() }.into());
        }
        groups_exist(&self.groups, practice)
    }
}

/// Refuses a group that is not there.
pub fn groups_exist(groups: &[String], practice: &Practice) -> Result<(), Failure> {
    let Some(unknown) = groups.iter().find(|group| !practice.groups.contains_key(*group)) else { return Ok(()) };
    let known = practice.groups.keys().cloned().collect();
    Err(EditError::Unknown { kind: "group", name: unknown.clone(), known }.into())
}
