//! What a template can look at, and whether it looked at its reader.
//!
//! Noted at run time, not guessed from the source: includes, macros and the layout count too.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use minijinja::value::{Enumerator, Object, Value};

use crate::practice::{Member, Practice};

/// The variables of one rendering.
#[derive(Clone)]
pub struct Context {
    values: BTreeMap<&'static str, Value>,
    member: Option<Value>,
    looked: Arc<AtomicBool>,
}

impl Context {
    /// For a page that `member` reads; for an open page there is none.
    pub fn new(practice: &Practice, member: Option<&Member>) -> Self {
        let site = &practice.site.practice;
        let practice_value = Value::from_pairs([("name", site.name.clone()), ("therapist", site.therapist.clone())]);
        let member = member.map(|member| {
            Value::from_pairs([
                ("name", Value::from(member.name.clone())),
                ("groups", Value::from_iter(practice.groups_of(&member.folder))),
            ])
        });
        Self { values: BTreeMap::from([("practice", practice_value)]), member, looked: Arc::default() }
    }

    /// The same reader, with more to show.
    #[must_use]
    pub fn with(mut self, more: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        self.values.extend(more);
        self
    }

    /// Whether anything looked at the reader so far.
    pub fn looked_at_reader(&self) -> bool {
        self.looked.load(Ordering::Relaxed)
    }

    pub fn value(&self) -> Value {
        Value::from_object(self.clone())
    }
}

impl Object for Context {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "member" => {
                self.looked.store(true, Ordering::Relaxed);
                self.member.clone()
            }
            name => self.values.get(name).cloned(),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        // Whoever looks at everything looks at the reader.
        self.looked.store(true, Ordering::Relaxed);
        Enumerator::Str(&["member", "practice"])
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Context(…)")
    }
}
