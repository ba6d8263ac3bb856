//! The theme: templates, stylesheets and pictures, built in, and replaced file by file by `themes/<name>/`.
//!
//! In: the practice's folder. Out: two template environments, made once and used by every thread, and the files that go
//! to the open site. It must not know any page.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use minijinja::Environment;
use rust_embed::RustEmbed;

use super::{
    OpenFile,
    asset::{Assets, ending},
    heading::HeadingIds,
    template::{self, Sources},
    value::{Marks, private_use},
};
use crate::{
    content::{Mistake, Mistakes, Source, TEXT_LIMIT, is_left_out, read_regular, symbolic_link},
    names::People,
    practice::Practice,
};

/// A picture or font may have this many bytes.
const ASSET_LIMIT: u64 = 4 * TEXT_LIMIT;
/// The documents every theme has, because the built-in one has them.
pub(super) const PAGE: &str = "page.html";
pub(super) const OPEN: &str = "open.html";
pub(super) const LIST: &str = "list.html";
pub(super) const FRONT: &str = "front.html";
/// Also its name below `public/`.
pub(super) const MISSING: &str = "404.html";

/// The stylesheets that take the practice's colours.
const STYLES: [&str; 2] = ["page.css", "open.css"];
/// The folder of a theme that holds templates for new pages ([`crate::writing`]).
const NEW: &str = "new";

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/themes/default"]
struct BuiltIn;

/// How pages look.
pub struct Theme {
    pub(super) text: Environment<'static>,
    pub(super) layout: Environment<'static>,
    pub(super) marks: Marks,
    /// What tokens must avoid in any page.
    taken: BTreeSet<u32>,
    pub(super) assets: Assets,
    templates: BTreeMap<String, Source>,
    /// What headings must not be called.
    pub(super) ids: HeadingIds,
    /// Everyone whom a page must not name to others.
    pub(super) people: People,
}

impl Theme {
    /// Reads the theme that `site.toml` names.
    pub fn read(practice: &Practice) -> Result<Self, Mistakes> {
        let mut mistakes = Vec::new();
        let files = files(practice, &mut mistakes);
        let (templates, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|(name, _)| is_template(name));
        let templates: BTreeMap<_, _> = templates.into_iter().filter_map(|file| source(file, &mut mistakes)).collect();
        let colours = practice.site.theme.colours.map(|colours| colours.css()).unwrap_or_default();
        let others = others.into_iter().map(|(name, mut file)| {
            if STYLES.contains(&name.as_str()) {
                file.bytes.extend_from_slice(colours.as_bytes());
            }
            (name, file.bytes)
        });
        let others: BTreeMap<_, _> = others.collect();
        let logo = practice.site.theme.logo.as_ref();
        mistakes.extend(logo.and_then(|logo| no_logo(logo, others.get(logo), practice)));
        let theme = Self::new(templates, Assets::new(others), practice, &mut mistakes)?;
        Mistakes::unless_any(mistakes, theme)
    }

    /// The address of the stylesheet for sealed pages, which the viewer puts into them.
    ///
    /// # Panics
    /// Never: the built-in theme has the file, and a theme can only replace it.
    pub fn page_style(&self) -> String {
        self.assets.url("page.css").expect("every theme has page.css")
    }

    /// That stylesheet itself, for pages that are read outside the viewer.
    ///
    /// # Panics
    /// Never: the built-in theme has the file, and a theme can only replace it.
    pub fn page_css(&self) -> String {
        let css = self.assets.bytes("page.css").expect("every theme has page.css");
        String::from_utf8_lossy(css).into_owned()
    }

    /// The address of the practice's logo.
    pub(super) fn logo(&self, practice: &Practice) -> Option<String> {
        self.assets.url(practice.site.theme.logo.as_ref()?)
    }

    /// Its files that are not templates, as they are published.
    pub fn files(&self) -> impl Iterator<Item = &OpenFile> {
        self.assets.files()
    }

