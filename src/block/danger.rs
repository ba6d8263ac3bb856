//! What stands beside questions whose answers may tell of danger, and what has to be there before they are asked.

use super::{Danger, Line};
use crate::{
    content::{At, Fields},
    practice::{HelpLine, Practice},
};

/// Help, and what to expect of the practice. SECURITY: without all of it nobody is asked: an answer would come to a place
/// where no one looks, beside a form that names no one to call.
pub(super) fn of(fields: &mut Fields<'_>, instrument: &At<String>, practice: &Practice) -> Option<Danger> {
    let answers = &practice.site.answers;
    let (Some(hours), Some(window), Some(_), Some(_)) =
        (&answers.hours, answers.window, &answers.line, answers.stand_in_keys())
    else {
        let what = format!(
            "an answer to `{}` may tell of danger, and site.toml does not say yet who looks at it, and when",
            instrument.value
        );
        let hint = format!("write below [answers] in site.toml: {}", answers.lacks().join("; "));
        fields.mistake(&instrument.at, what, hint);
        return None;
    };
    Some(Danger { hours: hours.clone(), window: format!("within {window}"), lines: help_lines(practice) })
}

/// Every number that members are shown, the practice's own last.
pub(crate) fn help_lines(practice: &Practice) -> Vec<Line> {
    let own = practice.site.answers.line.as_ref();
    let others = practice.site.help.lines.iter().filter(|line| own.is_none_or(|own| line.tel() != own.tel()));
    others.chain(own).map(line).collect()
}

fn line(line: &HelpLine) -> Line {
    Line { name: line.name.clone(), number: dialled(&line.number), hours: line.note.clone() }
}

/// A number for people that is one for a telephone as well: no space in it, and hyphens between its groups.
fn dialled(number: &str) -> String {
    let is_part = |c: char| c.is_ascii_digit() || c == '+';
    let groups: Vec<&str> = number.split(|c: char| !is_part(c)).filter(|group| !group.is_empty()).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_can_be_read_and_dialled() {
        assert_eq!(dialled("988"), "988");
        assert_eq!(dialled("(413) 555-0142"), "413-555-0142");
        assert_eq!(dialled("0800 / 111 0 111"), "0800-111-0-111");
        assert_eq!(dialled("+44 (20) 7946-0958"), "+44-20-7946-0958");
    }
}
