//! From when to when each version could be read.

use std::collections::{HashMap, HashSet};

use super::{NotedObject, NotedPage};
use crate::wire::{MailboxId, ObjectName, UnixTime};

/// One version of a page, and when the owner of a mailbox could read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span<'a> {
    pub mailbox: MailboxId,
    pub page: &'a NotedPage,
    pub from: UnixTime,
    /// None: they still can.
    pub until: Option<UnixTime>,
}

/// Spans of objects, as they come about.
#[derive(Debug, Default)]
pub(super) struct Spans {
    open: HashMap<ObjectName, UnixTime>,
    over: Vec<(ObjectName, UnixTime, UnixTime)>,
}

impl Spans {
    /// Members can read these now; once the release is whole, nothing else.
    pub(super) fn reached(&mut self, objects: &HashSet<ObjectName>, time: UnixTime, whole: bool) {
        for object in objects {
            self.open.entry(*object).or_insert(time);
        }
        if whole {
            let over = self.open.extract_if(|object, _| !objects.contains(object));
            self.over.extend(over.map(|(object, from)| (object, from, time)));
        }
    }

    /// Those of some mailboxes, by beginning.
    pub(super) fn of<'a>(
        &self,
        objects: &'a HashMap<ObjectName, NotedObject>,
        is_theirs: impl Fn(&MailboxId) -> bool,
    ) -> Vec<Span<'a>> {
        let span = |object: &ObjectName, from, until| {
            let noted = objects.get(object).filter(|noted| is_theirs(&noted.mailbox))?;
            Some(Span { mailbox: noted.mailbox, page: noted.page.as_ref()?, from, until })
        };
        let over = self.over.iter().filter_map(|(object, from, until)| span(object, *from, Some(*until)));
        let open = self.open.iter().filter_map(|(object, from)| span(object, *from, None));
        let mut spans: Vec<_> = over.chain(open).collect();
        spans.sort_by(|a, b| (a.from, a.mailbox, &a.page.file).cmp(&(b.from, b.mailbox, &b.page.file)));
        spans
    }
}
