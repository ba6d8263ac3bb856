//! `serve` in a build without TLS: no options, and a door that is open.

use std::{net::SocketAddr, sync::Arc};

use clap::Args;
use futures_util::{StreamExt, stream, stream::BoxStream};

use super::Failure;
use crate::serve::{Door, Plain};

#[derive(Args)]
pub struct Certificates {
    #[arg(skip)]
    pub redirect: Option<SocketAddr>,
}

/// What clients pass, and what to tell about it.
pub type Opened = (Arc<dyn Door>, BoxStream<'static, String>);

impl Certificates {
    #[allow(clippy::unnecessary_wraps, clippy::unused_self, reason = "with TLS there is something to open")]
    pub fn open(self) -> Result<Opened, Failure> {
        Ok((Arc::new(Plain), stream::pending().boxed()))
    }
}
