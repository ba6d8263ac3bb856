//! A mail server, step by step, so that it is known how far a message came when something fails.
//!
//! Before the text leaves, a failure is safe to repeat. After it has left and before the server has answered, nobody
//! knows; such a message is never repeated by itself. Nothing is said about anyone before TLS stands.

use std::{io, time::Duration};

use age::secrecy::{ExposeSecret, SecretString};
use lettre::transport::smtp::{
    authentication::{Credentials, Mechanism},
    commands::{Auth, Data, Ehlo, Mail, Quit, Rcpt, Rset},
    extension::{ClientId, Extension, MailBodyParameter, MailParameter, ServerInfo},
    response::{Response, Severity},
};

use super::{
    Carrier, Carry, Letter, Step,
    line::Line,
    send::{Leaving, Stop},
};
use crate::{
    explain::Explain,
    practice::{MailServer, Security},
    visible::visible_line,
};

/// The longest answer that is shown, in characters.
const SHOWN: usize = 300;

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
    pub(super) fn passes(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}

/// How long to wait for a server, and how often to try.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For each answer.
    pub answer: Duration,
    /// For the answer to a text, which a server may look at closely.
    pub text: Duration,
    /// How often a message that was put off is tried in all.
    pub rounds: u32,
    /// Before the second round; each time twice as long.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { answer: Duration::from_mins(1), text: Duration::from_mins(5), rounds: 4, pause: Duration::from_secs(3) }
    }
}

/// One server, and the connection to it that is used for all messages.
pub struct Smtp {
    server: MailServer,
    password: Option<SecretString>,
    /// What we call ourselves: never this machine's name.
    hello: String,
    patience: Patience,
    connection: Option<(Line, ServerInfo)>,
}

/// How a step failed.
enum Failed {
    /// The server said no; the connection stands.
    Said(Response),
    /// It takes nothing from this sender, whoever it is for.
    Sender(Response),
    Lost(io::Error),
}

impl Smtp {
    /// Nothing is said to anyone yet. `hello` is the host name of the sender's address.
    pub fn new(server: MailServer, password: Option<SecretString>, hello: &str, patience: Patience) -> Self {
        Self { server, password, hello: hello.to_owned(), patience, connection: None }
    }

    fn connect(&self) -> Result<(Line, ServerInfo), MailError> {
        let MailServer { host, port, security, .. } = &self.server;
        let wait = self.patience.answer;
        let lost = |source| MailError::Unreachable { host: host.clone(), port: *port, source };
        let mut line = Line::open(host, *port, wait).map_err(lost)?;
        if *security == Security::Implicit {
            line.secure(host, wait).map_err(|e| self.insecure(e))?;
        }
        self.said(line.answer(wait).map_err(lost)?)?;
        let mut info = self.hello(&mut line)?;
        if *security == Security::StartTls {
            // SECURITY: no STARTTLS, no mail: someone in between may have taken the word away.
            if !info.supports_feature(Extension::StartTls) {
                return Err(MailError::NoTls { host: host.clone() });
            }
            let turned = line.ask("STARTTLS\r\n", wait).map_err(lost)?;
            if !turned.is_positive() {
                return Err(MailError::NoTls { host: host.clone() });
            }
            line.secure(host, wait).map_err(|e| self.insecure(e))?;
            info = self.hello(&mut line)?;
        }
        self.log_in(&mut line, &info)?;
        Ok((line, info))
    }

    fn hello(&self, line: &mut Line) -> Result<ServerInfo, MailError> {
        let command = Ehlo::new(ClientId::Domain(self.hello.clone()));
        let answer = self.said(line.ask(command, self.patience.answer).map_err(|e| self.lost(e))?)?;
        ServerInfo::from_response(&answer).map_err(|e| self.lost(io::Error::other(e)))
    }

