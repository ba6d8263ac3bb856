//! A practice in a temporary folder, built line by line.

use std::{fs, path::Path};

use heldspace::{
    check,
    content::{Mistakes, Survey},
    render::{OpenFile, Rendering, Theme, open_site, render_page},
};
use tempfile::TempDir;

/// A `site.toml` with nothing to complain about.
pub(crate) const SITE: &str = r#"
[practice]
name = "Larch Lane"
language = "en"
therapist = "Ines"
[address]
links = "https://pages.example.org"
[help]
intro = "Someone is there day and night:"
[[help.lines]]
name = "Lifeline"
number = "988"
"#;

/// The folder of a practice; it goes away with this.
pub(crate) struct Draft {
    folder: TempDir,
}

impl Draft {
    /// A practice with nobody in it.
    pub(crate) fn empty() -> Self {
        let site = Self { folder: TempDir::new().unwrap() };
        fs::create_dir(site.root().join("content")).unwrap();
        site.file("site.toml", SITE)
    }

    /// Anna and Ben, who meet in `grief`.
    pub(crate) fn new() -> Self {
        Self::empty().member("anna", "Anna").member("ben", "Ben").group("grief", "Tuesday group", &["anna", "ben"])
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Any name: it is quoted for TOML.
    pub(crate) fn member(self, folder: &str, name: &str) -> Self {
        let text = format!("name = {}\nemail = \"{folder}@example.org\"\n", serde_json::to_string(name).unwrap());
        self.file(&format!("content/members/{folder}/member.toml"), text)
    }

    pub(crate) fn group(self, folder: &str, title: &str, members: &[&str]) -> Self {
        self.file(
            &format!("content/groups/{folder}/group.toml"),
            format!("title = \"{title}\"\nmembers = {members:?}\n"),
        )
    }

    /// Every mistake there is, rendering included.
    pub(crate) fn mistakes(&self) -> Mistakes {
        let survey = Survey::read(self.root());
        let theme = Theme::read(&survey.practice);
        check::mistakes(&survey, &theme)
    }

    /// Every remark there is.
    pub(crate) fn remarks(&self) -> Mistakes {
        let survey = Survey::read(self.root());
        let theme = Theme::read(&survey.practice).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        check::remarks(&survey.practice, &survey.pages, &theme)
    }

    /// The page `file`, rendered.
    pub(crate) fn rendered(&self, file: &str) -> Result<Rendering, Mistakes> {
        let (practice, pages) = Survey::read(self.root()).finish()?;
        let page = pages.iter().find(|page| page.file == Path::new(file)).expect("the page is there");
        render_page(page, &practice, &Theme::read(&practice)?)
    }

    pub(crate) fn open(&self) -> Result<Vec<OpenFile>, Mistakes> {
        let (practice, pages) = Survey::read(self.root()).finish()?;
        Ok(open_site(&pages, &practice, &Theme::read(&practice)?)?.files)
    }

    /// The open document at `path`, such as `library/x/index.html`.
    pub(crate) fn document(&self, path: &str) -> String {
        let files = self.open().unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let file = files.into_iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no {path}"));
        String::from_utf8(file.bytes).unwrap()
    }
}
