//! A client that was let in: who it is, by which door it came, and all that is needed to answer it.

use std::{fmt, sync::Arc};

use futures_util::{FutureExt, future::BoxFuture};
use http_body_util::{BodyExt, Either};
use hyper::{Request, Response, body::Incoming};
use tokio::{net::TcpStream, sync::watch};

use super::{
    answer::Body, connection, forwarded::Peer, headers, limits::Limits, places::Place, refusal::Refusal,
    service::Service,
};

/// What a connection passes before its first request.
pub trait Door: fmt::Debug + Send + Sync {
    fn entrance(&self) -> Entrance;

    /// Lets the client pass, and answers it until it goes or is cut off.
    fn admit(&self, client: TcpStream, visit: Visit) -> BoxFuture<'static, ()>;
}

/// Which kind of door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entrance {
    /// HTTP as it is: on this machine, or behind a proxy.
    Plain,
    Tls,
    /// HTTP that only says where TLS is.
    Redirect,
}

/// Nothing to pass.
#[derive(Debug)]
pub struct Plain;

impl Door for Plain {
    fn entrance(&self) -> Entrance {
        Entrance::Plain
    }

    fn admit(&self, client: TcpStream, visit: Visit) -> BoxFuture<'static, ()> {
        connection::serve(client, visit).boxed()
    }
}

#[derive(Debug, Clone)]
pub struct Visit {
    pub(super) peer: Peer,
    pub(super) entrance: Entrance,
    pub(super) service: Arc<Service>,
    pub(super) limits: Arc<Limits>,
    pub(super) stopping: watch::Receiver<bool>,
}

impl Visit {
    /// Answers a request whose head was checked; `refused` if it did not stand the check.
    pub(super) async fn answer(&self, request: Request<Incoming>, refused: Option<Refusal>) -> Response<Body> {
        let (network, place) = self.peer.client(request.headers(), &self.limits);
        let refused = refused.or(place.as_ref().err().copied());
        let mut response = match self.entrance {
            Entrance::Redirect => self.service.redirect(&request, refused).await,
            Entrance::Plain | Entrance::Tls => self.service.answer(request, refused, network).await,
        };
        if self.entrance == Entrance::Tls {
            headers::secure(response.headers_mut());
        }
        match place {
            Ok(Some(place)) => response.map(|body| holding(place, body)),
            _ => response,
        }
    }
}

/// The body, with the place of its reader until it was read.
fn holding(place: Place, body: Body) -> Body {
    match body {
        Either::Left(whole) => Either::Left(whole),
        Either::Right(pieces) => {
            let held = move |frame| {
                let _until_the_end = &place;
                frame
            };
            Either::Right(pieces.map_frame(held).boxed_unsync())
        }
    }
}