    fn log_in(&self, line: &mut Line, info: &ServerInfo) -> Result<(), MailError> {
        let (Some(user), Some(password)) = (&self.server.user, &self.password) else { return Ok(()) };
        // SECURITY: the password is said to a server that proved who it is, and to nobody else.
        if !line.is_secure() {
            return Err(MailError::NoTls { host: self.server.host.clone() });
        }
        let mechanism = info.get_auth_mechanism(&[Mechanism::Plain, Mechanism::Login]);
        let mechanism = mechanism.ok_or_else(|| MailError::NoLogin { host: self.server.host.clone() })?;
        let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
        let wait = self.patience.answer;
        let broken = |e: lettre::transport::smtp::Error| self.lost(io::Error::other(e));
        let first = Auth::new(mechanism, credentials.clone(), None).map_err(broken)?;
        let mut answer = line.ask(first, wait).map_err(|e| self.lost(e))?;
        // LOGIN asks twice, for the name and for the password.
        for _ in 0..2 {
            if !answer.has_code(334) {
                break;
            }
            let next = Auth::new_from_response(mechanism, credentials.clone(), &answer).map_err(broken)?;
            answer = line.ask(next, wait).map_err(|e| self.lost(e))?;
        }
        match answer.code().severity {
            Severity::PositiveCompletion => Ok(()),
            Severity::TransientNegativeCompletion => Err(self.lost(io::Error::other(reply(&answer)))),
            _ => Err(MailError::Login { host: self.server.host.clone(), reply: reply(&answer) }),
        }
    }

    /// Everything up to the server's word that the text may come.
    fn announce(&mut self, letter: &Letter) -> Result<(), Failed> {
        let wait = self.patience.answer;
        let Some((line, _)) = &mut self.connection else {
            return Err(Failed::Lost(io::ErrorKind::NotConnected.into()));
        };
        let mut step = |command: &dyn std::fmt::Display| match line.ask(command, wait) {
            Ok(answer) if answer.is_positive() => Ok(answer),
            Ok(answer) => Err(Failed::Said(answer)),
            Err(error) => Err(Failed::Lost(error)),
        };
        let parameters = if letter.needs_utf8 {
            vec![MailParameter::SmtpUtfEight, MailParameter::Body(MailBodyParameter::EightBitMime)]
        } else {
            Vec::new()
        };
        step(&Mail::new(Some(letter.from.clone()), parameters)).map_err(|failed| match failed {
            Failed::Said(answer) if is_final(&answer) => Failed::Sender(answer),
            other => other,
        })?;
        step(&Rcpt::new(letter.to.clone(), Vec::new()))?;
        let go = step(&Data)?;
        if go.has_code(354) { Ok(()) } else { Err(Failed::Lost(out_of_order())) }
    }

    /// The text, and the server's answer to it.
    fn text(&mut self, letter: &Letter) -> Result<Response, io::Error> {
        let wait = self.patience.text;
        let Some((line, _)) = &mut self.connection else { return Err(io::ErrorKind::NotConnected.into()) };
        line.say(&stuffed(&letter.bytes), wait)?;
        line.answer(wait)
    }

    /// The server's own words, unless they are good ones.
    fn said(&self, answer: Response) -> Result<Response, MailError> {
        match answer.code().severity {
            Severity::PositiveCompletion => Ok(answer),
            Severity::TransientNegativeCompletion => Err(self.lost(io::Error::other(reply(&answer)))),
            _ => Err(MailError::Refused { host: self.server.host.clone(), reply: reply(&answer) }),
        }
    }

    fn lost(&self, source: io::Error) -> MailError {
        MailError::Unreachable { host: self.server.host.clone(), port: self.server.port, source }
    }

    fn insecure(&self, source: io::Error) -> MailError {
        let inner = source.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match inner {
            Some(rustls::Error::InvalidCertificate(_)) => {
                MailError::Certificate { host: self.server.host.clone(), source }
            }
            _ => self.lost(source),
        }
    }

