//! The preview: every page as each member would see it after the next build, on the author's own screen, live.
//!
//! In: the practice's folder as it is this moment, and its keys where they are at hand. Out: answers to one browser on this
//! machine, which runs the viewer's own code. It decides nothing: who reads what comes from [`crate::publish`], as for a build.
//! It writes nothing anywhere.
//!
//! 1. [`reading`] takes the folder in. What was given before is a [`Past`](crate::publish::Past): without the keys nothing is
//!    known of it, and the page says what rests on it.
//! 2. [`outlook`] renders all of it, and keeps the last good state of what has a mistake now.
//!    Pages that nobody gets yet ([`ahead`]) are rendered when they are asked for.
//! 3. [`Room`] holds both for whoever looks. What the browser shows is rendered first, everything else after it.
//! 4. [`Watch`] is told of saved files.
//! 5. [`Door`] lets in whoever has the token; only then can a [document](crate::seal::Plaintext::document) be read.
//!
//! A page's attachments are asked for by their ids, behind the same door.

mod ahead;
mod answers;
pub mod data;
mod door;
mod outlook;
mod reading;
mod room;
#[cfg(feature = "serve")]
mod server;
mod watch;

pub use door::{Admitted, Door, Knock};
pub use room::Room;
#[cfg(feature = "serve")]
pub use server::Preview;
pub use watch::{Seen, Watch};

use std::{io, net::SocketAddr};

use crate::{explain::Explain, publish::PublishError};

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error("can't listen on {address}")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("can't open a browser")]
    Browser(#[source] io::Error),
}

impl Explain for PreviewError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Publish(error) => error.hint(),
            Self::Listen { .. } => {
                Some("Another program may use this port. Without --port, a free one is taken.".to_owned())
            }
            Self::Browser(_) => {
                Some("Leave --open away, and open the address that is printed in your browser.".to_owned())
            }
        }
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Publish(error) => error.exit_code(),
            Self::Listen { .. } | Self::Browser(_) => 1,
        }
    }
}
