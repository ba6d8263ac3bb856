//! Links to the practice's own pages and files: found while Markdown is read, put in once the HTML was sanitised.
//!
//! In: relative links. Out: of a file, what goes along with the page; of a page, which one. A document names neither by file:
//! what it says is an opaque id or a number, and the reader's index says what that is.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    fmt::Write as _,
    path::PathBuf,
    rc::Rc,
    sync::Arc,
};

use data_encoding::HEXLOWER;
use percent_encoding::percent_decode_str;

use super::{
    Job, Theme,
    context::{Looked, context},
    flaw::Reason,
    link::{Target, Written, replaced, unescaped},
    markdown::{self, Body, Manner},
    outcome::{AskedThere, Showing},
};
use crate::{
    attachment::{Attachment, AttachmentError, Destination, Form, MOST, found, is_own, shown},
    block::Setting,
    content::{Audience, NoPage, Page, Place, address, made_visible, nearest, slug},
    practice::{Member, Practice},
};

/// What the address of a link is until the HTML was sanitised.
const TOKEN: &str = "heldspace-lead-";

/// What a document needs beside itself.
#[derive(Debug, Clone, Default)]
pub struct Along {
    /// Files that it shows or offers, each once.
    pub attachments: Vec<Arc<Attachment>>,
    /// Sealed pages that it leads to; the document has their numbers in this list.
    pub pages: Vec<Arc<Page>>,
    /// Blocks whose numbers it shows, or is to show.
    pub results: Vec<Showing>,
}

/// Where one link leads.
#[derive(Debug, Clone)]
enum Lead {
    File(Arc<Attachment>),
    /// A place in the same page.
    Within(Option<String>),
    Sealed(Arc<Page>, Option<String>),
    /// The address of an open page, below the site.
    Open(String),
    /// To a page that is told as mistaken elsewhere.
    Mistaken,
}

/// What was found out for one page, whoever reads it.
#[derive(Default)]
pub(super) struct Known {
    pub(super) asked: RefCell<HashMap<PathBuf, Option<Rc<AskedThere>>>>,
    leads: RefCell<HashMap<String, Result<Found, Reason>>>,
    ids: RefCell<HashMap<PageOfReader, Option<Rc<HashSet<String>>>>>,
}

/// A page's file, and its reader's folder where that makes a difference.
type PageOfReader = (PathBuf, Option<String>);

/// Where a link leads, and the page and place that have to be there.
#[derive(Debug, Clone)]
struct Found {
    lead: Lead,
    place: Option<(Arc<Page>, String)>,
}

impl From<Lead> for Found {
    fn from(lead: Lead) -> Self {
        Self { lead, place: None }
    }
}

/// The leads of one page.
pub(super) struct Leads<'a> {
    pub(super) page: &'a Page,
    pub(super) practice: &'a Practice,
    theme: &'a Theme,
    /// None where only what stands in the page is asked for, and nothing that stands elsewhere.
    pub(super) known: Option<&'a Known>,
    /// Who gets the text that is being read.
    readers: Vec<&'a Member>,
    found: Vec<Lead>,
    pub(super) along: Along,
}

impl<'a> Leads<'a> {
    pub(super) fn new(job: &'a Job<'_>, readers: Vec<&'a Member>) -> Self {
        let Job { page, practice, theme, known, .. } = job;
        Self { page, practice, theme, known: Some(known), readers, found: Vec::new(), along: Along::default() }
    }

