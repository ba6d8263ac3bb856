//! Why someone can't read a page any more, as far as the practice's folder tells it today.

use std::{fmt, path::Path};

use crate::{
    clock::day_of,
    content::is_hidden_from,
    practice::{Member, Practice},
    record::Withdrawn,
    seal::AudienceKind,
};

/// Why a page went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    MembershipEnded,
    LeftGroup,
    ConsentEnded,
    /// Removed, moved or renamed.
    NoFile,
}

impl Why {
    /// The nearest reason; none where nothing here tells it.
    pub fn of(gone: &Withdrawn<'_>, member: &Member, practice: &Practice) -> Option<Self> {
        let file = Path::new(&gone.page.file);
        let is_over_by = |day| day_of(gone.until).is_some_and(|until| day <= until);
        if !practice.root.join(file).exists() {
            return Some(Self::NoFile);
        }
        if !member.reads(practice.today) && member.closed.is_some_and(|closed| is_over_by(closed.on)) {
            return Some(Self::MembershipEnded);
        }
        if is_hidden_from(member, &gone.page.names, file, practice) {
            return Some(Self::ConsentEnded);
        }
        let mut parts = file.iter().skip(2).filter_map(|part| part.to_str());
        let group = parts.next().filter(|_| gone.page.audience.kind == AudienceKind::Group);
        let left = group.and_then(|group| practice.groups.get(group)?.last_left(&member.folder, practice.today));
        left.filter(|left| is_over_by(left.on)).map(|_| Self::LeftGroup)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MembershipEnded => "their membership ended",
            Self::LeftGroup => "they left the group",
            Self::ConsentEnded => "a consent ended",
            Self::NoFile => "its file was removed, moved or renamed",
        })
    }
}