    /// The address of the stylesheet for open pages.
    ///
    /// # Panics
    /// Never: the built-in theme has the file, and a theme can only replace it.
    pub fn open_style(&self) -> String {
        self.assets.url("open.css").expect("every theme has open.css")
    }

    fn new(
        templates: BTreeMap<String, Source>,
        assets: Assets,
        practice: &Practice,
        mistakes: &mut Vec<Mistake>,
    ) -> Result<Self, Mistakes> {
        let taken = taken(&templates, practice);
        let Some(marks) = Marks::avoiding(&taken) else { return Err(no_room(Path::new("themes")).into()) };
        let layout = template::layout(&assets);
        let mut ids = HeadingIds::default();
        for source in templates.values() {
            ids.reserve(source.text());
        }
        let people = People::of(practice.members.values());
        let mut theme = Self { text: template::text(marks), layout, marks, taken, assets, templates, ids, people };
        for (name, source) in &theme.templates {
            if let Err(mistake) = template::check(source) {
                mistakes.push(mistake);
                continue;
            }
            for environment in [&mut theme.layout, &mut theme.text] {
                if let Err(error) = environment.add_template_owned(name.clone(), source.text().to_owned()) {
                    mistakes.push(template::mistake(&error, source, &theme.templates));
                    break;
                }
            }
        }
        Ok(theme)
    }

    /// The environment and marks for a page with this text: the common ones, but for a page that uses their characters.
    pub(super) fn text_for(&self, page: &Source) -> Result<Option<(Environment<'static>, Marks)>, Mistake> {
        if !self.marks.left_in(page.text()) {
            return Ok(None);
        }
        let mut taken = self.taken.clone();
        taken.extend(private_use(page.text()));
        let marks = Marks::avoiding(&taken).ok_or_else(|| no_room(page.file()))?;
        let mut environment = template::text(marks);
        for (name, source) in &self.templates {
            // It compiled when the theme was read.
            drop(environment.add_template_owned(name.clone(), source.text().to_owned()));
        }
        Ok(Some((environment, marks)))
    }

    /// Whether a template is as heldspace brings it.
    pub(super) fn is_built_in(&self, name: &str) -> bool {
        let own = BuiltIn::get(name).zip(self.templates.get(name));
        own.is_some_and(|(file, source)| *file.data == *source.text().as_bytes())
    }

    /// Whether one of its templates speaks of a file of this name.
    pub fn mentions(&self, name: &str) -> bool {
        self.templates.values().any(|source| source.text().contains(name))
    }

    pub(super) fn sources(&self) -> &dyn Sources {
        &self.templates
    }
}

impl Sources for BTreeMap<String, Source> {
    fn source(&self, name: &str) -> Option<&Source> {
        self.get(name)
    }

    fn names(&self) -> Vec<&str> {
        self.keys().map(String::as_str).collect()
    }
}

/// A file of the theme, and where it would be in the practice.
struct File {
    path: PathBuf,
    bytes: Vec<u8>,
}

/// A file of the built-in theme, by its path there.
pub struct BuiltInFile {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// All of them, templates for new pages too.
pub fn built_in_theme() -> Vec<BuiltInFile> {
    let file = |name: Cow<'static, str>| {
        let bytes = BuiltIn::get(&name)?.data.into_owned();
        Some(BuiltInFile { name: name.into_owned(), bytes })
    };
    let mut files: Vec<_> = BuiltIn::iter().filter_map(file).collect();
    files.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    files
}

/// A file of the practice's own theme.
pub(super) fn file(practice: &Practice, name: &str) -> PathBuf {
    folder(practice).join(name)
}

