//! What a template can see: the member it is rendered for, and the practice.
//!
//! The context notes at run time whether anyone asked for the member, so that a page that never does is rendered once.
//! That is never guessed from the source: guessing misses what an include looks at.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use minijinja::{
    Error, ErrorKind, Value,
    value::{Enumerator, Object, ObjectRepr},
};

use crate::practice::{Member, Practice};

/// The fields of `member` and `practice`, for suggestions.
pub(super) const MEMBER: [&str; 2] = ["name", "groups"];
pub(super) const PRACTICE: [&str; 2] = ["name", "therapist"];
/// What documents of the theme are given besides, some of them one, some another.
pub(super) const DOCUMENT: [&str; 11] =
    ["audience", "content", "date", "dir", "help", "lang", "logo", "pages", "session", "style", "title"];
/// Says that a page for everyone asked for a member.
pub(super) const NO_MEMBER: &str = "this page is open to everyone, so there is no `member` to look at";

/// Whether a template looked at the member, and which groups it asked about.
#[derive(Debug, Clone, Default)]
pub(super) struct Looked {
    at_member: Arc<AtomicBool>,
    groups: Arc<Mutex<BTreeSet<String>>>,
}

impl Looked {
    pub(super) fn at_member(&self) -> bool {
        self.at_member.load(Ordering::Relaxed)
    }

    /// The groups that were asked about, whether there are such or not.
    pub(super) fn for_groups(&self) -> BTreeSet<String> {
        self.groups.lock().map(|asked| asked.clone()).unwrap_or_default()
    }

    fn note_group(&self, name: &str) {
        if let Ok(mut asked) = self.groups.lock() {
            asked.insert(name.to_owned());
        }
    }

    pub(super) fn note(&self) {
        self.at_member.store(true, Ordering::Relaxed);
    }
}

/// The variables of one rendering.
#[derive(Debug)]
struct Context {
    looked: Looked,
    /// `None` on pages that are open to everyone.
    member: Option<Value>,
    others: BTreeMap<&'static str, Value>,
}

/// The context of a template that sees `member`, the practice and `others`.
pub(super) fn context(
    member: Option<&Member>,
    practice: &Practice,
    looked: &Looked,
    others: impl IntoIterator<Item = (&'static str, Value)>,
) -> Value {
    let mut others: BTreeMap<_, _> = others.into_iter().collect();
    others.insert("practice", practice_value(practice));
    let member = member.map(|member| Value::from_object(Reader::new(member, practice, looked)));
    Value::from_object(Context { looked: looked.clone(), member, others })
}

fn practice_value(practice: &Practice) -> Value {
    let identity = &practice.site.practice;
    Value::from_pairs([("name", &identity.name), ("therapist", &identity.therapist)])
}

impl Object for Context {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        if key != "member" {
            return self.others.get(key).cloned();
        }
        self.looked.note();
        Some(self.member.clone().unwrap_or_else(|| Error::new(ErrorKind::InvalidOperation, NO_MEMBER).into()))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        // Whoever lists everything has seen the member too.
        self.looked.note();
        Enumerator::Str(&["member", "practice"])
    }
}

/// A member as templates see one: nothing but what is theirs to read.
struct Reader {
    name: String,
    groups: Arc<Groups>,
}

impl Reader {
    fn new(member: &Member, practice: &Practice, looked: &Looked) -> Self {
        let names = practice.groups_of(&member.folder).into_iter().map(ToOwned::to_owned).collect();
        Self { name: member.name.clone(), groups: Arc::new(Groups { names, looked: looked.clone() }) }
    }
}

impl Object for Reader {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "name" => Some(Value::from(&self.name)),
            "groups" => Some(Value::from_dyn_object(Arc::clone(&self.groups))),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&MEMBER)
    }

    /// `{{ member }}` is the name.
    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

// SECURITY: nothing of a member reaches a log through `{:?}`.
impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("member")
    }
}

/// A member's groups: a list that is asked `"grief" in member.groups`, and notes what it was asked. A name that is misspelt
/// would be no mistake to a list, and whoever is meant would miss what stands there.
struct Groups {
    names: Vec<String>,
    looked: Looked,
}

impl Object for Groups {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        if let Some(number) = key.as_usize() {
            return self.names.get(number).map(Value::from);
        }
        let name = key.as_str()?;
        self.looked.note_group(name);
        self.names.iter().find(|known| *known == name).map(Value::from)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.names.iter().map(Value::from).collect())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.names, f)
    }
}

impl fmt::Debug for Groups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("groups")
    }
}
