//! YAML into [`Node`]s, without what makes YAML dangerous: anchors are not expanded at all.

use std::{fmt, ops::Range};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::{
    Location, Options, Spanned,
    options::{DuplicateKeyPolicy, MergeKeyPolicy},
};

use super::{
    mistake::Mistake,
    node::{Entry, Node, Shape},
    source::Source,
};

/// Reads the bytes `part` of `source` as a YAML document.
pub(crate) fn parse(source: &Source, part: Range<usize>) -> Result<Node, Vec<Mistake>> {
    let text = &source.text()[part.clone()];
    match serde_saphyr::from_str_with_options::<Spanned<Tree>>(text, options()) {
        Ok(tree) => Ok(node(tree, part.start)),
        Err(error) => Err(vec![syntax(source, &part, &error)]),
    }
}

/// SECURITY: a dozen lines of aliases to aliases can stand for terabytes; front matter needs none, so none is allowed.
fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_aliases: 0, max_anchors: 0, max_depth: 16, max_nodes: 4096 },
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
    }
}

fn syntax(source: &Source, part: &Range<usize>, error: &serde_saphyr::Error) -> Mistake {
    let start = error.location().and_then(|l| l.span().byte_offset()).and_then(|n| usize::try_from(n).ok());
    let start = part.start + start.unwrap_or(0);
    let (what, hint) = explain(error.without_snippet());
    source.mistake(&(start..start + 1), what, hint)
}

fn explain(error: &serde_saphyr::Error) -> (String, &'static str) {
    use serde_saphyr::Error;
    match error {
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            (format!("the key `{key}` stands here twice"), "each key may stand once")
        }
        Error::Budget { .. } | Error::MergeKeyNotAllowed { .. } => (
            "anchors (`&`), aliases (`*`), merged keys (`<<`) and deep nesting are not read here".to_owned(),
            "write each value where it belongs",
        ),
        _ => {
            let text = error.to_string();
            let what = text.split(" at line ").next().unwrap_or_default().lines().next().unwrap_or_default();
            (format!("not YAML: {what}"), "write `key: text`, and put text with `:` or `#` in quotes")
        }
    }
}

/// What is in the YAML, with the places that serde-saphyr gives to whoever asks for [`Spanned`].
enum Tree {
    Leaf(Shape),
    List(Vec<Spanned<Tree>>),
    Table(Vec<(Spanned<String>, Spanned<Tree>)>),
}

fn node(tree: Spanned<Tree>, base: usize) -> Node {
    let at = range(&tree.referenced, base);
    let shape = match tree.value {
        Tree::Leaf(shape) => shape,
        Tree::List(items) => Shape::List(items.into_iter().map(|item| node(item, base)).collect()),
        Tree::Table(entries) => {
            let entry = |(key, value): (Spanned<String>, _)| Entry {
                at: range(&key.referenced, base),
                key: key.value,
                value: node(value, base),
            };
            Shape::Table(entries.into_iter().map(entry).collect())
        }
    };
    Node { at, shape }
}

fn range(location: &Location, base: usize) -> Range<usize> {
    let number = |n: Option<u64>| n.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let start = base + number(location.span().byte_offset());
    start..start + number(location.span().byte_len())
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("front matter")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Leaf(Shape::Boolean(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Leaf(Shape::Integer(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Leaf(i64::try_from(value).map_or(Shape::Other("a number that is too large"), Shape::Integer)))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
        Ok(Tree::Leaf(Shape::Other("a number with a fraction")))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Leaf(Shape::Text(value.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Leaf(Shape::Nothing))
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Leaf(Shape::Nothing))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Tree::Table(entries))
    }
}
