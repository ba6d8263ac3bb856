//! What everyone is to have: rendered, padded and named, but not yet sealed.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use rayon::prelude::*;

use crate::{
    content::{Audience, Lapsed, Mistake, Mistakes, Page, readers_of},
    keys::Keys,
    practice::{Mailbox, Member, Practice},
    render::{self, Rendering, Theme},
    seal::{AudienceKind, AudienceLabel, Entry, Plaintext},
    wire::MailboxId,
};

/// Everything a publication is made of.
pub struct Wanted {
    pub readers: Vec<Reader>,
    /// Path below `public/` → bytes.
    pub open: BTreeMap<String, Vec<u8>>,
    /// Members who have no mailbox yet, by folder.
    pub without_mailbox: Vec<String>,
    /// Consents that ended, and what was therefore taken from its readers.
    pub lapsed: Vec<Lapsed>,
}

/// A member with a mailbox, and every page they are to have.
pub struct Reader {
    pub folder: String,
    pub name: String,
    /// What the plan calls them: the name, with the folder where the name alone would not tell.
    pub label: String,
    pub mailbox: Mailbox,
    /// Mailboxes this person had before.
    pub former: Vec<MailboxId>,
    pub pages: Vec<WantedPage>,
}

/// One page for one reader.
pub struct WantedPage {
    pub file: PathBuf,
    pub entry: Entry,
    pub plaintext: Arc<Plaintext>,
}

/// Renders every page for each of its readers; all mistakes at once. `done` is called after each page.
pub fn wanted(
    practice: &Practice,
    pages: &[Page],
    theme: &Theme,
    keys: &Keys,
    done: &(impl Fn() + Sync),
) -> Result<Wanted, Mistakes> {
    let sealed: Vec<&Page> = pages.iter().filter(|page| page.audience != Audience::Open).collect();
    let rendered: Vec<Result<Vec<(String, WantedPage)>, Mistakes>> = sealed
        .par_iter()
        .map(|page| {
            let rendering = render::render_page(page, practice, theme);
            done();
            Ok(for_each_reader(page, rendering?, practice, keys))
        })
        .collect();
    let open = render::open_site(pages, practice, theme);

    let mut mistakes: Vec<Mistake> = Vec::new();
    let mut readers = readers(practice);
    for page in rendered {
        match page {
            Ok(copies) => {
                for (folder, page) in copies {
                    readers.entry(folder).and_modify(|reader| reader.pages.push(page));
                }
            }
            Err(more) => mistakes.extend(more),
        }
    }
    let open = match open {
        Ok(files) => files.into_iter().map(|file| (file.path, file.bytes)).collect(),
        Err(more) => {
            mistakes.extend(more);
            BTreeMap::new()
        }
    };
    if !mistakes.is_empty() {
        return Err(Mistakes::new(mistakes));
    }
    let lapsed = sealed.iter().flat_map(|page| readers_of(page, practice).1).collect();
    Ok(Wanted { readers: readers.into_values().collect(), open, without_mailbox: without_mailbox(practice), lapsed })
}

fn readers(practice: &Practice) -> BTreeMap<String, Reader> {
    let open = practice.members.values().filter(|member| member.closed.is_none());
    open.filter_map(|member| {
        let mailbox = member.mailbox.clone()?;
        let reader = Reader {
            folder: member.folder.clone(),
            name: member.name.clone(),
            label: label_of(member, practice),
            mailbox,
            former: member.former.clone(),
            pages: Vec::new(),
        };
        Some((member.folder.clone(), reader))
    })
    .collect()
}

fn label_of(member: &Member, practice: &Practice) -> String {
    let alike = practice.members.values().filter(|other| other.name == member.name).count();
    let plain = alike == 1 && !member.name.contains(',');
    if plain { member.name.clone() } else { format!("{} [{}]", member.name, member.folder) }
}

fn without_mailbox(practice: &Practice) -> Vec<String> {
    let members = practice.members.values();
    members.filter(|m| m.closed.is_none() && m.mailbox.is_none()).map(|m| m.folder.clone()).collect()
}

/// One copy for each reader who has a mailbox; padded and hashed once where the page is the same for all.
fn for_each_reader(page: &Page, rendering: Rendering, practice: &Practice, keys: &Keys) -> Vec<(String, WantedPage)> {
    let mut copies: BTreeMap<String, (String, Arc<Plaintext>)> = BTreeMap::new();
    let (readers, _) = readers_of(page, practice);
    match rendering {
        Rendering::Same(rendered) => {
            let (title, plaintext) = Plaintext::of_page(rendered);
            let plaintext = Arc::new(plaintext);
            copies.extend(readers.iter().map(|m| (m.folder.clone(), (title.clone(), Arc::clone(&plaintext)))));
        }
        Rendering::Each(each) => {
            let padded = each.into_iter().map(|(folder, rendered)| {
                let (title, plaintext) = Plaintext::of_page(rendered);
                (folder, (title, Arc::new(plaintext)))
            });
            copies.extend(padded);
        }
    }
    let with_mailbox = readers.into_iter().filter_map(|member| Some((member, member.mailbox.as_ref()?)));
    with_mailbox
        .filter_map(|(member, mailbox)| {
            let (title, plaintext) = copies.get(&member.folder)?.clone();
            let entry = entry(page, title, &plaintext, practice, mailbox, keys);
            Some((member.folder.clone(), WantedPage { file: page.file.clone(), entry, plaintext }))
        })
        .collect()
}

fn entry(
    page: &Page,
    title: String,
    plaintext: &Plaintext,
    practice: &Practice,
    mailbox: &Mailbox,
    keys: &Keys,
) -> Entry {
    let own_id = matches!(page.audience, Audience::Message(_)).then_some(&mailbox.id);
    Entry {
        id: keys.page_id(own_id, page.identity()),
        title,
        date: page.date.map(|date| date.to_string()),
        order: page.order,
        audience: label(&page.audience, practice),
        kind: page.kind,
        object: plaintext.reference(&mailbox.id, keys),
    }
}

/// How the viewer names an audience.
fn label(audience: &Audience, practice: &Practice) -> AudienceLabel {
    let kind = match audience {
        Audience::Open | Audience::Library => AudienceKind::Library,
        Audience::Group(_) => AudienceKind::Group,
        Audience::Member(_) => AudienceKind::Member,
        Audience::Message(_) => AudienceKind::Message,
    };
    AudienceLabel { kind, title: audience.shown(practice) }
}
