//! An address as a mail server takes it: a host name in ASCII, and a note whether the rest needs SMTPUTF8.

use lettre::Address;

use crate::explain::Explain;

/// Why no mail can be sent to, or from, an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("{address:?} is not an address that mail can be sent to")]
    Shape { address: String },
    #[error("{address:?} is longer than an address can be")]
    Long { address: String },
}

impl Explain for AddressError {
    fn hint(&self) -> Option<String> {
        Some("Ask for the address again, and correct it in member.toml (or under [mail] in site.toml).".into())
    }

    fn exit_code(&self) -> u8 {
        3
    }
}

/// The address, checked. RFC 5321: 64 bytes before the `@`, 254 in all.
pub(super) fn parse(text: &str) -> Result<Address, AddressError> {
    let shape = || AddressError::Shape { address: text.to_owned() };
    let (user, host) = text.rsplit_once('@').ok_or_else(shape)?;
    // Host names in other scripts have a spelling in ASCII that every server understands.
    let host = idna::domain_to_ascii(host).map_err(|_| shape())?;
    if user.len() > 64 || user.len() + 1 + host.len() > 254 {
        return Err(AddressError::Long { address: text.to_owned() });
    }
    // SECURITY: it goes into a header and into an SMTP command; a quoted part could hold anything at all.
    if user.contains(|c: char| c.is_whitespace() || c.is_control() || "\"\\<>()[],;:@".contains(c)) {
        return Err(shape());
    }
    Address::new(user, host).map_err(|_| shape())
}

/// Whether only a server with SMTPUTF8 can take it.
pub(super) fn needs_utf8(address: &Address) -> bool {
    !AsRef::<str>::as_ref(address).is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names_become_ascii_and_what_could_break_out_is_refused() {
        assert_eq!(parse("zoë@bücher.example").unwrap().to_string(), "zoë@xn--bcher-kva.example");
        assert!(needs_utf8(&parse("zoë@example.org").unwrap()) && !needs_utf8(&parse("a@bücher.example").unwrap()));
        for bad in [
            "",
            "a",
            "@b.example",
            "a@",
            "a@b\r\nRCPT TO:<c@d>",
            "a\n@b.example",
            "\"a b\"@c.example",
            "a@b@c.example",
            "a@b .example",
            "<a@b.example>",
        ] {
            assert!(matches!(parse(bad), Err(AddressError::Shape { .. })), "{bad:?}");
        }
        for long in [format!("{}@b.example", "a".repeat(65)), format!("a@{}", ["b".repeat(60).as_str(); 5].join("."))] {
            assert!(parse(&long).is_err(), "{long}");
        }
    }
}
