//! What everyone is to have: rendered, padded and named, but not yet sealed.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::Arc,
};

use rayon::prelude::*;

use super::{
    Dated, Given, PublishError, WantedPart,
    attached::{self, For, Parts},
    days::Days,
    open_files::OpenBytes,
};
use crate::{
    attachment::AttachmentError,
    content::{Audience, Lapsed, Mistake, Mistakes, Page, readers_of},
    keys::Keys,
    notice,
    practice::{Home, Mailbox, Member, Practice},
    record::{NotedAttachment, Record},
    render::{self, Along, OpenSite, RenderedPage, Rendering, Showing, Theme},
    seal::{AudienceKind, AudienceLabel, Entry, Plaintext},
    store::Store,
    wire::{Digest, MailboxId, PageId},
};

/// Everything a publication is made of.
pub struct Wanted {
    pub readers: Vec<Reader>,
    /// Path below `public/` → what is there.
    pub open: BTreeMap<String, OpenBytes>,
    /// Members who have no mailbox yet, by folder.
    pub without_mailbox: Vec<String>,
    /// Pages of a group that are older than everyone's days in it.
    pub unread: Vec<PathBuf>,
    /// What the author wrote, by its digest.
    pub sources: HashMap<Digest, String>,
    /// Consents that ended, and what was therefore taken from its readers.
    pub lapsed: Vec<Lapsed>,
    /// What the days in the front matter do.
    pub dated: Dated,
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
    /// Of its attachments.
    pub parts: Vec<WantedPart>,
    /// What the record says of them.
    pub files: Vec<NotedAttachment>,
    /// Names of files that went with it once and are nowhere any more.
    pub lost: Vec<String>,
    /// Of what the author wrote, where that is known.
    pub source: Option<Digest>,
    /// The members whom it names, by folder.
    pub names: Vec<String>,
    /// Blocks whose numbers it shows, or is to show.
    pub results: Vec<Showing>,
}

/// What a publication is made of, and against.
pub(super) struct Wanting<'a> {
    pub practice: &'a Practice,
    pub pages: &'a [Page],
    pub theme: &'a Theme,
    pub keys: &'a Keys,
    pub home: &'a Home,
    pub store: &'a Store,
    pub given: &'a Given,
    pub record: &'a Record,
}

/// What everyone would have, as far as that can be told, with what is wrong beside it. Good for showing, and for nothing else.
pub struct Foreseen {
    pub wanted: Wanted,
    pub mistakes: Vec<Mistake>,
    /// Pages that could not be rendered.
    pub failed: Vec<PathBuf>,
    /// Whether all open pages could be.
    pub is_open_whole: bool,
}

