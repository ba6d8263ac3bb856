//! One connection, over any stream: HTTP/1.1, with an end to everything.

use std::{convert::Infallible, pin::pin, sync::Arc};

use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::sleep,
};

use super::{
    limits::Limits,
    refusal::Refusal,
    stream::{StrictStream, Verdict},
    visit::Visit,
};

/// hyper takes no smaller one.
const SMALLEST_BUFFER: usize = 8192;

/// Answers requests until the client or one of the limits ends the connection, or the server stops.
pub(super) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(stream: S, mut visit: Visit) {
    let limits = Arc::clone(&visit.limits);
    let stream = StrictStream::new(stream, &limits);
    let verdict = stream.verdict();
    let asked = visit.clone();
    let answer = service_fn(|request: Request<Incoming>| {
        let (visit, refused) = (asked.clone(), verdict_on(&request, &verdict));
        async move { Ok::<_, Infallible>(visit.answer(request, refused).await) }
    });
    let mut connection = pin!(http(&limits).serve_connection(TokioIo::new(stream), answer));
    // An error here is the client's: it went away. Who it was is nobody's business.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = visit.stopping.wait_for(|stopping| *stopping) => {}
        () = sleep(limits.connection_life) => {}
    }
    connection.as_mut().graceful_shutdown();
    tokio::select! {
        _ = connection => {}
        () = sleep(limits.connection_life) => {}
    }
}

/// A refusal is meant for the stand-in alone, not for the request before it.
fn verdict_on<B>(request: &Request<B>, verdict: &Verdict) -> Option<Refusal> {
    if request.uri().path() == "*" { verdict.get().copied() } else { None }
}

fn http(limits: &Limits) -> http1::Builder {
    let mut http = http1::Builder::new();
    // The stream keeps these limits more strictly; hyper's own stand behind it.
    http.timer(TokioTimer::new())
        // Who has asked may stop talking and go on listening.
        .half_close(true)
        .header_read_timeout(limits.head_time + limits.quiet_time)
        .max_headers(limits.head_fields)
        .max_buf_size((2 * limits.head_size).max(SMALLEST_BUFFER));
    http
}
