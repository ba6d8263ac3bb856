use crate::practice::*;
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Resource,
    Agenda,
    Summary,
    Exercise,
    Checkin,
    Poll,
    Progress,
    Message,
    Note,
}
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct Mistakes(Vec<String>);
impl crate::explain::Explain for Mistakes {}
impl FromIterator<Mistakes> for Mistakes {
    fn from_iter<T: IntoIterator<Item = Self>>(i: T) -> Self {
        Self(i.into_iter().flat_map(|m| m.0).collect())
    }
}
#[derive(PartialEq)]
pub enum Audience {
    Open,
    Library,
    Group(String),
    Member(String),
    Message(Vec<String>),
}
impl Audience {
    pub fn readers<'a>(&self, _p: &'a Practice) -> Vec<&'a Member> {
        todo!()
    }
}
pub struct Page {
    pub file: std::path::PathBuf,
    pub date: Option<jiff::civil::Date>,
    pub order: Option<i64>,
    pub kind: Kind,
    pub audience: Audience,
}
impl Page {
    pub fn identity(&self) -> &str {
        ""
    }
}
pub fn read_pages(_p: &Practice) -> Result<Vec<Page>, Mistakes> {
    todo!()
}
