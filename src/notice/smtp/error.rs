//! Why a mail server can't be used, and what to do about it.

use std::io;

use crate::explain::Explain;

/// Why a mail server can't be used at all.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("can't reach the mail server {host}:{port}")]
    Unreachable { host: String, port: u16, source: io::Error },
    #[error("the mail server {host} could not prove that it is {host}")]
    Certificate { host: String, source: io::Error },
    #[error("the mail server {host} does not offer encryption (STARTTLS)")]
    NoTls { host: String },
    #[error("the mail server {host} did not accept the user name and password: {reply}")]
    Login { host: String, reply: String },
    #[error("the mail server {host} takes no login by user name and password")]
    NoLogin { host: String },
    #[error("the mail server {host} does not send from this address: {reply}")]
    Sender { host: String, reply: String },
    #[error("the mail server {host} refused: {reply}")]
    Refused { host: String, reply: String },
}

impl Explain for MailError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unreachable { .. } => "Look whether this machine is on the internet, and whether server, port and security under [mail] in site.toml are what your mail provider says: \"starttls\" usually has port 587, \"implicit\" 465. Then run `heldspace notify` again; nobody gets a notice twice.".into(),
            Self::Certificate { .. } => "Someone may be in between, so nothing was said to it. Look whether `server` in site.toml is the name that your mail provider gives, letter by letter, and whether this machine's clock is right.".into(),
            Self::NoTls { .. } => "Nothing is sent without it. Try security = \"implicit\" under [mail] in site.toml, or ask your mail provider.".into(),
            Self::Login { .. } => "Check `user` under [mail] in site.toml and the password. Many providers want a password of its own for programs; they call it an app password.".into(),
            Self::NoLogin { .. } => "Ask your mail provider for a server that takes user name and password over TLS.".into(),
            Self::Sender { .. } => "Check `from` under [mail] in site.toml: it has to be an address that this account may use.".into(),
            Self::Refused { .. } => "Ask your mail provider what that means; then run `heldspace notify` again.".into(),
        })
    }
}

impl MailError {
    /// Whether it may be better in a minute.
    pub fn passes(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}