    /// Where the page stands, for what can be answered in it.
    pub(super) const fn setting(&self) -> Setting<'a> {
        Setting { practice: self.practice, audience: &self.page.audience }
    }

    /// Notes a relative link; what stands in its place for now.
    pub(super) fn link(&mut self, url: &str) -> Result<String, Reason> {
        let Some(known) = self.known else { return Ok(TOKEN.to_owned()) };
        let found = known.leads.borrow().get(url).cloned();
        let Found { lead, place } = found.unwrap_or_else(|| {
            let found = self.find(url);
            known.leads.borrow_mut().insert(url.to_owned(), found.clone());
            found
        })?;
        place.map_or(Ok(()), |place| self.check_place(&place, known))?;
        self.note(&lead)?;
        self.found.push(lead);
        Ok(format!("{TOKEN}{}", self.found.len() - 1))
    }

    /// The same, of something that is to be seen or heard in its place.
    pub(super) fn picture(&mut self, url: &str) -> Result<String, Reason> {
        let token = self.link(url)?;
        match self.found.last() {
            Some(Lead::File(file)) if file.kind.form == Form::File => {
                Err(AttachmentError::NoPicture { file: shown(&file.file) }.into())
            }
            Some(Lead::File(_)) | None => Ok(token),
            Some(_) => Err(AttachmentError::NoPicture { file: url.to_owned() }.into()),
        }
    }

    fn note(&mut self, lead: &Lead) -> Result<(), Reason> {
        match lead {
            Lead::File(file) if self.along.attachments.iter().all(|known| known.id != file.id) => {
                if self.along.attachments.len() == MOST {
                    return Err(AttachmentError::Many { most: MOST }.into());
                }
                self.along.attachments.push(Arc::clone(file));
            }
            Lead::Sealed(page, _) if self.along.pages.iter().all(|known| known.file != page.file) => {
                if self.along.pages.len() == MOST_PAGES {
                    let what = format!("links to more than {MOST_PAGES} other pages");
                    return Err(Reason { what, hint: "split the page in two".into() });
                }
                self.along.pages.push(Arc::clone(page));
            }
            _ => {}
        }
        Ok(())
    }

    fn find(&self, url: &str) -> Result<Found, Reason> {
        let to = Destination::of(url, &self.page.file)?;
        if to.is_page() {
            return self.find_page(&to);
        }
        let attachment = Attachment::read(&self.practice.root, &to.file, &self.page.file)?;
        if self.page.audience == Audience::Open && attachment.length > OPEN_LARGEST {
            return Err(AttachmentError::Large { file: shown(&to.file), mib: OPEN_LARGEST >> 20 }.into());
        }
        Ok(Lead::File(Arc::new(attachment)).into())
    }

    /// The page there; none where it is told as mistaken elsewhere.
    pub(super) fn page_at(&self, to: &Destination) -> Result<Option<Page>, Reason> {
        if is_own(&to.file) {
            return Err(AttachmentError::Own { file: shown(&to.file) }.into());
        }
        let file = found(&self.practice.root, &to.file)?;
        if matches!(Place::of(&file), Place::Between | Place::Unknown(_)) {
            return Ok(None);
        }
        match Page::at(&file, self.practice) {
            Ok(page) => Ok(Some(page)),
            Err(NoPage::Mistaken) => Ok(None),
            Err(NoPage::Draft) => Err(Reason {
                what: format!("`{}` is a draft, which nobody can read yet", shown_file(&file)),
                hint: "take the link out until it is given, or take `draft = true` out there".into(),
            }),
        }
    }

    fn find_page(&self, to: &Destination) -> Result<Found, Reason> {
        let Some(page) = self.page_at(to)? else { return Ok(Lead::Mistaken.into()) };
        let file = &page.file;
        if let Some(who) = unread_by(self.page, &page, self.practice) {
            return Err(Reason {
                what: format!("`{}`, where this leads, is not for {who}", shown_file(file)),
                hint: format!(
                    "{} is: take the link out, or move one of the two pages",
                    made_visible(&self.page.file.display().to_string())
                ),
            });
        }
        let (page, fragment) = (Arc::new(page), to.fragment.clone());
        let place = fragment.clone().map(|place| (Arc::clone(&page), place));
        let lead = match page.audience {
            _ if page.file == self.page.file => Lead::Within(fragment),
            Audience::Open => Lead::Open(self.origin() + &open_address(&page, fragment.as_deref())),
            _ => Lead::Sealed(page, fragment),
        };
        Ok(Found { lead, place })
    }

    /// Where the open library is, as seen from this page. SECURITY: a neutral address for links must not tell of the other
    /// one, so what leads there stands in the sealed document and nowhere else.
    fn origin(&self) -> String {
        let address = &self.practice.site.address;
        let elsewhere = address.library.clone().filter(|library| *library != address.links);
        elsewhere.filter(|_| self.page.audience != Audience::Open).unwrap_or_default()
    }

    /// A place that is named must be there, for each who gets this text.
    fn check_place(&self, (page, place): &(Arc<Page>, String), known: &Known) -> Result<(), Reason> {
        let mut lacking = Vec::new();
        let mut first = None;
        for reader in self.readers.iter().copied().map(Some).chain(self.readers.is_empty().then_some(None)) {
            let Some(ids) = self.known_ids(page, reader, known) else { return Ok(()) };
            let missing = self.missing_in(place, &ids, page);
            lacking.extend(missing.iter().filter_map(|_| reader).map(|reader| reader.name.as_str()));
            first = first.or(missing);
        }
        let Some(mut reason) = first else { return Ok(()) };
        if lacking.len() < self.readers.len() {
            reason.what = format!("for {}: {}", lacking.join(", "), reason.what);
        }
        Err(reason)
    }

    fn known_ids(&self, page: &Page, reader: Option<&Member>, known: &Known) -> Option<Rc<HashSet<String>>> {
        let of = |reader: Option<&Member>| (page.file.clone(), reader.map(|reader| reader.folder.clone()));
        let found = [of(None), of(reader)].iter().find_map(|key| known.ids.borrow().get(key).cloned());
        found.unwrap_or_else(|| {
            let looked = Looked::default();
            let ids = self.ids(page, reader, &looked).map(Rc::new);
            let key = of(reader.filter(|_| looked.at_member()));
            known.ids.borrow_mut().insert(key, ids.clone());
            ids
        })
    }

    /// Every place in a page, as this reader gets it.
    fn ids(&self, page: &Page, reader: Option<&Member>, looked: &Looked) -> Option<HashSet<String>> {
        let (body, _) = self.body(page, reader, looked)?;
        Some(markdown::ids(&body.html))
    }

    /// What stands in a page, as this reader gets it, and whether that is all of it: its own mistakes are told where they are.
    pub(super) fn body(&self, page: &Page, reader: Option<&Member>, looked: &Looked) -> Option<(Body, bool)> {
        let seen = reader.filter(|_| page.audience != Audience::Open);
        let job = Job::new(page, self.practice, self.theme).ok()?;
        let text = job.text(&context(seen, self.practice, looked, [])).ok()?;
        let manner = Manner { marks: job.marks(), headed: page.title.is_none(), ids: self.theme.ids.clone() };
        let blind = Leads { known: None, ..Leads::new(&job, Vec::new()) };
        match markdown::render(&text, manner, blind) {
            Ok(body) => Some((body, true)),
            Err(flawed) => Some((*flawed.body?, false)),
        }
    }

    /// Why a place in this page can't be gone to, if so.
    pub(super) fn missing(&self, fragment: &str, ids: &HashSet<String>) -> Option<Reason> {
        // To every browser these are the top.
        let is_top = fragment.is_empty() || fragment == "top";
        if self.known.is_none() || is_top || self.theme.ids.has(fragment) {
            return None;
        }
        self.missing_in(&percent_decode_str(fragment).decode_utf8_lossy(), ids, self.page)
    }

    fn missing_in(&self, fragment: &str, ids: &HashSet<String>, page: &Page) -> Option<Reason> {
        if ids.contains(fragment) {
            return None;
        }
        let near = nearest(fragment, ids.iter().map(String::as_str));
        let of_page = if page.file == self.page.file {
            "on this page".to_owned()
        } else {
            format!("in `{}`", shown_file(&page.file))
        };
        Some(Reason {
            what: format!("there is no place `#{}` {of_page}", made_visible(fragment)),
            hint: near.map_or_else(
                || "a heading's place is its words in lower case, with hyphens between them".into(),
                |near| format!("did you mean `#{near}`?"),
            ),
        })
    }

    /// Notes a link that is told as mistaken; what stands in its place.
    pub(super) fn mistaken(&mut self) -> String {
        self.found.push(Lead::Mistaken);
        format!("{TOKEN}{}", self.found.len() - 1)
    }

    /// `html`, sanitised, with every lead where its token stands. What the author's own HTML leads to was not looked at
    /// yet: what is wrong with it is told to `wrong`, with the tag's name.
    pub(super) fn put_in(mut self, html: &str, mut wrong: impl FnMut(&str, &str, Reason)) -> (String, Along) {
        let html = replaced(html, |tag| {
            let url = unescaped(tag.attribute(if tag.name == "img" { "src" } else { "href" })?);
            if !matches!(tag.name, "a" | "img") || Target::of(&url) != Target::Beside {
                return None;
            }
            let noted = url.strip_prefix(TOKEN).and_then(|number| number.parse::<usize>().ok());
            let lead = match noted.filter(|number| *number < self.found.len()) {
                Some(number) => number,
                None => match if tag.name == "img" { self.picture(&url) } else { self.link(&url) } {
                    Ok(_) => self.found.len().checked_sub(1)?,
                    Err(reason) => {
                        wrong(tag.name, &url, reason);
                        return None;
                    }
                },
            };
            Some(self.tag(tag, &self.found[lead]))
        });
        (html, self.along)
    }

    /// The tag that stands for a lead in the document.
    fn tag(&self, tag: &Written<'_>, lead: &Lead) -> String {
        match lead {
            Lead::File(file) if self.page.audience == Audience::Open => self.open_file(tag, file),
            Lead::File(file) => sealed_file(tag, file),
            Lead::Within(fragment) => link(&format!("#{}", fragment.as_deref().unwrap_or_default())),
            Lead::Open(address) => link(address),
            Lead::Sealed(page, fragment) => {
                let number = self.along.pages.iter().position(|known| known.file == page.file).unwrap_or_default();
                let mut html = format!("<a data-page=\"{number}\"");
                if let Some(fragment) = fragment {
                    attribute(&mut html, "data-place", fragment);
                }
                html + ">"
            }
            Lead::Mistaken => "<a>".to_owned(),
        }
    }

    /// On the open web a browser loads it like any other file.
    fn open_file(&self, tag: &Written<'_>, file: &Attachment) -> String {
        let address = open_path(self.page, file);
        let mut html = String::new();
        let plays = match file.kind.form {
            Form::Audio => Some("audio"),
            Form::Video => Some("video"),
            Form::Picture | Form::File => None,
        };
        match (tag.name, plays) {
            ("img", None) => html = picture(tag, file, &format!("src=\"/{address}\"")),
            (_, Some(element)) => {
                let _ = write!(html, "<{element} controls preload=\"none\" src=\"/{address}\"");
                attribute(&mut html, "aria-label", &unescaped(tag.attribute("alt").unwrap_or_default()));
                let _ = write!(html, "></{element}>");
                if tag.name == "a" {
                    let _ = write!(html, " <a href=\"/{address}\">");
                }
            }
            (_, None) => html = link(&format!("/{address}")),
        }
        html
    }
}

