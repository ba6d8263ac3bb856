//! `[answers]`: who reads what members send, and when; and who is there when an answer worries.
//!
//! Nothing of it is needed to ask how an evening was. An instrument that may tell of danger needs all of it:
//! [`Answers::lacks`].

use std::fmt;

use super::{HelpLine, line};
use crate::{
    content::{At, Fields},
    practice::member::is_address,
    seal::StandInKeys,
};

const LONGEST: i64 = 14 * 24;

/// What members are told before they answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// As it goes on after "it is read": "by Thursday evening".
    pub read: Option<String>,
    /// When somebody looks at answers: "Monday to Friday, 9:00 to 17:00".
    pub hours: Option<String>,
    /// Within which time somebody has looked at an answer that worries.
    pub window: Option<Window>,
    /// The practice's own number.
    pub line: Option<HelpLine>,
    pub stand_in: Option<StandIn>,
}

/// Some hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub hours: u16,
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // "24 hours" is more exact than "1 day".
        let in_days = self.hours > 24 && self.hours.is_multiple_of(24);
        let (number, unit) = if in_days { (self.hours / 24, "day") } else { (self.hours, "hour") };
        write!(f, "{number} {unit}{}", if number == 1 { "" } else { "s" })
    }
}

/// Who looks when the therapist can't.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    pub name: String,
    pub email: String,
    /// What answers are sealed to beside the practice's own, and what lets them in at the gate; none before they have made
    /// a key.
    pub keys: Option<StandInKeys>,
}

impl Answers {
    /// The keys of who stands in, if there is someone who could open anything.
    pub fn stand_in_keys(&self) -> Option<&StandInKeys> {
        self.stand_in.as_ref()?.keys.as_ref()
    }

    /// What has to be written down before anyone is asked for an answer that may tell of danger.
    pub fn lacks(&self) -> Vec<&'static str> {
        let lacks = [
            (self.line.is_none(), "the practice's own line: [answers.line] with name and number"),
            (self.hours.is_none(), "hours = \"Monday to Friday, 9:00 to 17:00\""),
            (self.window.is_none(), "window = \"24 hours\""),
            (self.stand_in.is_none(), "who stands in: [answers.stand_in] with name and email"),
            (
                self.stand_in_keys().is_none(),
                "the key of who stands in: `heldspace standin key` on their machine makes it, `heldspace standin add` here takes it",
            ),
        ];
        lacks.into_iter().filter(|(is_lacking, _)| *is_lacking).map(|(_, what)| what).collect()
    }
}

pub(super) fn read(mut fields: Fields<'_>) -> Answers {
    let read = fields.short_text("read").map(|text| text.value);
    let hours = fields.short_text("hours").map(|text| text.value);
    let window = fields.text("window").and_then(|text| window(&mut fields, &text));
    let line = fields.table("line").and_then(line);
    let stand_in = fields.table("stand_in").and_then(stand_in);
    fields.finish();
    Answers { read, hours, window, line, stand_in }
}

fn window(fields: &mut Fields<'_>, text: &At<String>) -> Option<Window> {
    let span = text.value.split_once(' ').and_then(|(number, unit)| {
        let hours = match unit {
            "hour" | "hours" => 1,
            "day" | "days" => 24,
            _ => return None,
        };
        number.parse::<i64>().ok()?.checked_mul(hours)
    });
    let hours = span.filter(|hours| (1..=LONGEST).contains(hours)).and_then(|hours| u16::try_from(hours).ok());
    if hours.is_none() {
        let hint = "write \"24 hours\" or \"2 days\": from one hour to 14 days";
        fields.mistake(&text.at, format!("`{}` is no time to wait", text.value), hint);
    }
    hours.map(|hours| Window { hours })
}

fn stand_in(mut fields: Fields<'_>) -> Option<StandIn> {
    let name = fields.required_text("name", "name = \"Dana Roe\"");
    let email = fields.required_text("email", "email = \"dana@example.org\"");
    let email = email.filter(|email| {
        let is_one = is_address(&email.value);
        if !is_one {
            let hint = "write one address alone, such as dana@example.org";
            fields.mistake(&email.at, "not an e-mail address", hint);
        }
        is_one
    });
    let keys = fields.text("key").and_then(|text| match text.value.parse::<StandInKeys>() {
        Ok(keys) => Some(keys),
        Err(error) => {
            let hint = "copy it whole: one long word that begins with heldspace-standin-1";
            fields.mistake(&text.at, format!("`key`: {error}"), hint);
            None
        }
    });
    fields.finish();
    Some(StandIn { name: name?.value, email: email?.value, keys })
}
