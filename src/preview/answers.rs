//! What the room says when it is asked: lists, pages, and who sees what.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
};

use super::{
    Admitted, Room,
    ahead::{self, Ahead},
    data::{
        Cell, FileOf, ListData, Matrix, OpenData, OpenPage, OwnWrong, PageData, Person, Row, State, View, ViewEntry,
        Wrong,
    },
    outlook::{Outlook, Shown},
    reading::Sound,
    room::Now,
};
use crate::{
    content::{Audience, Mistake, Page},
    practice::Member,
    publish::{OpenBytes, Past, PublishError},
    render::{direction, is_for_nothing},
    seal::PART,
    wire::UnixTime,
};

impl Room {
    /// What holds for all of it, as JSON.
    ///
    /// # Panics
    /// Never: it is plain JSON.
    pub fn state(&self) -> Vec<u8> {
        let now = self.now();
        let sound = now.sound();
        let practice = sound.map(|sound| &sound.practice);
        let lang = practice.map_or("en", |practice| &practice.site.practice.language);
        let members = practice.into_iter().flat_map(|practice| practice.members.values());
        let style =
            |address: Option<String>| address.map(|path| path.trim_start_matches('/').to_owned()).unwrap_or_default();
        let state = State {
            number: now.number,
            is_checked: now.is_checked(),
            trouble: now.trouble.as_deref(),
            blind: now.blind.as_deref(),
            is_sure: now.past.is_known,
            practice: practice.map_or("", |practice| &practice.site.practice.name),
            lang,
            dir: direction(lang),
            page_style: style(sound.map(|sound| sound.theme.page_style())),
            open_style: style(sound.map(|sound| sound.theme.open_style())),
            members: members.map(|member| person(member, sound)).collect(),
            first: self.first.as_deref(),
            mistakes: now.outlook.mistakes.iter().map(Wrong::from).collect(),
        };
        serde_json::to_vec(&state).expect("plain JSON")
    }

    /// A member's list, if there is such a member.
    pub fn list(&self, folder: &str, time: UnixTime) -> Option<ListData> {
        let now = self.now();
        let sound = now.sound()?;
        let member = sound.practice.members.get(folder)?;
        let pages = now.outlook.readers.get(folder).map_or(&[][..], Vec::as_slice);
        let (epoch, release) = now.past.next();
        Some(ListData {
            view: View {
                practice: sound.practice.site.practice.name.clone(),
                reader: member.name.clone(),
                epoch,
                release,
                issued: time,
                now: time,
                entries: pages.iter().map(|page| ViewEntry::from(&page.entry)).collect(),
                older: false,
                key: now.past.key(),
            },
            files: pages.iter().map(file_of).collect(),
            notes: notes(member, sound),
            unsure: unsure(member, sound, &now.past),
        })
    }

    /// A page as a member would see it. SECURITY: for whoever came through the door.
    pub fn page(&self, folder: &str, file: &str, admitted: &Admitted) -> Result<PageData, PublishError> {
        let now = self.now();
        let fresh = if now.is_checked() { None } else { self.fresh(&now, |page| page.file.to_str() == Some(file))? };
        let outlook = fresh.as_ref().unwrap_or(&now.outlook);
        let is_its = |mistake: &&Mistake| {
            let is_own = mistake.file.to_str() == Some(file);
            // A template's mistake that this page came upon.
            is_own || fresh.is_some() && !is_page_file(mistake)
        };
        let mistakes = outlook.mistakes.iter().filter(is_its).map(OwnWrong::from).collect();
        let Some(shown) = outlook.page(folder, file) else { return self.page_ahead(folder, file, admitted, mistakes) };
        Ok(PageData {
            html: Some(shown.plaintext.document(admitted).to_owned()),
            entry: Some(ViewEntry::from(&shown.entry)),
            is_stale: shown.is_stale,
            not_yet: None,
            mistakes,
        })
    }

