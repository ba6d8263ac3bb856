//! From what is wanted to what stands in the store, and nothing halfway.
//!
//! In: a practice's pages and keys, and the store as it is. Out: a [`Plan`] to show, and, once agreed to, a publication
//! in the store. It must not ask anyone anything, and cannot write a rendered page: only sealed objects fit.
//! In the order of the code, with [`withdraw`] for the way that takes one page back and gives nothing: [`sources`] holds it
//! together; [`given`] reads what is there; [`wanted`] renders and names everything, with what [`days`] shows to those who joined
//! later and what those who left have [`kept`], with their files [`again`]; [`counted`] says what came of closed questions; [`plan`] compares, [`difference`] text by text, [`open_difference`] what anyone may read; [`briefing`] tells whoever stands in; [`commit`] writes it all down in the
//! [`crate::record`], seals what is new and changes each mailbox in one atomic step.

mod adopt;
mod again;
mod attached;
mod briefing;
mod bring;
mod commit;
mod counted;
mod dated;
mod days;
mod difference;
mod ended;
mod given;
mod kept;
mod open_difference;
mod open_files;
mod past;
mod plan;
mod receipts;
mod renamed;
mod sources;
mod tickets;
mod verify;
mod wanted;
mod why;
mod withdraw;

pub use adopt::bring_back;
pub use attached::WantedPart;
pub use bring::{Bring, Journey};
pub use commit::{Done, Publication, gate};
pub use counted::{Counted, ToldOf, Uncounted, WaitsFor};
pub use dated::{Dated, DatedPage};
pub use difference::{Difference, How, differences};
pub use ended::ended;
pub use given::{Given, GivenMailbox, Standing, adopt_keyrings, mailbox, published_epoch, standing};
pub use open_difference::{OpenDifference, open_differences};
pub use open_files::OpenBytes;
pub use past::Past;
pub use plan::{Change, Closing, Lost, Plan, What};
pub use receipts::Receipts;
pub use renamed::{Renamed, renamed};
pub use sources::Sources;
pub use tickets::{card_link, notice_link};
use wanted::Wanting;
pub use wanted::{Foreseen, Reader, Wanted, WantedPage};
pub use why::Why;
pub use withdraw::Withdrawing;

use crate::{
    attachment::AttachmentError,
    content::Mistakes,
    explain::Explain,
    host::HostError,
    inbox::InboxError,
    practice::HomeError,
    store::StoreError,
    wire::{Epoch, Release},
};

/// Why a publication did not happen. What was published before still stands.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error(transparent)]
    Mistakes(#[from] Mistakes),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Home(#[from] HomeError),
    #[error(transparent)]
    Host(#[from] HostError),
    #[error(transparent)]
    Inbox(#[from] InboxError),
    #[error("nothing was published yet")]
    Nothing,
    #[error("what is here is no whole release of this machine's")]
    Unfinished,
    #[error("release {host}, at the host, is a year ahead of this machine's clock")]
    Unbelievable { host: Release },
    #[error("the host has a release that this machine has not seen: {host}")]
    Unseen { host: Release },
    #[error("the host shows release {host}, and this machine has seen {here} there")]
    Behind { host: Release, here: Release },
    #[error("the host says that there is more in {folder} than there can be")]
    TooMuch { folder: String },
    #[error("the store holds another practice's publication")]
    Foreign,
    #[error("the store is at epoch {host}, the keys on this machine at {here}")]
    LaterEpoch { host: Epoch, here: Epoch },
    #[error(transparent)]
    Attachment(#[from] AttachmentError),
    #[error("{what} is neither in the store nor in the record as it was given")]
    Lost { what: String },
    #[error("the files of the pages of {reader} are in too many parts for one list")]
    TooManyParts { reader: String },
    #[error("the keyring of {member} is not on this machine")]
    NoKeyring { member: String },
}

impl Explain for PublishError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Mistakes(e) => return e.hint(),
            Self::Store(e) => return e.hint(),
            Self::Home(e) => return e.hint(),
            Self::Host(e) => return e.hint(),
            Self::Inbox(e) => return e.hint(),
            Self::Attachment(e) => e.hint(),
            Self::TooManyParts { .. } => "Nothing was changed. Take large recordings out of some pages, or make them smaller: each 4 MiB is a part.".into(),
            Self::Nothing => "Run `heldspace build` first.".into(),
            Self::Unfinished => "A build was cut short, or it was taken over from the host. Run `heldspace build`, and then this command.".into(),
            Self::Unbelievable { .. } => "Look at the clocks of your machines. If they are right, somebody has had this practice's keys: `heldspace keys rotate`, then build and publish.".into(),
            Self::TooMuch { .. } => "Nothing of it was taken. Ask whoever runs the host what lies there.".into(),
            Self::Behind { .. } => "Nothing was changed: what the host shows is older than what it was given. `heldspace publish` brings it up to date.".into(),
            Self::Unseen { .. } => "It was published from another machine, and nothing was overwritten. `heldspace publish --adopt` brings what is there to this machine; then `heldspace build` shows what would change.".into(),
            Self::Foreign => "Nothing was changed. Choose another folder with --store, or use the keys that belong to this one (`heldspace recover`).".into(),
            Self::LaterEpoch { host, .. } => format!("The keys were renewed on another machine. Bring these up to date with the recovery sheet: move .heldspace/keys.* away, then `heldspace recover --epoch {host}`."),
            Self::Lost { .. } => "Nothing was changed. `heldspace build --verify` mends what the host spoiled.".into(),
            Self::NoKeyring { member } => format!("Give them a new card: `heldspace member rekey {member}`."),
        })
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Foreign
            | Self::LaterEpoch { .. }
            | Self::NoKeyring { .. }
            | Self::Nothing
            | Self::Unfinished
            | Self::Unbelievable { .. }
            | Self::Unseen { .. }
            | Self::Behind { .. } => 4,
            Self::Attachment(_) | Self::TooManyParts { .. } => 3,
            Self::TooMuch { .. } | Self::Lost { .. } => 1,
            Self::Mistakes(e) => e.exit_code(),
            Self::Home(e) => e.exit_code(),
            Self::Host(e) => e.exit_code(),
            Self::Inbox(e) => e.exit_code(),
            Self::Store(e) => e.exit_code(),
        }
    }
}
