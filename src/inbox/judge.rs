//! Whether an answer is what it says, and if not, why not.

use serde::{Deserialize, Serialize};

use super::{People, Person};
use crate::{
    seal::SealedAnswerError,
    wire::{Answer, AnswerError, Envelope, MailboxId, SignatureError},
};

/// Why something was not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Larger than any answer.
    Size,
    /// The bytes are not those that the name stands for.
    Damaged,
    /// It does not open with the practice's keys.
    Sealed,
    /// Opened, it is no answer at all.
    Shape,
    /// Another key signed it.
    Forged,
    /// Somebody else's answer.
    Moved,
    /// Signed by the right key, and not understood.
    Content,
    /// Another answer has this id.
    Twice,
}

impl Why {
    /// For the therapist, after "… in Maya's mailbox: ".
    pub fn text(self, name: &str) -> String {
        match self {
            Self::Size => "it is larger than any answer can be".into(),
            Self::Damaged => "it was damaged at the host, or changed there. It is fetched again each time".into(),
            Self::Sealed => "it does not open with your keys: it is damaged, or was never meant for you".into(),
            Self::Shape => "it is no answer. Whoever knows your address for answers can make such a thing".into(),
            Self::Forged => format!("someone put this there who is not {name}: the signature is not theirs"),
            Self::Moved => format!("another member sent it, and your host put it into the mailbox of {name}"),
            Self::Content => {
                format!(
                    "{name} sent it, but this heldspace does not understand it: install the newest one, and fetch again"
                )
            }
            Self::Twice => format!(
                "{name} has sent another answer under the same number; the first one counts. Ask them, if it matters"
            ),
        }
    }
}

/// The answer, if whoever has this mailbox signed it for it.
///
/// SECURITY: whoever knows the practice's recipient can seal to it. Who signed is the one thing that counts.
pub(super) fn judge(
    opened: Result<Envelope, SealedAnswerError>,
    mailbox: &MailboxId,
    person: &Person,
    people: &People,
) -> Result<Answer, Why> {
    let envelope = opened.map_err(|error| match error {
        SealedAnswerError::Size => Why::Size,
        SealedAnswerError::Name => Why::Damaged,
        SealedAnswerError::Open(_) => Why::Sealed,
        SealedAnswerError::Shape(_) => Why::Shape,
    })?;
    Answer::open(&envelope, mailbox, &person.key).map_err(|error| match error {
        AnswerError::Signature(SignatureError::Forged) if is_of_another(&envelope, people) => Why::Moved,
        AnswerError::Signature(SignatureError::Forged) => Why::Forged,
        AnswerError::Signature(SignatureError::Content { .. }) | AnswerError::Size | AnswerError::Mailbox => {
            Why::Content
        }
        AnswerError::Signature(_) => Why::Shape,
    })
}

/// Whether somebody else signed it, for their own mailbox.
fn is_of_another(envelope: &Envelope, people: &People) -> bool {
    let Ok(claimed) = envelope.peek::<Answer>() else { return false };
    let person = people.of_mailbox(&claimed.mailbox);
    person.is_some_and(|person| Answer::open(envelope, &claimed.mailbox, &person.key).is_ok())
}
