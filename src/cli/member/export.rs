//! `member export`: everything a person was given, as plain files.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::super::{Common, Failure, Terminal, ask, build::count, context};
use crate::{
    audit::{self, Log},
    content::read_pages,
    export::{Export as Record, Names, Recipient},
    inbox::{Inbox, People, Questions},
    keys::Keys,
    practice::{
        Home, Member, Practice,
        files::{self, Access, NewFolder},
        register::{self, NewDisclosure, Recorder, RegisterError},
    },
    record,
    render::Theme,
    seal::{Passphrase, seal_for_anyone},
    store::Store,
    visible::visible_line,
    wire::Digest,
};

/// Everything that a person was given, and when, and what they sent, as plain files that open in any browser
///
/// For the person's own right to it (45 CFR 164.524, article 15 GDPR): every version they could read, the answers of theirs
/// that were fetched, their consents, and what went to others. With --sealed it is one file that opens with six words and any `age` program.
///
/// For somebody else (--for-third-party) every page that names another member is kept back, and so are all answers; the
/// disclosure is put on record before anything appears.
///
/// Examples:
///   heldspace member export maya ~/maya-record
///   heldspace member export maya --sealed maya.html.age     then, anywhere: age -d maya.html.age > maya.html
///   heldspace member export maya ~/for-court --for-third-party --to "County Court" --basis "45 CFR 164.512(e)"
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Export {
    /// The member's folder name
    name: String,
    /// A new folder, for you alone (0700)
    #[arg(value_name = "DIR", required_unless_present = "sealed")]
    folder: Option<PathBuf>,
    /// Instead of a folder, one sealed file; its six words are shown once
    #[arg(long, value_name = "FILE", conflicts_with = "folder")]
    sealed: Option<PathBuf>,
    /// It is for somebody else: keep back what names others, and put the disclosure on record
    #[arg(long, requires = "to")]
    for_third_party: bool,
    /// Who receives it
    #[arg(long, value_name = "WHOM", requires = "for_third_party")]
    to: Option<String>,
    /// What allows it: a consent, a court's order, a paragraph of a law
    #[arg(long, requires = "for_third_party")]
    basis: Option<String>,
    /// What for
    #[arg(long, requires = "for_third_party")]
    purpose: Option<String>,
    /// Who puts it on record, if not the therapist of site.toml
    #[arg(long, value_name = "NAME", requires = "for_third_party")]
    recorded_by: Option<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// A disclosure that is about to be put on record.
struct Disclosing {
    new: NewDisclosure,
    recorder: Recorder,
}

impl Export {
    pub async fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        let (home, _lock) = context::locked(common)?;
        let practice = context::practice(common)?;
        let member = context::member(&practice, &self.name)?;
        if let Some(file) = self.sealed.as_ref().filter(|file| file.exists()) {
            return Err(files::FileError::Exists { path: file.clone() }.into());
        }
        // Refused before anything is asked.
        let folder = self.folder.as_deref().map(NewFolder::begin).transpose()?;
        let disclosing = self.disclosing(&practice)?;
        let keys = context::keys(common)?;
        let read = record::Record::read(&home, &keys)?;
        let mut record = Record::of(&practice, member, &read, &home, &keys, context::now())?;
        if let Some(Disclosing { new, .. }) = &disclosing {
            let pages = read_pages(&practice)?;
            let to = Recipient { name: new.to.clone(), basis: new.basis.clone(), purpose: new.purpose.clone() };
            record.withhold(to, &Names::of(&practice, member, &pages));
            plan(&record, new, terminal);
        } else {
            add_opened(&mut record, &practice, &home, &keys).await?;
            let inbox = Inbox::read(&People::of(&practice), &home, &keys)?;
            record.add_answers(&inbox.letters, &Questions::of(&inbox.letters, &read, &home, &keys)?);
        }
        ask::agree("Put this disclosure on record, and make the export?", self.yes || disclosing.is_none())?;
        let css = Theme::read(&practice)?.page_css();
        if let Some(folder) = folder {
            let kept = Kept { css: &css, record: &read, home: &home, keys: &keys };
            write(&record, &kept, &folder, terminal)?;
            let disclosure = disclosing.map(|it| it.record(&record, &practice, member)).transpose()?;
            folder.finish()?;
            tell(&record, disclosure, self.folder.as_deref(), terminal);
            return Ok(());
        }
        let words = Passphrase::generate();
        let files = record.inline(|digest| read.file(digest, &home, &keys))?;
        let sealed = seal_for_anyone(&words, record.whole(&css, &files).as_bytes());
        let disclosure = disclosing.map(|it| it.record(&record, &practice, member)).transpose()?;
        let file = self.sealed.as_deref().expect("a folder or a file");
        files::write_new(file, &sealed, Access::Secret)?;
        tell_sealed(&words, disclosure, file, terminal)
    }

    fn disclosing(&self, practice: &Practice) -> Result<Option<Disclosing>, Failure> {
        let Some(to) = &self.to else { return Ok(None) };
        // What can be refused is refused before anything is asked.
        let (to, recorder) = (register::line("--to", to)?, Recorder::now(self.recorded_by.as_deref(), practice)?);
        let basis = match &self.basis {
            Some(basis) => basis.clone(),
            None => ask::basis()?,
        };
        let new = NewDisclosure {
            on: practice.today,
            to,
            address: None,
            what: String::new(),
            purpose: register::line("--purpose", self.purpose.as_deref().unwrap_or("as the basis says"))?,
            basis: register::line("--basis", &basis)?,
        };
        Ok(Some(Disclosing { new, recorder }))
    }
}