/// Other pages that one page may lead to: as many as a reader's program takes.
const MOST_PAGES: usize = 1024;
/// Bytes of a file on the open web, which is read whole when its turn comes.
const OPEN_LARGEST: u64 = 48 << 20;

/// Where a file of an open page lies below `public/`: beside the page, so that it goes when the page goes.
pub(super) fn open_path(page: &Page, file: &Attachment) -> String {
    let folder = address(page).unwrap_or_default();
    let (stem, ending) = file.name.rsplit_once('.').unwrap_or((&file.name, "bin"));
    let stem = Some(slug(stem)).filter(|stem| !stem.is_empty()).unwrap_or_else(|| "file".to_owned());
    let digest = HEXLOWER.encode(&file.digest.as_bytes()[..8]);
    format!("{folder}/{stem}.{digest}.{}", slug(ending))
}

fn open_address(page: &Page, fragment: Option<&str>) -> String {
    let folder = address(page).unwrap_or_default();
    // The front page's text stands at the root.
    let path = if folder == super::open::FRONT_TEXT { "/".to_owned() } else { format!("/{folder}/") };
    fragment.map_or_else(|| path.clone(), |fragment| format!("{path}#{fragment}"))
}

fn link(address: &str) -> String {
    let mut html = "<a".to_owned();
    attribute(&mut html, "href", address);
    html + ">"
}