    /// What a failure means that is safe to repeat.
    fn before_the_text(&mut self, failed: Failed) -> Carry {
        match failed {
            Failed::Said(answer) => {
                self.reset();
                if is_final(&answer) { Carry::Refused(reply(&answer)) } else { Carry::Later(reply(&answer)) }
            }
            Failed::Sender(answer) => {
                let (host, reply) = (self.server.host.clone(), reply(&answer));
                Carry::Stop(Stop::Mail(MailError::Sender { host, reply }))
            }
            Failed::Lost(error) => {
                self.connection = None;
                Carry::Later(visible_line(&error.to_string()))
            }
        }
    }

    /// Takes the message back, so that the next one can use the connection.
    fn reset(&mut self) {
        let wait = self.patience.answer;
        let kept =
            self.connection.as_mut().is_some_and(|(line, _)| line.ask(Rset, wait).is_ok_and(|a| a.is_positive()));
        if !kept {
            self.connection = None;
        }
    }
}

impl Carrier for Smtp {
    fn carry(&mut self, _: &str, letter: &Letter, leaving: &mut Leaving<'_>) -> Result<(), Carry> {
        if self.connection.is_none() {
            self.connection = Some(self.connect().map_err(|e| Carry::Stop(Stop::Mail(e)))?);
        }
        let takes_utf8 =
            self.connection.as_ref().is_some_and(|(_, info)| info.supports_feature(Extension::SmtpUtfEight));
        if letter.needs_utf8 && !takes_utf8 {
            let host = visible_line(&self.server.host);
            return Err(Carry::Refused(format!("{host} can't send to addresses beyond a–z (no SMTPUTF8)")));
        }
        self.announce(letter).map_err(|failed| self.before_the_text(failed))?;
        if let Err(error) = leaving(Step::Leaving) {
            // The server waits for a text that will not come.
            self.connection = None;
            return Err(Carry::Stop(Stop::Home(error)));
        }
        match self.text(letter) {
            Ok(answer) if answer.code().severity == Severity::PositiveCompletion => Ok(()),
            Ok(answer) => {
                leaving(Step::NotTaken).map_err(|e| Carry::Stop(Stop::Home(e)))?;
                Err(self.before_the_text(Failed::Said(answer)))
            }
            Err(error) => {
                self.connection = None;
                Err(Carry::Unknown(visible_line(&error.to_string())))
            }
        }
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        // A polite end; what the server thinks of it changes nothing.
        if let Some((line, _)) = &mut self.connection {
            let _ = line.say(Quit.to_string().as_bytes(), Duration::from_secs(1));
        }
    }
}

fn is_final(answer: &Response) -> bool {
    answer.code().severity == Severity::PermanentNegativeCompletion
}

/// What the server said, for a person: made visible, on one line, not endless.
fn reply(answer: &Response) -> String {
    let text = answer.message().collect::<Vec<_>>().join(" ");
    let text: String = format!("{} {text}", answer.code()).chars().take(SHOWN).collect();
    visible_line(text.trim_end())
}

/// The text as it travels: a dot at the beginning of a line is doubled, and a dot alone ends it.
fn stuffed(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 16);
    for line in bytes.split(|&byte| byte == b'\n') {
        // SECURITY: every line ends with CR LF and neither stands alone, so that no server sees an end where another
        // sees text (SMTP smuggling).
        let line: Vec<u8> = line.iter().copied().filter(|&byte| byte != b'\r').collect();
        if line.first() == Some(&b'.') {
            out.push(b'.');
        }
        out.extend_from_slice(&line);
        out.extend_from_slice(b"\r\n");
    }
    if out.ends_with(b"\r\n\r\n") {
        out.truncate(out.len() - 2);
    }
    out.extend_from_slice(b".\r\n");
    out
}

fn out_of_order() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not the answer that belongs here")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_can_not_end_early() {
        let sent = stuffed(b"a\r\n.\r\n..b\n.\nc\r.\rd\r\n");
        assert_eq!(sent, b"a\r\n..\r\n...b\r\n..\r\nc.d\r\n.\r\n");
        assert_eq!(sent.windows(5).filter(|end| end == b"\r\n.\r\n").count(), 1);
    }
}
