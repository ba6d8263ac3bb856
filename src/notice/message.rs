//! The message itself: the same for everyone but for To, Date, Message-ID and the link.
//!
//! Nothing else is in it: no name of the program or of this machine, no picture, no list, no second part.

use std::time::{Duration, UNIX_EPOCH};

use data_encoding::HEXLOWER;
use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Body, Mailbox as Sender, header,
        header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue},
    },
};

use super::{
    Text,
    address::{self, AddressError},
    journal::NoticeId,
};
use crate::{keys::Keys, practice::Mail, wire::UnixTime};

/// Within what every server takes in a line; a link is longer than what mail programs like to write, and stays whole.
const LINE: usize = 900;

/// A message, ready to go.
#[derive(Debug, Clone)]
pub struct Letter {
    pub from: Address,
    pub to: Address,
    /// Only a server with SMTPUTF8 can take it.
    pub needs_utf8: bool,
    /// Lines end with CR LF, and neither stands alone.
    pub bytes: Vec<u8>,
}

/// RFC 3834: no out-of-office answers, please.
#[derive(Debug, Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// What differs from one message to the next.
pub struct Difference<'a> {
    pub to: &'a str,
    pub link: &'a str,
    pub notice: NoticeId,
    pub time: UnixTime,
}

/// Makes the message.
pub fn letter(mail: &Mail, text: &Text, keys: &Keys, difference: &Difference<'_>) -> Result<Letter, AddressError> {
    let from = address::parse(&mail.from.text)?;
    let to = address::parse(difference.to)?;
    let NoticeId { mailbox, release, attempt } = difference.notice;
    let id = HEXLOWER.encode(&keys.message_id(&mailbox, release, attempt));
    // SECURITY: lettre panics on a line end in a display name. site.toml lets none through; this holds without it.
    let name = mail.from_name.as_ref().map(|name| name.text.replace(char::is_control, " "));
    let envelope = Envelope::new(Some(from.clone()), vec![to.clone()]).expect("there is a recipient");
    let message = Message::builder()
        .envelope(envelope)
        .from(Sender::new(name, from.clone()))
        .raw_header(recipient(&to))
        .subject(&text.subject.text)
        .date(UNIX_EPOCH + Duration::from_secs(difference.time))
        .message_id(Some(format!("<{id}@{}>", from.domain())))
        .header(AutoSubmitted)
        .header(header::MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN)
        .body(body(text.body_with(difference.link)))
        .expect("there is a sender and a recipient");
    Ok(Letter { needs_utf8: address::needs_utf8(&to), bytes: message.formatted(), from, to })
}

/// The bare address. Beyond ASCII it stands as it is, which RFC 6532 asks for; lettre would encode it like a name.
fn recipient(to: &Address) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("To");
    HeaderValue::dangerous_new_pre_encoded(name, to.to_string(), to.to_string())
}

fn body(text: String) -> Body {
    if text.is_ascii() && text.lines().all(|line| line.len() <= LINE) {
        return Body::dangerous_pre_encoded(text.into_bytes(), ContentTransferEncoding::SevenBit);
    }
    Body::new_with_encoding(text, ContentTransferEncoding::QuotedPrintable).expect("quoted-printable takes anything")
}