fn attribute(html: &mut String, name: &str, value: &str) {
    let escaped = value.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = write!(html, " {name}=\"{escaped}\"");
}

/// SECURITY: no address in it: the document loads nothing, and a reader's index alone says what the id is.
fn sealed_file(tag: &Written<'_>, file: &Attachment) -> String {
    let place = format!("data-attachment=\"{}\"", file.id);
    if file.kind.form == Form::Picture && tag.name == "img" {
        return picture(tag, file, &place);
    }
    let mut html = format!("<a {place}>");
    if tag.name == "img" {
        html.push_str(tag.attribute("alt").filter(|alt| !alt.is_empty()).unwrap_or("Recording"));
        html.push_str("</a>");
    }
    html
}

/// With width and height, so that the text does not jump when it comes.
fn picture(tag: &Written<'_>, file: &Attachment, place: &str) -> String {
    let mut html = format!("<img {place}");
    for name in ["alt", "title", "id", "width", "height"] {
        if let Some(value) = tag.attribute(name) {
            let _ = write!(html, " {name}=\"{value}\"");
        }
    }
    let own_size = tag.attribute("width").is_some() || tag.attribute("height").is_some();
    if let Some((width, height)) = file.size.filter(|_| !own_size) {
        let _ = write!(html, " width=\"{width}\" height=\"{height}\"");
    }
    html + ">"
}

pub(super) fn shown_file(file: &std::path::Path) -> String {
    made_visible(&shown(file))
}

/// Who reads a page and could not read the one it leads to, by what both are for; whoever lacks it by time alone is not
/// counted.
pub(super) fn unread_by(page: &Page, target: &Page, practice: &Practice) -> Option<String> {
    if target.audience == Audience::Open || target.audience == page.audience {
        return None;
    }
    if page.audience == Audience::Open {
        return Some("everyone on the open web".to_owned());
    }
    let may: HashSet<&str> =
        target.audience.readers(practice).into_iter().map(|member| member.folder.as_str()).collect();
    let readers = page.audience.readers(practice);
    if readers.is_empty() && target.audience != Audience::Library {
        return Some("all who may once read this page".to_owned());
    }
    let without: Vec<&str> =
        readers.into_iter().map(|member| member.folder.as_str()).filter(|reader| !may.contains(reader)).collect();
    match without.as_slice() {
        [] => None,
        few @ ([_] | [_, _] | [_, _, _]) => Some(few.join(", ")),
        [first, second, rest @ ..] => Some(format!("{first}, {second} and {} more", rest.len())),
    }
}
