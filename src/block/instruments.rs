//! All instruments: those that come with heldspace, and the practice's own in `instruments/`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use super::Instrument;
use crate::{
    content::{Mistake, Source, is_left_out, suggest, symbolic_link},
    practice::is_folder_name,
};

const BUILT_IN: [(&str, &str); 3] = [
    ("gad-7", include_str!("instruments/gad-7.toml")),
    ("how-was-group", include_str!("instruments/how-was-group.toml")),
    ("phq-9", include_str!("instruments/phq-9.toml")),
];

static OURS: LazyLock<BTreeMap<String, Instrument>> = LazyLock::new(|| {
    let read = |(name, text): (&str, &str)| {
        let instrument = Instrument::read(&Source::new(format!("{name}.toml"), text));
        (name.to_owned(), instrument.expect("an embedded instrument is tested"))
    };
    BUILT_IN.into_iter().map(read).collect()
});

/// Instruments by name.
#[derive(Debug, Clone, Default)]
pub struct Instruments {
    own: BTreeMap<String, Instrument>,
}

impl Instruments {
    /// With those in `instruments/` of the practice at `root`.
    pub(crate) fn read(root: &Path, mistakes: &mut Vec<Mistake>) -> Self {
        let folder = Path::new("instruments");
        if root.join(folder).is_symlink() {
            mistakes.push(symbolic_link(folder));
            return Self::default();
        }
        let Ok(entries) = root.join(folder).read_dir() else { return Self::default() };
        let files = entries.flatten().map(|entry| folder.join(entry.file_name()));
        let mut files: Vec<PathBuf> = files.filter(|file| file.extension().is_some_and(|end| end == "toml")).collect();
        files.sort_unstable();
        let mut own = BTreeMap::new();
        for file in files {
            match read(root, &file) {
                Ok(Some((name, instrument))) => drop(own.insert(name, instrument)),
                Ok(None) => {}
                Err(more) => mistakes.extend(more),
            }
        }
        Self { own }
    }

    pub fn find(&self, name: &str) -> Option<&Instrument> {
        OURS.get(name).or_else(|| self.own.get(name))
    }

    /// What to write instead of a name that is none.
    pub(super) fn hint(&self, name: &str) -> String {
        suggest::hint(name, "instruments", OURS.keys().chain(self.own.keys()).map(String::as_str))
    }
}

/// The instrument in a file; none in a hidden one.
fn read(root: &Path, file: &Path) -> Result<Option<(String, Instrument)>, Vec<Mistake>> {
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if is_left_out(&name) {
        return Ok(None);
    }
    if !is_folder_name(&name) {
        let hint = "name the file with a–z, 0–9 and hyphens alone: its name is what a check-in asks for";
        return Err(vec![Mistake::whole(file, "not a name for an instrument", hint)]);
    }
    // SECURITY: words that everyone knows by this name are these words.
    if OURS.contains_key(&name) {
        let what = format!("`{name}` is the name of an instrument that comes with heldspace");
        return Err(vec![Mistake::whole(file, what, format!("give the file another name, such as {name}-de.toml"))]);
    }
    let source = Source::read(root, file).map_err(|mistake| vec![mistake])?;
    Instrument::read(&source).map(|instrument| Some((name, instrument)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::{Choice, Question};

    #[test]
    fn each_instrument_of_ours_is_whole() {
        assert_eq!(OURS.len(), BUILT_IN.len());
        let safety =
            |name: &str| OURS[name].items.iter().filter(|item| item.safety).map(|item| item.id.as_str()).collect();
        let (phq, gad): (Vec<_>, Vec<_>) = (safety("phq-9"), safety("gad-7"));
        assert_eq!((phq, gad), (vec!["9"], Vec::new()));
        assert!(!OURS["how-was-group"].is_scored && OURS["how-was-group"].items.len() == 4);
    }

    #[test]
    fn the_words_are_the_published_ones() {
        let phq = &OURS["phq-9"];
        let asked: Vec<_> = phq.items.iter().map(|item| item.label.as_str()).collect();
        let published = [
            "Little interest or pleasure in doing things",
            "Feeling down, depressed, or hopeless",
            "Trouble falling or staying asleep, or sleeping too much",
            "Feeling tired or having little energy",
            "Poor appetite or overeating",
            "Feeling bad about yourself — or that you are a failure or have let yourself or your family down",
            "Trouble concentrating on things, such as reading the newspaper or watching television",
            "Moving or speaking so slowly that other people could have noticed? Or the opposite — being so fidgety or restless that you have been moving around a lot more than usual",
            "Thoughts that you would be better off dead or of hurting yourself in some way",
            "If you checked off any problems, how difficult have these problems made it for you to do your work, take care of things at home, or get along with other people?",
        ];
        assert_eq!(asked, published);
        let Question::Choice { options, several: false } = &phq.items[0].asks else { panic!("one of four") };
        let options: Vec<_> = options.iter().map(|Choice { label, value, .. }| (label.as_str(), *value)).collect();
        let published =
            [("Not at all", 0), ("Several days", 1), ("More than half the days", 2), ("Nearly every day", 3)];
        assert_eq!(options, published.map(|(label, value)| (label, Some(value))));
    }
}
