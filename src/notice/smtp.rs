//! A mail server, step by step, so that it is known how far a message came when something fails.
//!
//! Before the text leaves, a failure is safe to repeat. After it has left and before the server has answered, nobody
//! knows; such a message is never repeated by itself. Nothing is said about anyone before TLS stands.

mod connect;
mod error;

use std::{io, time::Duration};

use age::secrecy::SecretString;
use lettre::transport::smtp::{
    commands::{Data, Mail, Quit, Rcpt, Rset},
    extension::{Extension, MailBodyParameter, MailParameter, ServerInfo},
    response::{Response, Severity},
};

pub use self::error::MailError;
use super::{
    Carrier, Carry, Letter, Step,
    line::Line,
    send::{Leaving, Stop},
};
use crate::{practice::MailServer, visible::visible_line};

/// The longest answer that is shown, in characters.
const SHOWN: usize = 300;

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
        let answer = self.text(letter).map_err(|error| {
            self.connection = None;
            Carry::Unknown(visible_line(&error.to_string()))
        })?;
        match answer.code().severity {
            Severity::PositiveCompletion => Ok(()),
            // Neither yes nor no: whatever it answers, it is not this text.
            Severity::PositiveIntermediate => {
                self.connection = None;
                Err(Carry::Unknown(reply(&answer)))
            }
            Severity::TransientNegativeCompletion | Severity::PermanentNegativeCompletion => {
                leaving(Step::NotTaken).map_err(|e| Carry::Stop(Stop::Home(e)))?;
                Err(self.before_the_text(Failed::Said(answer)))
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