impl Wanting<'_> {
    /// Renders every page for each of its readers, and adds what those who left may keep; all mistakes at once. `done` is
    /// called after each page.
    pub(super) async fn wanted(&self, done: &(impl Fn() + Sync)) -> Result<Wanted, PublishError> {
        let Foreseen { mut wanted, mistakes, .. } = self.rendered(done);
        if !mistakes.is_empty() {
            return Err(Mistakes::new(mistakes).into());
        }
        self.keep_all(&mut wanted).await?;
        Ok(wanted)
    }

    /// The same, going on past every mistake.
    pub(super) async fn foreseen(&self, done: &(impl Fn() + Sync)) -> Result<Foreseen, PublishError> {
        let mut foreseen = self.rendered(done);
        self.keep_all(&mut foreseen.wanted).await?;
        for Reader { mailbox, pages, .. } in &mut foreseen.wanted.readers {
            self.given.arrange(&mailbox.id, pages, |page| &page.entry);
        }
        Ok(foreseen)
    }

    async fn keep_all(&self, wanted: &mut Wanted) -> Result<(), PublishError> {
        for reader in &mut wanted.readers {
            self.keep(reader).await?;
        }
        wanted.dated = Dated::of(self, &wanted.readers);
        Ok(())
    }

    fn rendered(&self, done: &(impl Fn() + Sync)) -> Foreseen {
        let days = Days::of(self);
        let mut mistakes = days.strangers();
        mistakes.extend(render::group_titles(self.practice, self.theme));
        mistakes.extend(notice::appointment(self.practice));
        let sealed: Vec<&Page> = self.pages.iter().filter(|page| page.audience != Audience::Open).collect();
        let rendered: Vec<Result<Vec<(String, WantedPage)>, Mistakes>> = sealed
            .par_iter()
            .map(|page| {
                let rendering = render::render_page(page, self.practice, self.theme);
                done();
                self.for_each_reader(page, &days, rendering?)
            })
            .collect();
        let open = render::open_site(self.pages, self.practice, self.theme);

        let mut readers = readers(self.practice);
        let mut failed = Vec::new();
        for (page, rendered) in sealed.iter().zip(rendered) {
            match rendered {
                Ok(copies) => {
                    for (folder, page) in copies {
                        readers.entry(folder).and_modify(|reader| reader.pages.push(page));
                    }
                }
                Err(more) => {
                    failed.push(page.file.clone());
                    mistakes.extend(more);
                }
            }
        }
        let is_open_whole = open.is_ok();
        let open = match open {
            Ok(OpenSite { files, along }) => {
                let files = files.into_iter().map(|file| (file.path, OpenBytes::Here(file.bytes)));
                files.chain(along.into_iter().map(|(path, file)| (path, OpenBytes::File(file)))).collect()
            }
            Err(more) => {
                mistakes.extend(more);
                BTreeMap::new()
            }
        };
        let wanted = Wanted {
            readers: readers.into_values().collect(),
            dated: Dated::default(),
            open,
            without_mailbox: without_mailbox(self.practice),
            unread: days.unread(),
            lapsed: sealed.iter().flat_map(|page| readers_of(page, self.practice).1).collect(),
            sources: sealed.iter().map(|page| (page.digest(), page.text().to_owned())).collect(),
        };
        Foreseen { wanted, mistakes, failed, is_open_whole }
    }

    pub(super) fn page_id(&self, page: &Page, mailbox: &MailboxId) -> PageId {
        page_id(page, mailbox, self.keys)
    }

    /// One copy for each reader who has a mailbox; padded and hashed once where the page is the same for all.
    fn for_each_reader(
        &self,
        page: &Page,
        days: &Days<'_>,
        rendering: Rendering,
    ) -> Result<Vec<(String, WantedPage)>, Mistakes> {
        let (mut readers, _) = readers_of(page, self.practice);
        readers.retain(|member| page.is_there(self.practice.today) && days.shows(page, member));
        let mut copies: BTreeMap<String, Arc<Copy>> = BTreeMap::new();
        match rendering {
            Rendering::Same(rendered) => {
                let copy = Arc::new(Copy::of(rendered));
                copies.extend(readers.iter().map(|member| (member.folder.clone(), Arc::clone(&copy))));
            }
            Rendering::Each(each) => {
                copies.extend(each.into_iter().map(|(folder, rendered)| (folder, Arc::new(Copy::of(rendered)))));
            }
        }
        let parts = Parts::default();
        let with_mailbox = readers.into_iter().filter_map(|member| Some((member, member.mailbox.as_ref()?)));
        let wanted = with_mailbox.filter_map(|(member, mailbox)| {
            let copy = copies.get(&member.folder)?;
            Some(self.copy_for(page, copy, mailbox, &parts).map(|wanted| (member.folder.clone(), wanted)))
        });
        let failed = |error: AttachmentError| Mistake::whole(&page.file, error.to_string(), error.hint());
        wanted.collect::<Result<Vec<_>, _>>().map_err(|error| failed(error).into())
    }

    fn copy_for(
        &self,
        page: &Page,
        copy: &Copy,
        mailbox: &Mailbox,
        parts: &Parts,
    ) -> Result<WantedPage, AttachmentError> {
        let mut entry = self.entry(page, copy, mailbox);
        let whom = For { mailbox: &mailbox.id, share: self.practice.site.seal.share, keys: self.keys };
        let mut wanted = Vec::new();
        for file in &copy.along.attachments {
            let (attachment, more) = attached::attached(file, &parts.of(file)?, whom);
            entry.attachments.push(attachment);
            wanted.extend(more);
        }
        Ok(WantedPage {
            file: page.file.clone(),
            entry,
            plaintext: Arc::clone(&copy.plaintext),
            parts: wanted,
            lost: Vec::new(),
            files: copy.along.attachments.iter().map(|file| attached::noted(file)).collect(),
            source: Some(page.digest()),
            names: page.names.clone(),
            results: copy.along.results.clone(),
        })
    }

    fn entry(&self, page: &Page, copy: &Copy, mailbox: &Mailbox) -> Entry {
        Entry {
            id: self.page_id(page, &mailbox.id),
            title: copy.title.clone(),
            date: page.date.map(|date| date.to_string()),
            order: page.order,
            audience: label(&page.audience, self.practice),
            kind: page.kind,
            object: copy.plaintext.reference(&mailbox.id, self.keys),
            tags: page.tags.clone(),
            attachments: Vec::new(),
            links: copy.along.pages.iter().map(|page| self.page_id(page, &mailbox.id)).collect(),
        }
    }
}

/// A document that one reader has, or all have alike.
struct Copy {
    title: String,
    plaintext: Arc<Plaintext>,
    along: Along,
}

impl Copy {
    fn of(rendered: RenderedPage) -> Self {
        let along = rendered.along().clone();
        let (title, plaintext) = Plaintext::of_page(rendered);
        Self { title, plaintext: Arc::new(plaintext), along }
    }
}

/// What a mailbox knows a page by: a message by another id in each, any other page by the same.
pub(super) fn page_id(page: &Page, mailbox: &MailboxId, keys: &Keys) -> PageId {
    let own = matches!(page.audience, Audience::Message(_)).then_some(mailbox);
    keys.page_id(own, page.identity())
}

pub(super) fn readers(practice: &Practice) -> BTreeMap<String, Reader> {
    let reading = practice.members.values().filter(|member| member.reads(practice.today));
    reading
        .filter_map(|member| {
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
    members.filter(|m| !m.is_closed(practice.today) && m.mailbox.is_none()).map(|m| m.folder.clone()).collect()
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
