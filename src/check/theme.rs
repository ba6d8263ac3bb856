//! Files in the theme's folder that take nothing's place, though they were probably meant to.

use std::path::Path;

use crate::{
    content::{Mistake, suggest},
    practice::Practice,
    render::{Theme, built_in_theme},
};

/// Each file whose name is almost one of the built-in theme's: the built-in one goes on being used.
pub(super) fn misnamed(practice: &Practice, theme: &Theme) -> Vec<Mistake> {
    let folder = Path::new("themes").join(&practice.site.theme.name);
    let names: Vec<_> = built_in_theme().into_iter().map(|file| file.name).collect();
    let entries = practice.root.join(&folder).read_dir().into_iter().flatten().flatten();
    let files = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let misnamed = |file: String| {
        if names.contains(&file) || theme.mentions(&file) {
            return None;
        }
        let meant = suggest::nearest(&file, names.iter().map(String::as_str))?;
        let hint = format!("did you mean `{meant}`? Under that name it would be used");
        Some(Mistake::whole(folder.join(file), "nothing uses this file", hint))
    };
    files.filter_map(misnamed).collect()
}
