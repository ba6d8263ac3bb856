//! Why a file can't be given with a page, in words for the page's author.

use crate::content::made_visible;

/// What is wrong with a link to something beside a page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttachmentError {
    #[error("`{}` leads out of content/", made_visible(.link))]
    Outside { link: String },
    #[error("`{}` is no path", made_visible(.link))]
    NoPath { link: String },
    #[error("there is no file `{}`", made_visible(.file))]
    Missing { file: String, near: Option<String> },
    #[error("`{}` is among your own notes, which are given to nobody", made_visible(.file))]
    Own { file: String },
    #[error("`{}` belongs to {whose}", made_visible(.file))]
    Elsewhere { file: String, whose: String },
    #[error("`{}` is of no kind that can be given", made_visible(.file))]
    Kind { file: String, endings: String },
    #[error("`{}` is not {name} inside", made_visible(.file))]
    Inside { file: String, name: &'static str },
    #[error("`{}` is damaged, or not {name}", made_visible(.file))]
    Damaged { file: String, name: &'static str },
    #[error("`{}` is no picture", made_visible(.file))]
    NoPicture { file: String },
    #[error("`{}` is empty", made_visible(.file))]
    Empty { file: String },
    #[error("`{}` is larger than {mib} MiB", made_visible(.file))]
    Large { file: String, mib: u64 },
    #[error("`{}` can't be read: {why}", made_visible(.file))]
    Unreadable { file: String, why: String },
    #[error("more than {most} files with one page")]
    Many { most: usize },
    #[error("`{}` was changed while it was being sealed", made_visible(.file))]
    Changed { file: String },
}

impl AttachmentError {
    pub fn hint(&self) -> String {
        match self {
            Self::Outside { .. } => "copy the file into the folder of this page, and link to it there".into(),
            Self::NoPath { .. } => "write it with `/`, as it is seen from this page: pictures/leaf.jpg".into(),
            Self::Missing { near: Some(near), .. } => format!("did you mean `{}`?", made_visible(near)),
            Self::Missing { near: None, .. } => "put it there, or correct the link; %20 stands for a space".into(),
            Self::Own { .. } => "move it out of the hidden folder or `notes/`, if it is meant for whoever reads this page".into(),
            Self::Elsewhere { .. } => {
                "copy it into the folder of this page, if all who read this page may have it; what every member may have can lie in content/library/".into()
            }
            Self::Kind { endings, .. } => {
                format!("what a browser would run (HTML, scripts, SVG) is given to nobody; kinds: {endings}")
            }
            Self::Inside { .. } => "give the file the ending of what it is, or save it anew".into(),
            Self::Damaged { .. } => "open it in a picture program, and save it anew".into(),
            Self::NoPicture { .. } => "link to it without `!`: [its name](file)".into(),
            Self::Empty { .. } => "save it anew, or take the link out".into(),
            Self::Large { .. } => "make it smaller: export it again at a lower quality, or cut it in two".into(),
            Self::Unreadable { .. } => "check its owner and permissions; links to other folders are not followed".into(),
            Self::Many { .. } => "split the page in two".into(),
            Self::Changed { .. } => "run the command again once it is saved".into(),
        }
    }
}
