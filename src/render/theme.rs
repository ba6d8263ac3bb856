//! The theme: templates and styles, the built-in ones overridden file by file by `themes/<name>/`.

use std::{borrow::Cow, collections::BTreeMap, fmt, path::Path, sync::Arc};

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use rust_embed::Embed;

use super::template::{self, FUEL};
use crate::{
    content::{Mistake, Mistakes},
    practice::Practice,
    viewer::fingerprinted,
};

/// The largest file of a theme.
const FILE_LIMIT: u64 = 1024 * 1024;

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/themes/default/"]
struct BuiltIn;

/// Templates and styles, ready for use.
pub struct Theme {
    environment: Environment<'static>,
    sources: Arc<BTreeMap<String, String>>,
    name: String,
}

impl Theme {
    /// The theme that `site.toml` names.
    pub fn read(practice: &Practice) -> Result<Self, Mistakes> {
        let name = practice.site.theme.clone();
        let mut sources = built_in();
        let own = Path::new("themes").join(&name);
        let mut mistakes = Vec::new();
        if practice.root.join(&own).is_dir() {
            read_folder(&practice.root, &own, &mut sources, &mut mistakes);
        } else if name != "default" {
            let mistake = Mistake::in_file(&own, "is not there, but site.toml names it as the theme");
            mistakes.push(mistake.hint("Make that folder, or write name = \"default\" below [theme]."));
        }
        let mut environment = Environment::new();
        environment.set_syntax(template::syntax());
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        environment.set_fuel(Some(FUEL));
        for (file, text) in sources.iter().filter(|(file, _)| file.ends_with(".html")) {
            if let Err(error) = environment.add_template_owned(file.clone(), text.clone()) {
                mistakes.push(template::mistake(&own.join(file), text, 0, &error));
            }
        }
        Mistakes::or(mistakes, Self { environment, sources: Arc::new(sources), name })
    }

    /// A file of the theme, for an include in a page.
    pub(super) fn sources(&self) -> Arc<BTreeMap<String, String>> {
        Arc::clone(&self.sources)
    }

    /// A whole document from one of the templates.
    pub(super) fn render(&self, template: &str, context: Value) -> Result<String, Mistake> {
        let rendered = self.environment.get_template(template).and_then(|found| found.render(context));
        rendered.map_err(|error| {
            let name = error.name().unwrap_or(template).to_owned();
            let text = self.sources.get(&name).map_or("", String::as_str);
            template::mistake(&Path::new("themes").join(&self.name).join(name), text, 0, &error)
        })
    }

    /// The styles and other files for the open web: path below `public/`, and bytes.
    pub(super) fn assets(&self) -> impl Iterator<Item = (String, Vec<u8>)> + '_ {
        ["open.css", "page.css"].into_iter().map(|name| {
            let bytes = self.style(name).as_bytes().to_vec();
            (fingerprinted(name, &bytes), bytes)
        })
    }

    /// Where the stylesheet of a public page lies.
    pub(super) fn open_style_url(&self) -> String {
        format!("/{}", fingerprinted("open.css", self.style("open.css").as_bytes()))
    }

    /// Where the stylesheet that the viewer puts into an opened page lies.
    pub fn page_style_url(&self) -> String {
        format!("/{}", fingerprinted("page.css", self.style("page.css").as_bytes()))
    }

    fn style(&self, name: &str) -> &str {
        self.sources.get(name).map_or("", String::as_str)
    }
}

impl fmt::Debug for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Theme").field("name", &self.name).finish_non_exhaustive()
    }
}

fn built_in() -> BTreeMap<String, String> {
    let file = |name: Cow<'static, str>| {
        let data = BuiltIn::get(&name).map(|file| file.data).unwrap_or_default();
        (name.into_owned(), String::from_utf8_lossy(&data).into_owned())
    };
    BuiltIn::iter().map(file).collect()
}

/// The practice's own files of a theme: those that the built-in one has, and partial templates besides.
fn read_folder(root: &Path, folder: &Path, sources: &mut BTreeMap<String, String>, mistakes: &mut Vec<Mistake>) {
    let Ok(entries) = std::fs::read_dir(root.join(folder)) else { return };
    for entry in entries.flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        // SECURITY: regular files only; a link could lead anywhere.
        let readable = entry.metadata().is_ok_and(|meta| meta.is_file() && meta.len() <= FILE_LIMIT);
        if name.starts_with('.') || !(name.ends_with(".html") || name.ends_with(".css")) {
            continue;
        }
        let path = folder.join(&name);
        match std::fs::read_to_string(entry.path()) {
            Ok(text) if readable => drop(sources.insert(name, text)),
            _ => mistakes.push(
                Mistake::in_file(&path, "can't be read as a file of a theme")
                    .hint("It must be a regular file of UTF-8 text, at most 1 MiB."),
            ),
        }
    }
}
