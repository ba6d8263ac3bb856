//! From a host's name to a connection over which messages can go.

use std::io;

use age::secrecy::ExposeSecret;
use lettre::transport::smtp::{
    authentication::{Credentials, Mechanism},
    commands::{Auth, Ehlo},
    extension::{ClientId, Extension, ServerInfo},
    response::{Response, Severity},
};

use super::{MailError, Smtp, reply};
use crate::{
    notice::line::Line,
    practice::{MailServer, Security},
};

impl Smtp {
    /// A connection over which messages can go: encrypted, to the right server, logged in.
    pub(super) fn connect(&self) -> Result<(Line, ServerInfo), MailError> {
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
}
