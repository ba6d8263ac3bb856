//! The recovery sheet: 24 words and a code, for paper.

use serde_json::json;

use super::{Failure, Terminal, code::svg};
use crate::{
    keys::Root,
    practice::files::{self, Access},
    seal::key_words,
    wire::{Digest, Epoch, VerifyingKey},
};

/// What is printed once, and kept on paper.
pub struct Sheet {
    words: Vec<&'static str>,
    epoch: Epoch,
    mark: String,
    key: String,
}

/// Tells one practice's sheet from another's; says nothing about the words.
pub fn mark(root: &VerifyingKey) -> String {
    Digest::of(root.as_bytes()).to_string()[..8].to_owned()
}

impl Sheet {
    pub fn of(root: &Root, epoch: Epoch) -> Self {
        Self { words: root.to_words(), epoch, mark: mark(root.keys(1).root()), key: key_words(root.keys(1).root()) }
    }

    /// Shows it, once; an error when nobody can have seen it.
    pub fn print(&self, practice: &std::path::Path, terminal: &Terminal) -> Result<(), Failure> {
        let mut lines = vec![
            "Recovery sheet. Write these 24 words on paper and keep them where you keep things that matter:\n\
             with them and a copy of your folder the practice can be made again; without them, if this\n\
             machine is lost, it cannot. They are shown this once.\n"
                .to_owned(),
        ];
        for (row, words) in self.words.chunks(4).enumerate() {
            let numbered = words.iter().enumerate().map(|(n, word)| format!("{:>2} {word:<10}", row * 4 + n + 1));
            lines.push(format!("  {}", numbered.collect::<String>().trim_end()));
        }
        if let Some(code) = terminal.code(&self.words.join(" ")) {
            lines.push(format!("\n{code}"));
        }
        lines.push(format!(
            "\n  Epoch {}   Sheet {}\n  This practice's key, as members see it: {}\n",
            self.epoch, self.mark, self.key
        ));
        let data = json!({ "practice": practice, "epoch": self.epoch, "sheet": self.mark, "words": self.words });
        terminal.once(&lines.join("\n"), &data)
    }

    /// A page for a printer, for its owner's eyes alone (0600); never over a file that is there.
    pub fn write(&self, path: &std::path::Path) -> Result<(), Failure> {
        Ok(files::write_new(path, self.html().as_bytes(), Access::Secret)?)
    }

    fn html(&self) -> String {
        let code = svg(&self.words.join(" "));
        let words = format!("<li>{}</li>", self.words.join("</li><li>"));
        format!(
            include_str!("sheet.html"),
            words = words,
            code = code,
            epoch = self.epoch,
            mark = self.mark,
            key = self.key
        )
    }
}
