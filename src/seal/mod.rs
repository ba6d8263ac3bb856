//! Sealing: from here on, nobody but the reader and the practice can read.
//!
//! In: a `RenderedPage` (taken by value), a mailbox, the practice's keys. Out: age v1 files, and the index that says
//! which of them a member may open. It must not know a folder, a host or a template. In the order of the code: pad
//! ([`padding`]), seal ([`age_file`], the only file that names a kind of recipient), name ([`object`]), list
//! ([`index`], [`attachment`]), and once a member: [`keyring`] and [`passphrase`]. The way back:
//! [`answer`]. Who stands in is known by two keys: [`stand_in`]. `docs/formats.md` is the specification.

mod age_file;
mod answer;
mod attachment;
mod index;
mod key_words;
mod keyring;
mod object;
mod pack;
mod padding;
mod passphrase;
mod stand_in;
mod week;

pub use age_file::{Identity, OpenError, Recipient, seal_for_anyone, seal_to};
pub(crate) use age_file::{KEY_FILE_WORK_FACTOR, expose, open_with_passphrase, seal_with_passphrase};
pub use answer::{SealedAnswer, SealedAnswerError};
pub use attachment::{AttachmentEntry, PART, Sharing, part_digest};
pub use index::{AudienceKind, AudienceLabel, Cut, Entry, Index, IndexError, PART_ENTRIES, cut};
pub use key_words::{key_numbers, key_words};
pub use keyring::{NewMailbox, is_keyring};
pub use object::{ObjectRef, Plaintext, SealedObject, is_sound, open_by_name};
pub use pack::Pack;
pub use padding::{pad, padded_length};
pub use passphrase::Passphrase;
pub use stand_in::{StandInKeys, StandInKeysError};
pub use week::{WEEKS, Week, WeekError};
