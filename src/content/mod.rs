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