    /// A page that nobody gets yet, as that member would see it then; or what is wrong with any.
    fn page_ahead(
        &self,
        folder: &str,
        file: &str,
        admitted: &Admitted,
        mistakes: Vec<OwnWrong>,
    ) -> Result<PageData, PublishError> {
        let now = self.now();
        let is_its = |mistake: &&Mistake| mistake.file.to_str() == Some(file);
        let Some(ahead) = now.sound().and_then(|sound| Ahead::of(sound, file)) else {
            return Ok(PageData { mistakes, ..PageData::default() });
        };
        let outlook = self.ahead(&now, &ahead)?;
        let shown = outlook.as_ref().and_then(|outlook| outlook.page(folder, file));
        let found = outlook.iter().flat_map(|outlook| &outlook.mistakes).filter(is_its);
        Ok(PageData {
            html: shown.map(|page| page.plaintext.document(admitted).to_owned()),
            entry: shown.map(|page| ViewEntry::from(&page.entry)),
            is_stale: false,
            not_yet: Some(ahead.why),
            mistakes: ahead.mistakes.iter().chain(found).map(OwnWrong::from).collect(),
        })
    }

    /// A file that goes with a page, as a member would get it. SECURITY: for whoever came through the door.
    pub async fn attachment(
        &self,
        folder: &str,
        file: &str,
        id: &str,
        admitted: &Admitted,
    ) -> Result<Option<Vec<u8>>, PublishError> {
        let now = self.now();
        let fresh = if now.is_checked() { None } else { self.fresh(&now, |page| page.file.to_str() == Some(file))? };
        let ahead = match now.sound().and_then(|sound| Ahead::of(sound, file)) {
            Some(ahead) => self.ahead(&now, &ahead)?,
            None => None,
        };
        let outlook = ahead.as_ref().or(fresh.as_ref()).unwrap_or(&now.outlook);
        let Some(shown) = outlook.page(folder, file) else { return Ok(None) };
        let mut parts = shown.parts.iter();
        for attachment in &shown.entry.attachments {
            let its = parts.by_ref().take(attachment.parts.len());
            if attachment.id.to_string() != id {
                its.for_each(drop);
                continue;
            }
            let mut bytes = Vec::new();
            for part in its {
                let left = attachment.length.saturating_sub(bytes.len() as u64);
                bytes.extend_from_slice(now.past.part(part).await?.part(admitted, left.min(PART)));
            }
            return Ok(Some(bytes));
        }
        Ok(None)
    }

    /// The pages of the open web.
    pub fn open_pages(&self) -> OpenData {
        let now = self.now();
        let pages = now.outlook.open.keys().filter(|path| is_document(path)).map(|path| OpenPage {
            path: path.clone(),
            address: format!("/{}", path.trim_end_matches("index.html")),
            is_missing: is_for_nothing(path),
        });
        let mut pages: Vec<_> = pages.collect();
        pages.sort_by_key(|page| page.is_missing);
        let not_yet = now.sound().map(ahead::all).unwrap_or_default().into_iter().filter(|page| page.is_open);
        OpenData { pages, not_yet: not_yet.collect() }
    }

    /// A page of the open web, by its path there; one that is not there yet by its file.
    pub fn open_page(&self, path: &str) -> Result<PageData, PublishError> {
        let now = self.now();
        if let Some(ahead) = now.sound().and_then(|sound| Ahead::of(sound, path)) {
            return self.open_page_ahead(&now, ahead);
        }
        let fresh = if now.is_checked() { None } else { self.fresh(&now, |page| page.audience == Audience::Open)? };
        let outlook = fresh.as_ref().unwrap_or(&now.outlook);
        let html = outlook.open.get(path).filter(|_| is_document(path)).and_then(OpenBytes::here);
        Ok(PageData { html: html.map(|html| String::from_utf8_lossy(html).into_owned()), ..PageData::default() })
    }