/// What is wrong with the logo that `site.toml` names.
fn no_logo(logo: &str, picture: Option<&Vec<u8>>, practice: &Practice) -> Option<Mistake> {
    let Some(bytes) = picture else {
        let what = format!("the theme has no `{logo}` for a logo");
        let hint = format!("put the picture into {}", folder(practice).display());
        return Some(Mistake::whole("site.toml", what, hint));
    };
    let is_picture = if ending(logo) == "svg" {
        std::str::from_utf8(bytes).is_ok_and(|text| text.contains("<svg"))
    } else {
        bytes.starts_with(b"\x89PNG\r\n\x1a\n")
    };
    let kind = ending(logo).to_ascii_uppercase();
    let hint = "open it in a program for pictures, and save it as PNG or SVG; a name with another ending is not enough";
    (!is_picture).then(|| Mistake::whole(file(practice, logo), format!("no {kind} picture"), hint))
}

fn folder(practice: &Practice) -> PathBuf {
    Path::new("themes").join(&practice.site.theme.name)
}

fn files(practice: &Practice, mistakes: &mut Vec<Mistake>) -> BTreeMap<String, File> {
    let folder = folder(practice);
    let mut files = BTreeMap::new();
    for name in BuiltIn::iter().filter(|name| !name.contains('/')) {
        if let Some(file) = BuiltIn::get(&name) {
            let path = Path::new("themes/default").join(&*name);
            files.insert(name.into_owned(), File { path, bytes: file.data.into_owned() });
        }
    }
    if practice.root.join(&folder).is_symlink() || practice.root.join("themes").is_symlink() {
        mistakes.push(symbolic_link(&folder));
        return files;
    }
    let Ok(entries) = practice.root.join(&folder).read_dir() else {
        if practice.site.theme.name != "default" {
            let hint = "make the folder, or write name = \"default\" below [theme] in site.toml";
            mistakes.push(Mistake::whole(folder, "there is no such theme", hint));
        }
        return files;
    };
    for entry in entries.flatten() {
        match own(practice, &folder.join(entry.file_name())) {
            Ok(Some((name, file))) => drop(files.insert(name, file)),
            Ok(None) => {}
            Err(mistake) => mistakes.push(mistake),
        }
    }
    files
}

/// A file of the practice's own theme; `None` for hidden ones.
fn own(practice: &Practice, path: &Path) -> Result<Option<(String, File)>, Mistake> {
    let name = path.file_name().and_then(|name| name.to_str());
    let Some(name) = name else {
        return Err(Mistake::whole(path, "a name that is not UTF-8", "give it another name"));
    };
    let meta = practice.root.join(path).symlink_metadata();
    if is_left_out(name) {
        return Ok(None);
    }
    if meta.as_ref().is_ok_and(std::fs::Metadata::is_symlink) {
        return Err(symbolic_link(path));
    }
    if meta.is_ok_and(|meta| meta.is_dir()) {
        // Templates for new pages: no member's page is made of them.
        if name == NEW {
            return Ok(None);
        }
        return Err(Mistake::whole(path, "a folder within a theme", "put its files beside the others"));
    }
    let limit = if is_template(name) { TEXT_LIMIT } else { ASSET_LIMIT };
    let bytes = read_regular(&practice.root, path, limit)?;
    Ok(Some((name.to_owned(), File { path: path.to_owned(), bytes })))
}

fn is_template(name: &str) -> bool {
    ["html", "md", "txt"].contains(&ending(name).as_str())
}

fn source((name, file): (String, File), mistakes: &mut Vec<Mistake>) -> Option<(String, Source)> {
    let Ok(text) = String::from_utf8(file.bytes) else {
        mistakes.push(Mistake::whole(file.path, "not UTF-8 text", "save the file with the encoding UTF-8"));
        return None;
    };
    Some((name, Source::new(file.path, text.replace("\r\n", "\n"))))
}

/// The private use characters in everything that any page may print.
fn taken(templates: &BTreeMap<String, Source>, practice: &Practice) -> BTreeSet<u32> {
    let identity = &practice.site.practice;
    let names = practice.members.values().map(|member| member.name.as_str());
    let texts = templates.values().map(Source::text).chain(names).chain([identity.name.as_str(), &identity.therapist]);
    texts.flat_map(private_use).collect()
}

fn no_room(file: &Path) -> Mistake {
    Mistake::whole(file, "uses nearly all private use characters of Unicode", "leave some of them out")
}
