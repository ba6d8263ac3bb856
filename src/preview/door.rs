//! Who is let in: a browser on this machine that was given the token, by a page of the preview or the author's own hand.
//!
//! In: a request's path and headers. Out: that it was let in, and what it asks for; or nothing, without a reason.

use data_encoding::HEXLOWER;
use subtle::ConstantTimeEq;

/// 128 bits.
const TOKEN: usize = 16;

/// The preview's one door.
#[derive(Debug)]
pub struct Door {
    token: String,
    /// What a browser on this machine calls the preview.
    hosts: [String; 2],
}

/// What a request says of itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Knock<'a> {
    pub path: &'a str,
    pub host: Option<&'a str>,
    pub origin: Option<&'a str>,
    /// `Sec-Fetch-Site`, `-Mode`, `-Dest`.
    pub site: Option<&'a str>,
    pub mode: Option<&'a str>,
    pub dest: Option<&'a str>,
}

/// Someone who was let in. SECURITY: only [`Door::admit`] makes one, and only with one can a member's page be read.
#[derive(Debug)]
pub struct Admitted(());

impl Door {
    /// A door with a token of its own, at a port of this machine.
    ///
    /// # Panics
    /// When the operating system has no randomness.
    pub fn new(port: u16) -> Self {
        let mut token = [0; TOKEN];
        getrandom::fill(&mut token).expect("the operating system has randomness");
        Self { token: HEXLOWER.encode(&token), hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")] }
    }

    /// The address that lets in.
    pub fn url(&self) -> String {
        format!("http://{}/{}/", self.hosts[0], self.token)
    }

    /// Lets in, with what is asked for below the token.
    pub fn admit<'a>(&self, knock: &Knock<'a>) -> Option<(Admitted, &'a str)> {
        let rest = knock.path.strip_prefix('/')?;
        let (token, asked) = rest.split_at_checked(2 * TOKEN)?;
        let asked = asked.strip_prefix('/')?;
        // SECURITY: another user of this machine, or a page in the same browser, does not have the token. No byte of it
        // can be found by measuring how long a refusal takes.
        let has_token = bool::from(token.as_bytes().ct_eq(self.token.as_bytes()));
        (has_token && self.is_here(knock) && is_own(knock, asked)).then_some((Admitted(()), asked))
    }

    /// SECURITY: a page elsewhere whose name was made to point here (DNS rebinding) names itself in `Host`.
    fn is_here(&self, knock: &Knock<'_>) -> bool {
        let is_ours = |host: &str| self.hosts.iter().any(|ours| ours == host);
        knock.host.is_some_and(is_ours)
            && knock.origin.is_none_or(|origin| origin.strip_prefix("http://").is_some_and(is_ours))
    }
}

/// SECURITY: no other site's page gets anything into itself. It may lead here, as a file that opens the preview does: the
/// first page alone, and in a window of its own.
fn is_own(knock: &Knock<'_>, asked: &str) -> bool {
    let is_led_here = asked.is_empty() && knock.mode == Some("navigate") && knock.dest == Some("document");
    knock.site.is_none_or(|site| site == "same-origin" || site == "none" || is_led_here)
}