    /// As anyone would see it once it is there.
    fn open_page_ahead(&self, now: &Now, ahead: Ahead) -> Result<PageData, PublishError> {
        let outlook = self.ahead(now, &ahead)?;
        let found = outlook.iter().flat_map(|outlook| &outlook.mistakes);
        let mistakes: Vec<_> = ahead.mistakes.iter().chain(found).map(OwnWrong::from).collect();
        // With a mistake in it, what stands in its place is another page.
        let open = outlook.as_ref().filter(|_| mistakes.is_empty()).map(|outlook| &outlook.open);
        let html = ahead.open_path().and_then(|path| open?.get(&path)).and_then(OpenBytes::here);
        Ok(PageData {
            html: html.map(|html| String::from_utf8_lossy(html).into_owned()),
            not_yet: Some(ahead.why),
            mistakes,
            ..PageData::default()
        })
    }

    /// A file of the theme, or one that goes with an open page, by its address below the preview's.
    pub fn asset(&self, path: &str) -> Option<Vec<u8>> {
        let now = self.now();
        let mut theme = now.sound()?.theme.files();
        let of_theme = theme.find(|file| file.path == path).map(|file| file.bytes.clone());
        let given = || now.outlook.open.get(path).and_then(bytes);
        of_theme.or_else(|| if is_document(path) { None } else { given().or_else(|| self.asset_ahead(&now, path)) })
    }

    /// What follows the viewer's stylesheet in this practice.
    pub fn colours(&self) -> String {
        let now = self.now();
        let colours = now.sound().and_then(|sound| sound.practice.site.theme.colours);
        colours.map(|colours| colours.css()).unwrap_or_default()
    }

    /// A file that would come with an open page that is not there yet.
    fn asset_ahead(&self, now: &Now, path: &str) -> Option<Vec<u8>> {
        let sound = now.sound()?;
        let ahead = ahead::files(sound).filter_map(|file| Ahead::of(sound, &file)).find(|ahead| ahead.brings(path))?;
        bytes(self.ahead(now, &ahead).ok()??.open.get(path)?)
    }

    /// Who sees what.
    pub fn matrix(&self) -> Option<Matrix> {
        let now = self.now();
        let sound = now.sound()?;
        let outlook = &now.outlook;
        let readers = sound.practice.members.values().map(|member| Column::of(member, sound, &now.past, outlook));
        let readers: Vec<Column<'_>> = readers.collect();
        let sealed =
            sound.pages.iter().filter(|page| page.audience != Audience::Open && page.is_there(sound.practice.today));
        Some(Matrix {
            members: readers.iter().map(|reader| reader.member.folder.clone()).collect(),
            rows: sealed.map(|page| row(page, &readers, sound, &now.past)).collect(),
            open: self.open_pages().pages,
            not_yet: ahead::all(sound),
            notes: all_notes(sound, outlook),
        })
    }
}

/// One member in the matrix.
struct Column<'a> {
    member: &'a Member,
    shown: HashMap<&'a str, &'a Shown>,
    unsure: BTreeSet<String>,
}

impl<'a> Column<'a> {
    fn of(member: &'a Member, sound: &Sound, past: &Past, outlook: &'a Outlook) -> Self {
        let shown = outlook.readers.get(&member.folder).into_iter().flatten();
        Self {
            member,
            shown: shown.map(|page| (page.file.as_str(), page)).collect(),
            unsure: unsure(member, sound, past).into_iter().collect(),
        }
    }
}

