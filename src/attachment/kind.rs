//! What kinds of files a page may bring along: by ending and by content, so that neither can say what the other is not.

/// How a file is shown to its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Picture,
    Audio,
    Video,
    /// Something to save, and to open elsewhere.
    File,
}

/// A kind of file that may be given.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    pub form: Form,
    pub media_type: &'static str,
    /// Whether a file that begins so can be of this kind.
    begins: fn(&[u8]) -> bool,
    /// What such a file is, for a person.
    pub name: &'static str,
}

// SECURITY: no HTML, no script, no SVG (which may hold script, and pictures from elsewhere): what a browser would run is
// given to nobody. A kind is added here, in docs/formats.md, and in the viewer's own list.
const KINDS: [(&[&str], Kind); 13] = [
    (&["png"], kind(Form::Picture, "image/png", |head| head.starts_with(b"\x89PNG\r\n\x1a\n"), "a PNG picture")),
    (&["jpg", "jpeg"], kind(Form::Picture, "image/jpeg", |head| head.starts_with(b"\xff\xd8\xff"), "a JPEG picture")),
    (&["gif"], kind(Form::Picture, "image/gif", |head| head.starts_with(b"GIF8"), "a GIF picture")),
    (&["webp"], kind(Form::Picture, "image/webp", |head| riff(head, b"WEBP"), "a WebP picture")),
    (&["mp3"], kind(Form::Audio, "audio/mpeg", is_mp3, "an MP3 recording")),
    (&["m4a"], kind(Form::Audio, "audio/mp4", |head| holds(head, 4, b"ftyp"), "an M4A recording")),
    (&["ogg", "oga", "opus"], kind(Form::Audio, "audio/ogg", |head| head.starts_with(b"OggS"), "an Ogg recording")),
    (&["wav"], kind(Form::Audio, "audio/wav", |head| riff(head, b"WAVE"), "a WAV recording")),
    (&["mp4"], kind(Form::Video, "video/mp4", |head| holds(head, 4, b"ftyp"), "an MP4 film")),
    (&["pdf"], kind(Form::File, "application/pdf", |head| head.starts_with(b"%PDF-"), "a PDF")),
    (&["txt"], kind(Form::File, "text/plain", is_text, "plain text")),
    (&["csv"], kind(Form::File, "text/csv", is_text, "a CSV table")),
    (
        &["docx", "xlsx", "pptx", "odt", "ods", "odp"],
        kind(Form::File, "application/octet-stream", |head| head.starts_with(b"PK\x03\x04"), "an office document"),
    ),
];

const fn kind(form: Form, media_type: &'static str, begins: fn(&[u8]) -> bool, name: &'static str) -> Kind {
    Kind { form, media_type, begins, name }
}

impl Kind {
    /// SECURITY: made here alone. One that somebody brings could name the group, the place and who is invited.
    pub const CALENDAR: Self = kind(Form::File, "text/calendar", is_text, "an appointment");

    /// The kind that this ending promises.
    pub fn of(ending: &str) -> Option<Self> {
        let ending = ending.to_ascii_lowercase();
        KINDS.iter().find(|(endings, _)| endings.contains(&ending.as_str())).map(|(_, kind)| *kind)
    }

    /// Whether the beginning of a file keeps the promise.
    pub fn fits(&self, head: &[u8]) -> bool {
        (self.begins)(head)
    }

    /// All endings, for a hint.
    pub fn endings() -> String {
        KINDS.iter().flat_map(|(endings, _)| endings.iter().copied()).collect::<Vec<_>>().join(", ")
    }
}

fn holds(head: &[u8], at: usize, what: &[u8]) -> bool {
    head.get(at..at + what.len()) == Some(what)
}

fn riff(head: &[u8], form: &[u8]) -> bool {
    head.starts_with(b"RIFF") && holds(head, 8, form)
}

/// With a tag at its beginning, or a frame right away.
fn is_mp3(head: &[u8]) -> bool {
    head.starts_with(b"ID3") || matches!(head, [0xff, second, ..] if second & 0xe0 == 0xe0)
}

/// Text in UTF-8, as far as can be seen; the last character may be cut.
fn is_text(head: &[u8]) -> bool {
    let whole = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    whole && !head.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_would_run_is_no_kind() {
        for ending in
            ["html", "htm", "xhtml", "svg", "js", "mjs", "xml", "toml", "md", "exe", "sh", "ics", "", "tar.gz"]
        {
            assert!(Kind::of(ending).is_none(), "{ending}");
        }
        assert_eq!(Kind::of("JPG").unwrap().media_type, "image/jpeg");
    }

    #[test]
    fn an_ending_alone_makes_nothing_of_a_file() {
        let page = b"<!doctype html><script>alert(1)</script>";
        for ending in ["png", "jpg", "gif", "webp", "mp3", "m4a", "ogg", "wav", "mp4", "pdf", "docx"] {
            assert!(!Kind::of(ending).unwrap().fits(page), "{ending}");
        }
        assert!(Kind::of("txt").unwrap().fits("Größe".as_bytes()));
        assert!(Kind::of("txt").unwrap().fits(&"Größe".as_bytes()[..3]));
        assert!(!Kind::of("csv").unwrap().fits(b"a;b\0c"));
    }
}
