//! The audit log: what happened at the gate, a JSON line for each event, each line chained to the one before it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::{Day, Digest, MailboxId, ObjectName, ServerId, UnixTime};

const HOUR: UnixTime = 60 * 60;

/// The beginning of the hour that `time` lies in: no stored time is finer.
pub const fn hour_of(time: UnixTime) -> UnixTime {
    time - time % HOUR
}

/// What happened, in one word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// A locked keyring was handed out.
    Keyring,
    /// An index was handed out.
    Index,
    /// An object was handed out.
    Object,
    /// A sealed answer came.
    Answer,
    /// A member's own notes were saved.
    Own,
    /// Answers were handed out to whoever stands in.
    StandIn,
    /// A ticket or pass was shown that opened nothing.
    Refused,
    /// More happened in this hour than could be written down.
    Lost,
    /// A word of a later version.
    Other(String),
}

impl What {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Keyring => "keyring",
            Self::Index => "index",
            Self::Object => "object",
            Self::Answer => "answer",
            Self::Own => "own",
            Self::StandIn => "stand-in",
            Self::Refused => "refused",
            Self::Lost => "lost",
            Self::Other(word) => word,
        }
    }
}

impl Serialize for What {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for What {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let word = String::deserialize(d)?;
        let is_word = (1..=32).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        if !is_word {
            return Err(D::Error::custom("expected a word in small letters"));
        }
        let known = [
            Self::Keyring,
            Self::Index,
            Self::Object,
            Self::Answer,
            Self::Own,
            Self::StandIn,
            Self::Refused,
            Self::Lost,
        ];
        Ok(known.into_iter().find(|what| what.as_str() == word).unwrap_or(Self::Other(word)))
    }
}

/// One event, as it stands in the log. Nothing in it is about a person: no address, no device, no path, no ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditLine {
    pub what: What,
    pub mailbox: Option<MailboxId>,
    pub object: Option<ObjectName>,
    /// The beginning of the hour.
    pub time: UnixTime,
    /// SHA-256 of the line before, without its line feed; of a chain's first line, see [`chain_start`].
    pub prev: Digest,
}

impl AuditLine {
    /// Its bytes, without the line feed.
    ///
    /// # Panics
    /// Never: a line is plain JSON.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a line is plain JSON")
    }
}

/// What the first line of a server's chain names as the one before it, so that no chain passes for another server's.
pub fn chain_start(server: ServerId) -> Digest {
    Digest::of(server.to_string().as_bytes())
}

/// `<day>/<server>-<n>.jsonl`: a server's lines of one day, or a part of them. Its files are numbered from 1, over all days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuditFile {
    pub server: ServerId,
    pub number: u32,
    pub day: Day,
}

/// Not a path such as `2026-11-25/0123456789abcdef-1.jsonl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a path such as `2026-11-25/0123456789abcdef-1.jsonl`")]
pub struct AuditFileError;

impl fmt::Display for AuditFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}-{}.jsonl", self.day, self.server, self.number)
    }
}

impl FromStr for AuditFile {
    type Err = AuditFileError;

    fn from_str(path: &str) -> Result<Self, AuditFileError> {
        let parts = || {
            let (day, name) = path.split_once('/')?;
            let (server, number) = name.strip_suffix(".jsonl")?.split_once('-')?;
            Some(Self { server: server.parse().ok()?, number: number.parse().ok()?, day: day.parse().ok()? })
        };
        // One spelling for each file, and so none twice.
        parts().filter(|file| file.number > 0 && file.to_string() == path).ok_or(AuditFileError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_name() {
        let path = "2026-11-25/0123456789abcdef-12.jsonl";
        assert_eq!(path.parse::<AuditFile>().unwrap().to_string(), path);
        for bad in [
            "2026-11-25/0123456789abcdef-0.jsonl",
            "2026-11-25/0123456789abcdef-01.jsonl",
            "2026-11-25/0123456789abcdef-+1.jsonl",
            "2026-11-25/0123456789ABCDEF-1.jsonl",
            "2026-11-31/0123456789abcdef-1.jsonl",
            "2026-11-25/../0123456789abcdef-1.jsonl",
            "0123456789abcdef-1.jsonl",
        ] {
            assert_eq!(bad.parse::<AuditFile>(), Err(AuditFileError), "{bad}");
        }
    }

    #[test]
    fn an_hour_is_the_finest_there_is_and_a_kind_is_a_word() {
        assert_eq!(hour_of(1_795_568_399), 1_795_564_800);
        let line = |what: &str| {
            let prev = Digest::of(b"");
            let json = format!(r#"{{"what":"{what}","mailbox":null,"object":null,"time":0,"prev":"{prev}"}}"#);
            serde_json::from_str::<AuditLine>(&json).map(|line| line.to_json() == json.as_bytes())
        };
        assert!(line("index").unwrap() && line("own-notes").unwrap());
        for bad in ["", "Index", "a b", "=cmd", &"a".repeat(33)] {
            assert!(line(bad).is_err(), "{bad}");
        }
    }
}
