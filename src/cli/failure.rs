//! Why a command did not do what it was asked to: every stage's own error, and the few of the command line itself.

use crate::explain::Explain;

macro_rules! failures {
    ($($(#[$cfg:meta])* $name:ident($error:ty),)*) => {
        /// The error that ends a command.
        #[derive(Debug, thiserror::Error)]
        pub enum Failure {
            $($(#[$cfg])* #[error(transparent)] $name(#[from] $error),)*
            #[error("can't start")]
            Runtime(#[source] std::io::Error),
            #[error("nothing was done")]
            Declined,
            #[error("{question} can't be asked here: this is not a terminal")]
            NoTerminal { question: &'static str, instead: &'static str },
            #[error("the two passphrases are not the same")]
            Mismatch,
            #[error("a passphrase needs at least {0} characters")]
            TooShort(usize),
            #[error("{path} is not a file that heldspace sealed")]
            NotSealed { path: String },
            #[error("{path} does not open with this practice's keys")]
            NotOurs { path: String },
            #[error("{folder} is not empty")]
            NotEmpty { folder: String },
            #[error("no help line is known for {country:?}")]
            Country { country: String, known: String },
            #[error("{member} has no mailbox yet")]
            NoMailbox { member: String },
            #[error("the mail server did not take it: {}", crate::visible::visible_line(said))]
            NotTold { said: String },
            #[error("nobody stands in here")]
            NoStandIn,
            #[error("this key is {whose} already")]
            KeyTaken { whose: String },
            #[error("nothing was published yet")]
            NothingPublished,
            #[error("no host is named in site.toml")]
            NoHost,
            #[error("the last build holds something that has ended since, in {mailboxes} of its mailboxes")]
            Ended { mailboxes: usize },
            #[error("site.toml names other addresses, or another stand-in, than the last build")]
            AddressesChanged,
            #[error("{place} is neither an address nor a folder that is there")]
            NoAddress { place: String },
            #[error("{}", findings(*.stops, *.duties))]
            Findings { stops: usize, duties: usize },
            #[error("{number} remarks")]
            Remarks { number: usize },
            #[error("site.toml does not say how long the record is kept")]
            NoRetention,
            #[error("there is no version {number}")]
            NoVersion { number: usize, of: usize },
            #[error("nobody has a page that is called {}", crate::visible::visible_line(page))]
            NotGiven { page: String },
            #[error("no member.toml names the mailbox of: {readers}")]
            UnknownMailboxes { readers: String },
            #[error("several pages are called that")]
            SeveralPages { files: String },
            #[error("what was written in version {number} was not kept")]
            SourceLost { number: usize },
            #[error("{day} is over already")]
            OverAlready { day: String },
            #[error("a membership that is closed ends some day")]
            NoEnd,
            #[error("{member} was closed and can read nothing")]
            NothingToRead { member: String },
            #[error("this link does not work yet")]
            LinkNotYet,
            #[error("what is shown once could not be shown")]
            NotShown(#[source] std::io::Error),
            #[error("the cards would be seen by nobody here")]
            CardsNowhere,
            #[error("the built-in theme has no {name:?}")]
            NoThemeFile { name: String, known: Vec<String> },
            #[error("the editor could not be used: {editor}")]
            Editor { editor: String, file: String, source: std::io::Error },
            #[error("these are not this practice's 24 words")]
            OtherRoot,
            #[error("{left} of {of} notices did not go out")]
            NoticesLeft { left: usize, of: usize },
        }

        impl Explain for Failure {
            fn hint(&self) -> Option<String> {
                match self {
                    $($(#[$cfg])* Self::$name(error) => error.hint(),)*
                    _ => self.own_hint(),
                }
            }

            fn exit_code(&self) -> u8 {
                match self {
                    $($(#[$cfg])* Self::$name(error) => error.exit_code(),)*
                    Self::Findings { stops: 1.., .. } => 4,
                    Self::Remarks { .. } => 3,
                    Self::Runtime(_) | Self::Findings { .. } | Self::NotShown(_) | Self::Editor { .. } | Self::NoticesLeft { .. } | Self::NotTold { .. } => 1,
                    Self::NoHost
                    | Self::NoStandIn
                    | Self::KeyTaken { .. }
                    | Self::AddressesChanged
                    | Self::Ended { .. }
                    | Self::UnknownMailboxes { .. }
                    | Self::NoRetention
                    | Self::SourceLost { .. }
                    | Self::LinkNotYet
                    | Self::NothingToRead { .. }
                    | Self::Declined
                    | Self::NothingPublished
                    | Self::NoMailbox { .. }
                    | Self::OtherRoot => 4,
                    _ => 2,
                }
            }
        }
    };
}

/// What `doctor` has found, in numbers.
fn findings(stops: usize, duties: usize) -> String {
    match (stops, duties) {
        (0, duties) => format!("a regulator would ask about {duties}"),
        (stops, 0) => format!("{stops} in the way"),
        (stops, duties) => format!("{stops} in the way, and a regulator would ask about {duties}"),
    }
}

impl Failure {
    /// Whether somebody only said no.
    pub fn is_no(&self) -> bool {
        matches!(self, Self::Declined)
    }
}

failures! {
    Store(crate::store::StoreError),
    #[cfg(feature = "author")]
    File(crate::practice::files::FileError),
    #[cfg(feature = "author")]
    Home(crate::practice::HomeError),
    #[cfg(feature = "author")]
    Edit(crate::practice::edit::EditError),
    #[cfg(feature = "author")]
    Register(crate::practice::register::RegisterError),
    #[cfg(feature = "author")]
    Mistakes(crate::content::Mistakes),
    #[cfg(feature = "author")]
    Host(crate::host::HostError),
    #[cfg(feature = "author")]
    Preview(crate::preview::PreviewError),
    #[cfg(feature = "author")]
    Publish(crate::publish::PublishError),
    #[cfg(feature = "author")]
    Audit(crate::audit::AuditError),
    #[cfg(feature = "author")]
    Inbox(crate::inbox::InboxError),
    #[cfg(feature = "author")]
    OwnKey(crate::standin::OwnKeyError),
    #[cfg(feature = "author")]
    Brief(crate::standin::BriefError),
    #[cfg(feature = "author")]
    Visit(crate::standin::VisitError),
    #[cfg(feature = "author")]
    Notice(crate::notice::NoticeError),
    #[cfg(feature = "author")]
    Writing(crate::writing::WritingError),
    #[cfg(feature = "author")]
    Root(crate::keys::RootError),
    #[cfg(feature = "serve")]
    Serve(crate::serve::ServeError),
    #[cfg(feature = "tls")]
    Tls(crate::serve::tls::TlsError),
}

#[cfg(feature = "author")]
impl From<crate::roster::RosterError> for Failure {
    fn from(error: crate::roster::RosterError) -> Self {
        match error {
            crate::roster::RosterError::File(error) => error.into(),
            crate::roster::RosterError::Mistakes(mistakes) => mistakes.into(),
        }
    }
}

impl Failure {
    fn own_hint(&self) -> Option<String> {
        Some(match self {
            Self::NoTerminal { instead, .. } => (*instead).to_owned(),
            Self::Mismatch => "Nothing was written. Try again.".into(),
            Self::TooShort(_) => "Four or five unrelated words make a good one. Write it where you keep such things; the recovery sheet helps if it is lost.".into(),
            Self::NotSealed { .. } | Self::NotOurs { .. } => "`heldspace open` opens objects, indexes and index parts from the store; keyrings open with a member's card alone.".into(),
            Self::NotEmpty { .. } => "Nothing was changed. Name a folder that does not exist yet, an empty one, or a practice that has no keys.".into(),
            Self::Country { known, .. } => format!("Known are: {known}. For another country take the nearest and then write its help lines into site.toml, under [help]."),
            Self::NoMailbox { member } => format!("`heldspace member rekey {member}` makes one, with a card."),
            Self::NotTold { .. } => "It is tried again with the next round. Until then: the telephone.".into(),
            Self::NoStandIn => "Nothing was changed. `heldspace standin add` takes the line that their `heldspace standin key` printed.".into(),
            Self::KeyTaken { .. } => "Nothing was changed. Whoever stands in makes a key of their own, on their own machine: `heldspace standin key`.".into(),
            Self::NothingPublished => "Run `heldspace build` first.".into(),
            Self::Remarks { .. } => "They stop no build; `heldspace check` without --strict lets them pass.".into(),
            Self::NoRetention => "Nothing was changed: without it everything stays. The law, or your board, says how long; then write it into site.toml: keep_years = 7 under [record].".into(),
            Self::NoVersion { of, .. } => format!("This page has versions 1 to {of}."),
            Self::NotGiven { .. } => "Nothing was changed. Name its file, the end of it, or its title; `heldspace show MEMBER` lists what someone has.".into(),
            Self::UnknownMailboxes { .. } => "Nothing was changed: everything they have would go too. Get [mailbox] back into their member.toml, from a backup or from git; or see with `heldspace build` what would go.".into(),
            Self::SeveralPages { files } => format!("Name one of them by its file: {files}"),
            Self::SourceLost { .. } => "The page itself, as it was given, is in `heldspace member export` of whoever could read it.".into(),
            Self::OverAlready { .. } => "Nothing was changed. Name a later day; or `now`, if it is to end at once.".into(),
            Self::NoEnd => "Nothing was changed. Name the last day, such as --keep-until 2027-01-31, or `now`.".into(),
            Self::NoHost => "Name it: `heldspace host add https://…`, or a folder. Where this machine is the host itself, `heldspace build` is all there is to do.".into(),
            Self::Ended { .. } => "Nothing was changed. Someone has left or was closed, a time to read is over, or a consent has ended. Run `heldspace build`, and then this command.".into(),
            Self::AddressesChanged => "Nothing was changed. Run `heldspace build`, and then this command.".into(),
            Self::NoAddress { place } => format!("For a server: https://{place}. For a folder: ./{place}"),
            Self::LinkNotYet => "It was ended, or its week is over, or this member is new: it works again after the next `heldspace build` (and `heldspace publish`, where there is a host).".into(),
            Self::NotShown(_) => "Look where the output goes, and whether it can take any. For a card: `heldspace member rekey` makes a new one.".into(),
            Self::NoThemeFile { known, .. } => format!("Nothing was written. There are: {}.", known.join(", ")),
            Self::Editor { file, .. } => format!("The page is there all the same: {file}. Which editor opens it is said by EDITOR in your shell, such as export EDITOR=nano."),
            Self::CardsNowhere => "Nothing was changed. Name a file for them: --cards cards.html".into(),
            Self::OtherRoot => "Nothing was changed. Look whether this sheet belongs to another practice.".into(),
            Self::NoticesLeft { .. } => "What was refused: ask that person for their address, and correct it in member.toml. What was put off: run `heldspace notify` again later. What may have been sent: ask, or send it once more with `heldspace notify --member NAME --again`.".into(),
            _ => return None,
        })
    }
}
