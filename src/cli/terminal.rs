//! The one place that prints and asks. stdout is data; everything else goes to stderr.
//!
//! Whatever came from outside (a title, a name, an error's text) is made visible before it reaches a terminal.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

#[cfg(feature = "author")]
use super::Failure;
use crate::visible::{visible, visible_line};

/// Standard output, standard error, and the person in front of them.
#[derive(Clone)]
pub struct Terminal {
    pub json: bool,
    color: bool,
    quiet: bool,
}

impl Terminal {
    pub fn new(json: bool) -> Self {
        // https://no-color.org: present and not empty.
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        // https://bixense.com/clicolors: the older wish for the same.
        let plain = plain || std::env::var_os("CLICOLOR").is_some_and(|value| value == "0");
        let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self { json, color: io::stderr().is_terminal() && !plain && !dumb, quiet: false }
    }

    /// For a step inside another command: errors are returned, and nothing else is said.
    #[cfg(all(feature = "author", feature = "serve"))]
    pub fn quiet() -> Self {
        Self { json: false, color: false, quiet: true }
    }

    /// A line of data for people; nothing under `--json`.
    pub fn line(&self, text: impl AsRef<str>) {
        if !self.json && !self.quiet {
            print(&mut io::stdout().lock(), text.as_ref());
        }
    }

    /// The data for scripts; nothing without `--json`.
    pub fn data(&self, value: &impl Serialize) {
        if self.json {
            let json = serde_json::to_string(value).expect("data is plain JSON");
            print(&mut io::stdout().lock(), &json);
        }
    }

    /// Whether a person looks at what [`Terminal::note`] says, rather than a file or a program.
    #[cfg(feature = "author")]
    pub fn is_watched(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// What is shown once and kept nowhere, for people or for scripts: an error if it was not taken, so that nothing goes on
    /// as if someone had it.
    #[cfg(feature = "author")]
    pub fn once(&self, text: &str, value: &impl Serialize) -> Result<(), Failure> {
        let json = serde_json::to_string(value).expect("data is plain JSON");
        let mut out = io::stdout().lock();
        let shown = writeln!(out, "{}", if self.json { &json } else { text }).and_then(|()| out.flush());
        shown.map_err(Failure::NotShown)
    }

    /// What goes on, for whoever watches.
    pub fn note(&self, text: impl AsRef<str>) {
        if !self.quiet {
            print(&mut io::stderr().lock(), text.as_ref());
        }
    }

    /// An error: what, why, and what to do.
    pub fn failure(&self, failure: &dyn crate::explain::Explain) {
        let mut text = self.style("1;31", "error: ") + &visible(&failure.to_string());
        let mut cause = failure.source();
        while let Some(error) = cause {
            let said = error.to_string();
            if !text.contains(&said) {
                text.push_str(": ");
                text.push_str(&visible(&said));
            }
            cause = error.source();
        }
        if let Some(hint) = failure.hint() {
            text.push_str("\n\n");
            text.push_str(&visible(&hint));
        }
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Text as it is, for a file or another program; made visible for a terminal. Nothing under `--json`.
    #[cfg(feature = "author")]
    pub fn text(&self, text: &str) -> Result<(), Failure> {
        if self.json || self.quiet {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        let shown = if out.is_terminal() { visible(text) } else { text.into() };
        match out.write_all(shown.as_bytes()).and_then(|()| out.flush()) {
            // A reader that has gone away (`| head`) has what it wanted.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::NotShown(error)),
            _ => Ok(()),
        }
    }

    /// A line of a unified diff, coloured where that can be shown. The line is visible already.
    #[cfg(feature = "author")]
    pub fn changed(&self, line: &str) -> String {
        let code = match line.as_bytes() {
            [b'+', ..] => "32",
            [b'-', ..] => "31",
            // Bold rather than a colour: cyan is hard to read on a light ground.
            [b'@', ..] => "1",
            _ => return line.to_owned(),
        };
        if io::stdout().is_terminal() { self.style(code, line) } else { line.to_owned() }
    }

    /// Bold, where that can be shown. The text is made visible.
    pub fn strong(&self, text: &str) -> String {
        let text = visible_line(text);
        if self.color && io::stdout().is_terminal() { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text }
    }

    /// A code to scan from a person's screen; none in a file or a pipe, where it could not be.
    #[cfg(feature = "author")]
    pub fn code(&self, text: &str) -> Option<String> {
        io::stdout().is_terminal().then(|| super::code::code(text, self.color))
    }

    /// How questions look: bold, and red for what can't be taken. The colours that they come with can't be read on a light
    /// ground, and none are wanted where this terminal shows none.
    #[cfg(feature = "author")]
    pub fn dress_questions(&self) {
        use inquire::ui::{Attributes, Color, ErrorMessageRenderConfig, RenderConfig, StyleSheet};
        let plain = RenderConfig::empty();
        let bold = StyleSheet::new().with_attr(Attributes::BOLD);
        let red = ErrorMessageRenderConfig::default_colored().with_message(bold.with_fg(Color::DarkRed));
        inquire::set_global_render_config(if self.color {
            plain.with_answer(bold).with_selected_option(Some(bold)).with_error_message(red)
        } else {
            plain
        });
    }

    fn style(&self, code: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// A progress bar on a terminal, nothing off it.
    #[cfg(feature = "author")]
    pub fn progress(&self, what: &'static str) -> Progress {
        if self.quiet || self.json || !io::stderr().is_terminal() {
            return Progress(indicatif::ProgressBar::hidden());
        }
        let style =
            indicatif::ProgressStyle::with_template("{msg:10} {pos:>5}/{len} {bar:16}").expect("a fixed template");
        let bar = indicatif::ProgressBar::new(0).with_style(style).with_message(what);
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        Progress(bar)
    }
}

/// Whether a person can be asked.
#[cfg(feature = "author")]
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// How far something is.
#[cfg(feature = "author")]
pub struct Progress(indicatif::ProgressBar);

#[cfg(feature = "author")]
impl Progress {
    pub fn set(&self, done: u64, of: u64) {
        self.0.set_length(of);
        self.0.set_position(done);
    }
}

#[cfg(feature = "author")]
impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn print(to: &mut impl Write, text: &str) {
    // A reader that has gone away (`| head`) is no mistake of anyone's.
    let _ = writeln!(to, "{text}");
}
