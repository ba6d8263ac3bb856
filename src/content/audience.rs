//! Who may read a page: decided by the folder it lies in.

use std::path::Path;

use crate::practice::{Group, Member, Practice};

/// Who may read a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Anyone at all: a page of the library with `public = true`.
    Open,
    /// Every member but those who act for another.
    Library,
    /// The members of a group, by its folder.
    Group(String),
    /// One member, by folder.
    Member(String),
    /// Some members, by folder, each of whom gets a copy and learns of no other.
    Message(Vec<String>),
}

impl Audience {
    /// The members whom it is for today, in the order of their folders; nobody who has left. Of a group's pages, who joined
    /// later than the group began reads those of their own days alone: [`crate::practice::Sight`].
    pub fn readers<'a>(&self, practice: &'a Practice) -> Vec<&'a Member> {
        let named = |names: &[String]| {
            practice.members.values().filter(|member| names.contains(&member.folder)).collect::<Vec<_>>()
        };
        let mut readers = match self {
            Self::Open | Self::Library => practice.members.values().collect(),
            Self::Group(group) => practice.groups.get(group).map(|group| in_group(practice, group)).unwrap_or_default(),
            Self::Member(member) => practice.members.get(member).into_iter().collect(),
            Self::Message(to) => named(to),
        };
        if *self == Self::Library {
            readers.retain(|member| member.acts_for.is_none());
        }
        // SECURITY: whoever has left reads nothing new, wherever their name still stands.
        readers.retain(|member| !member.is_closed(practice.today));
        readers
    }
}

fn in_group<'a>(practice: &'a Practice, group: &Group) -> Vec<&'a Member> {
    practice.members.values().filter(|member| group.sight(&member.folder, practice.today).is_some()).collect()
}

impl Audience {
    /// What readers see of it: nothing that names or counts anyone.
    pub fn shown(&self, practice: &Practice) -> String {
        match self {
            Self::Open | Self::Library => "Library".to_owned(),
            Self::Group(group) => practice.groups.get(group).map_or(group, |group| &group.title).clone(),
            Self::Member(_) | Self::Message(_) => "For you".to_owned(),
        }
    }
}

/// The part of `content/` that a file lies in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    Library,
    Group(&'a str),
    Member(&'a str),
    Messages,
    /// Directly in `content/`, `content/groups/` or `content/members/`.
    Between,
    /// In a folder of `content/` that means nothing.
    Unknown(&'a str),
}

impl<'a> Place<'a> {
    /// Of a path that begins with `content/`.
    pub(crate) fn of(file: &'a Path) -> Self {
        let parts: Vec<&str> = file.iter().skip(1).filter_map(|part| part.to_str()).collect();
        match parts.as_slice() {
            ["library", _, ..] => Self::Library,
            ["messages", _, ..] => Self::Messages,
            ["groups", group, _, ..] => Self::Group(group),
            ["members", member, _, ..] => Self::Member(member),
            [] | [_] | ["groups" | "members", _] => Self::Between,
            [other, ..] => Self::Unknown(other),
        }
    }
}
