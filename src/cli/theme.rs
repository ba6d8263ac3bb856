//! `theme`: the files that make pages look as they do, and how to have them of one's own.

use std::path::Path;

use clap::Subcommand;
use serde_json::json;

use super::{Common, Failure, Terminal, context};
use crate::{
    practice::{
        files::FileError,
        together::{self, NewFile},
    },
    render::{BuiltInFile, built_in_theme},
    visible::visible_line,
};

/// Look at the theme's files, or write the built-in ones out to change them
///
/// What lies in themes/NAME takes the place of the built-in file of that name, file by file; the rest stays built in, and
/// so goes on getting better with each version. Colours alone need no file: [theme.colours] in site.toml.
///
/// Examples:
///   heldspace theme list
///   heldspace theme eject open.css
#[derive(Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Theme {
    /// List the theme's files, and which of them are your own
    ///
    /// Example: heldspace theme list
    #[command(verbatim_doc_comment)]
    List,
    /// Write built-in files into your theme's folder, to change them there; nothing is overwritten
    ///
    /// Examples:
    ///   heldspace theme eject open.css layout.html
    ///   heldspace theme eject
    #[command(verbatim_doc_comment)]
    Eject {
        /// Which files; all of them where none is named
        files: Vec<String>,
    },
}

impl Theme {
    pub fn run(self, common: &Common, terminal: &Terminal) -> Result<(), Failure> {
        match self {
            Self::List => list(common, terminal),
            Self::Eject { files } => eject(&files, common, terminal),
        }
    }
}

fn list(common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let practice = context::practice(common)?;
    let folder = practice.root.join("themes").join(&practice.site.theme.name);
    let files: Vec<_> =
        built_in_theme().into_iter().map(|file| (folder.join(&file.name).is_file(), file.name)).collect();
    let data = files.iter().map(|(own, name)| json!({ "file": name, "own": own })).collect::<Vec<_>>();
    terminal.data(&json!({ "theme": practice.site.theme.name, "files": data }));
    for (own, name) in files {
        let whose = if own { "yours" } else { "built in" };
        terminal.line(format!("  {name:24}{whose}"));
    }
    Ok(())
}

fn eject(names: &[String], common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    let (_home, _lock) = context::locked(common)?;
    let practice = context::practice(common)?;
    let all = built_in_theme();
    let known = || all.iter().map(|file| file.name.clone()).collect();
    if let Some(name) = names.iter().find(|name| !all.iter().any(|file| file.name == **name)) {
        return Err(Failure::NoThemeFile { name: name.clone(), known: known() });
    }
    let own = Path::new("themes").join(&practice.site.theme.name);
    let folder = practice.root.join(&own);
    for file in &all {
        together::refuse_links_above(&practice.root, &own.join(&file.name))?;
    }
    let wanted: Vec<&BuiltInFile> = all.iter().filter(|file| names.is_empty() || names.contains(&file.name)).collect();
    let (there, new): (Vec<_>, Vec<_>) =
        wanted.into_iter().partition(|file| folder.join(&file.name).symlink_metadata().is_ok());
    // Asked for by name, and not to be had: then nothing is written at all.
    if let Some(file) = there.first().filter(|_| !names.is_empty()) {
        return Err(FileError::Exists { path: folder.join(&file.name) }.into());
    }
    let paths: Vec<_> = new.iter().map(|file| own.join(&file.name)).collect();
    let files = paths.iter().zip(&new).map(|(path, file)| NewFile { file: path, bytes: &file.bytes });
    together::write_new(&practice.root, &files.collect::<Vec<_>>())?;
    let shown = visible_line(&folder.display().to_string());
    let listed = |files: &[&BuiltInFile]| files.iter().map(|file| file.name.clone()).collect::<Vec<_>>();
    terminal.data(&json!({ "folder": folder, "written": listed(&new), "kept": listed(&there) }));
    if !there.is_empty() {
        terminal.note(format!("Yours already, and left alone: {}.", listed(&there).join(", ")));
    }
    terminal.line(format!(
        "Written into {shown}: {}.",
        if new.is_empty() { "nothing".into() } else { listed(&new).join(", ") }
    ));
    terminal.note("They count from the next `heldspace build` on. A file that you remove is the built-in one again.");
    Ok(())
}