impl Disclosing {
    fn record(self, record: &Record<'_>, practice: &Practice, member: &Member) -> Result<u32, RegisterError> {
        let given = record.versions.len();
        let from = record.versions.iter().map(|version| version.from).min();
        let from = from.map(|from| format!(" from {} on", crate::wire::Day::of(from))).unwrap_or_default();
        let what = format!(
            "the record of what was given{from}: {}, {} kept back",
            count(given, "version"),
            record.withheld.len()
        );
        register::append_disclosure(practice, member, &NewDisclosure { what, ..self.new }, &self.recorder)
    }
}

/// What was opened, as far as the log that lies here tells.
async fn add_opened(record: &mut Record<'_>, practice: &Practice, home: &Home, keys: &Keys) -> Result<(), Failure> {
    if !home.store().is_dir() {
        return Ok(());
    }
    let log = Log::read(&Store::open(&home.store())?, home).await?;
    record.add_opened(&log, &audit::Names::of(practice, home, keys)?);
    Ok(())
}

fn plan(record: &Record<'_>, new: &NewDisclosure, terminal: &Terminal) {
    let (given, kept) = (count(record.versions.len(), "version"), record.withheld.len());
    terminal.note(format!("{given} would be given; {kept} kept back, because they name somebody else."));
    // Personal things are for the person's eyes, not for a log.
    if !terminal.is_watched() {
        return;
    }
    terminal.note(format!("For {}:", visible_line(&new.to)));
    for version in &record.versions {
        terminal.note(format!("  {}  {}", visible_line(&version.page.title), visible_line(&version.page.file)));
    }
    if !record.withheld.is_empty() {
        terminal.note("Kept back:");
    }
    for it in &record.withheld {
        let (title, file) = (visible_line(&it.page.title), visible_line(&it.page.file));
        terminal.note(format!("  {title}  {file}: {}", it.reason.text()));
    }
    if let Some(notice) = record.notice() {
        terminal.note(format!("With the notice of 42 CFR 2.32: {notice}"));
    }
    terminal.note(format!("On the basis of: {}", visible_line(&new.basis)));
}

/// What an export takes beside the versions: the files that the record kept, and the page stylesheet.
struct Kept<'a> {
    css: &'a str,
    record: &'a record::Record,
    home: &'a Home,
    keys: &'a Keys,
}

impl Kept<'_> {
    fn file(&self, digest: &Digest) -> Result<Option<Vec<u8>>, Failure> {
        Ok(self.record.file(digest, self.home, self.keys)?)
    }
}

fn write(record: &Record<'_>, read: &Kept<'_>, folder: &NewFolder, terminal: &Terminal) -> Result<(), Failure> {
    let progress = terminal.progress("Writing");
    folder.write("index.html", record.index().as_bytes())?;
    folder.write("record.json", record.json().as_bytes())?;
    folder.write("record.csv", record.csv().as_bytes())?;
    if !record.answers.is_empty() {
        folder.write("answers.csv", record.answers_csv().as_bytes())?;
    }
    if let Some(notice) = record.notice() {
        folder.write("NOTICE.txt", format!("{notice}\n\n(42 CFR 2.32(a)(2))\n").as_bytes())?;
        terminal.note("Given with their consent, a copy of it has to go along (42 CFR 2.32(b)).");
    }
    for (n, version) in record.versions.iter().enumerate() {
        if let Some(page) = record.page(n + 1, version, read.css) {
            folder.write(&format!("pages/{}.html", n + 1), page.as_bytes())?;
        }
        for file in record.files_of(n + 1, version) {
            if let Some(bytes) = read.file(&file.noted.digest)? {
                folder.write(&format!("pages/{}", file.name), &bytes)?;
            }
        }
        progress.set(n as u64 + 1, record.versions.len() as u64);
    }
    Ok(())
}

fn tell(record: &Record<'_>, disclosure: Option<u32>, folder: Option<&Path>, terminal: &Terminal) {
    let path = folder.map(|path| path.display().to_string()).unwrap_or_default();
    let withheld: Vec<_> = record
        .withheld
        .iter()
        .map(|it| json!({ "title": it.page.title, "file": it.page.file, "from": it.from, "reason": it.reason.text() }))
        .collect();
    terminal.data(&json!({
        "folder": path, "versions": record.versions.len(), "answers": record.answers.len(), "withheld": withheld, "disclosure": disclosure,
        "notice": record.notice(),
    }));
    if let Some(id) = disclosure {
        terminal.line(format!("Disclosure {id} is on record."));
    }
    terminal.line(format!(
        "{} in {}: open index.html there. It is not sealed; delete it once it was handed over.",
        count(record.versions.len(), "version"),
        visible_line(&path)
    ));
}

fn tell_sealed(words: &Passphrase, disclosure: Option<u32>, file: &Path, terminal: &Terminal) -> Result<(), Failure> {
    if let Some(id) = disclosure {
        terminal.note(format!("Disclosure {id} is on record."));
    }
    let path = visible_line(&file.display().to_string());
    let text = format!(
        "{path} opens with these six words, which are shown only now:\n\n  {}\n\nSend the words by another way than the file. To open it: age -d FILE > record.html",
        words.expose()
    );
    terminal.once(&text, &json!({ "file": path, "words": words.expose(), "disclosure": disclosure }))
}