fn row(page: &Page, readers: &[Column<'_>], sound: &Sound, past: &Past) -> Row {
    let file = page.file.display().to_string();
    let sources = past.sources(&sound.practice, &sound.pages, &sound.theme);
    let cell = |Column { member, shown, unsure }: &Column<'_>| match shown.get(file.as_str()) {
        _ if unsure.contains(&file) => Cell::Unsure,
        None => Cell::No,
        Some(shown) if shown.is_stale => Cell::Stale,
        Some(_) if sources.is_kept(page, member, &past.given) => Cell::Keeps,
        Some(_) => Cell::Reads,
    };
    let cells = readers.iter().map(cell).collect();
    let rendered = readers.iter().find_map(|reader| reader.shown.get(file.as_str()));
    let title = rendered.map(|shown| shown.entry.title.clone()).or_else(|| page.title.clone());
    Row { title: title.unwrap_or_else(|| file.clone()), file, cells }
}

fn is_document(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|ending| ending == "html")
}

fn is_page_file(mistake: &Mistake) -> bool {
    mistake.file.starts_with("content")
}

fn person<'a>(member: &'a Member, sound: Option<&Sound>) -> Person<'a> {
    let reads = sound
        .is_some_and(|sound| member.reads(sound.practice.today) && !sound.without_mailbox.contains(&member.folder));
    Person { folder: &member.folder, name: &member.name, reads }
}

fn file_of(page: &Shown) -> FileOf {
    FileOf { id: page.entry.id, file: page.file.clone(), is_stale: page.is_stale }
}

/// Files of which only the record could tell whether a member reads them, where it is not known.
fn unsure(member: &Member, sound: &Sound, past: &Past) -> Vec<String> {
    if past.is_known {
        return Vec::new();
    }
    let sources = past.sources(&sound.practice, &sound.pages, &sound.theme);
    let pages = sound.pages.iter().filter(|page| sources.rests_on_the_past(page, member, &past.given));
    pages.map(|page| page.file.display().to_string()).collect()
}

fn notes(member: &Member, sound: &Sound) -> Vec<String> {
    let Member { name, folder, .. } = member;
    let today = sound.practice.today;
    if !member.reads(today) {
        return vec![format!("{name}’s membership has ended: nothing is given to them any more.")];
    }
    let mut notes = Vec::new();
    if member.is_closed(today) {
        notes.push(format!("{name}’s membership has ended: this is what they may still read."));
    }
    if sound.without_mailbox.contains(folder) {
        notes.push(format!(
            "{name} has no mailbox yet, or no keyring here, so a build gives them nothing of this. `heldspace member rekey {folder}` makes a card."
        ));
    }
    notes
}

fn all_notes(sound: &Sound, outlook: &Outlook) -> Vec<String> {
    let without =
        |member: &&Member| member.reads(sound.practice.today) && sound.without_mailbox.contains(&member.folder);
    let (without, others): (Vec<&Member>, Vec<&Member>) = sound.practice.members.values().partition(without);
    let mut notes: Vec<String> = others.into_iter().flat_map(|member| notes(member, sound)).collect();
    if !without.is_empty() {
        let names: Vec<&str> = without.iter().map(|member| member.name.as_str()).collect();
        notes.push(format!(
            "No mailbox yet, or no keyring here, so a build gives them nothing of this: {}. `heldspace member rekey` makes cards.",
            names.join(", ")
        ));
    }
    notes.extend(
        outlook
            .unread
            .iter()
            .map(|file| format!("Nobody reads {} yet: everyone in the group joined after its day.", file.display())),
    );
    notes.extend(outlook.lapsed.iter().map(|lapsed| {
        let ended = if lapsed.revoked { "was revoked" } else { "lapsed" };
        format!(
            "The consent of {} for {} {ended} on {}: others do not read it.",
            lapsed.member,
            lapsed.file.display(),
            lapsed.on
        )
    }));
    notes
}

/// What is in an open file, as far as it can be read now: what was changed a moment ago comes with the next look.
fn bytes(open: &OpenBytes) -> Option<Vec<u8>> {
    match open {
        OpenBytes::Here(bytes) => Some(bytes.clone()),
        OpenBytes::File(file) => file.whole().ok(),
        OpenBytes::Stands(_) => None,
    }
}
