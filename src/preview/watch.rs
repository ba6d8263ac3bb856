//! Saved files: told by the operating system, and gathered until a save is over.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// An editor writes, renames and sets times in one go: this long after the last of it, a save is over.
const QUIET: Duration = Duration::from_millis(12);
/// A checkout of many files is shown as it goes.
const LONGEST: Duration = Duration::from_millis(120);
/// A new day, and a folder that came and went unseen, are looked for this often.
const IDLE: Duration = Duration::from_secs(30);

/// What is watched: what the author writes, whole; and where a release leaves its traces.
const FOLDERS: [(&str, RecursiveMode); 5] = [
    ("content", RecursiveMode::Recursive),
    ("instruments", RecursiveMode::NonRecursive),
    ("themes", RecursiveMode::Recursive),
    (".heldspace", RecursiveMode::NonRecursive),
    (".heldspace/store", RecursiveMode::NonRecursive),
];

/// Eyes on a practice's folder.
pub struct Watch {
    root: PathBuf,
    watcher: RecommendedWatcher,
    events: UnboundedReceiver<notify::Result<Event>>,
    /// Which of [`FOLDERS`] are watched.
    watched: Vec<&'static str>,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// Something the author wrote.
    Written,
    /// Something was given, or the keys' own files changed.
    Given,
    /// Nothing, for a while.
    Nothing,
    /// Changes are not told any more.
    Blind(String),
}

impl Watch {
    pub fn new(root: &Path) -> notify::Result<Self> {
        // The operating system tells real paths.
        let root = root.canonicalize().map_err(notify::Error::io)?;
        let (tell, events): (UnboundedSender<_>, _) = unbounded_channel();
        let mut watcher = notify::recommended_watcher(move |event| {
            // Nobody listens any more when the preview ends.
            let _ = tell.send(event);
        })?;
        watcher.watch(&root, RecursiveMode::NonRecursive)?;
        let mut watch = Self { root, watcher, events, watched: Vec::new() };
        watch.look_below()?;
        Ok(watch)
    }

    /// Watches the folders that are there now, and were not before.
    fn look_below(&mut self) -> notify::Result<()> {
        for (folder, mode) in FOLDERS {
            let path = self.root.join(folder);
            let is_there = path.is_dir() && !path.is_symlink();
            if is_there && !self.watched.contains(&folder) {
                self.watcher.watch(&path, mode)?;
                self.watched.push(folder);
            }
        }
        Ok(())
    }

    /// Waits for a save to be over.
    pub async fn next(&mut self) -> Seen {
        let Ok(first) = tokio::time::timeout(IDLE, self.events.recv()).await else { return Seen::Nothing };
        let mut seen = self.what(first);
        if seen == Seen::Nothing {
            return seen;
        }
        let end = tokio::time::Instant::now() + LONGEST;
        while let Ok(more) = tokio::time::timeout(QUIET, self.events.recv()).await {
            seen = worse(seen, self.what(more));
            if tokio::time::Instant::now() >= end || matches!(seen, Seen::Blind(_)) {
                break;
            }
        }
        seen
    }

    fn what(&mut self, event: Option<notify::Result<Event>>) -> Seen {
        let event = match event {
            None => return Seen::Blind("the watcher has ended".to_owned()),
            Some(Err(error)) => return Seen::Blind(error.to_string()),
            Some(Ok(event)) => event,
        };
        if matches!(event.kind, EventKind::Access(_)) {
            return Seen::Nothing;
        }
        let is_about = |folder: &str| event.paths.iter().any(|path| *path == self.root.join(folder));
        let changed: Vec<&str> = FOLDERS.iter().map(|(folder, _)| *folder).filter(|folder| is_about(folder)).collect();
        if !changed.is_empty() {
            // One that came again is another folder now; what is gone is not watched any more.
            for folder in &changed {
                let _ = self.watcher.unwatch(&self.root.join(folder));
            }
            self.watched.retain(|folder| !changed.contains(folder));
            if let Err(error) = self.look_below() {
                return Seen::Blind(error.to_string());
            }
        }
        let whole = event.need_rescan() || event.paths.is_empty();
        let seen = event.paths.iter().map(|path| self.matters(path)).fold(Seen::Nothing, worse);
        if whole { Seen::Given } else { seen }
    }

    fn matters(&self, path: &Path) -> Seen {
        let Ok(path) = path.strip_prefix(&self.root) else { return Seen::Nothing };
        let mut parts = path.iter().filter_map(|part| part.to_str());
        match (parts.next(), parts.next()) {
            (Some("content" | "instruments" | "themes"), _) | (Some("site.toml" | "register.toml"), None) => {
                Seen::Written
            }
            // The record before all else, the head after it.
            (Some(".heldspace"), Some("record.log" | "keyrings")) => Seen::Given,
            (Some(".heldspace"), Some("store")) if path.ends_with("head.json") => Seen::Given,
            _ => Seen::Nothing,
        }
    }
}

fn worse(one: Seen, other: Seen) -> Seen {
    match (one, other) {
        (Seen::Blind(why), _) | (_, Seen::Blind(why)) => Seen::Blind(why),
        (Seen::Given, _) | (_, Seen::Given) => Seen::Given,
        (Seen::Written, _) | (_, Seen::Written) => Seen::Written,
        (Seen::Nothing, Seen::Nothing) => Seen::Nothing,
    }
}
