//! One HTTP/2 connection, which exists over TLS alone: the same refusals as in HTTP/1.1, and limits of its own.

use std::{convert::Infallible, pin::pin, sync::Arc};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{
    Method, Request, Response,
    body::{Body as _, Incoming},
    header,
    server::conn::http2,
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{sleep, timeout},
};

use super::super::{
    answer::{Body, empty},
    head::{self, Takes},
    limits::Limits,
    refusal::Refusal,
    routes::host_of,
    visit::Visit,
};
use super::quiet::Watched;

/// Bytes of requests' bodies that may come unasked, in a stream and in all of them together: read and counted when the
/// pass was found good, and else dropped.
const WINDOW: u32 = 64 * 1024;
/// Bytes read and dropped of a body that is refused.
const LINGER: usize = 256 * 1024;

/// Answers requests until the client or one of the limits ends the connection, or the server stops.
pub(super) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(stream: S, mut visit: Visit) {
    let limits = Arc::clone(&visit.limits);
    let stream = Watched::new(stream);
    let last_moved = stream.last_moved();
    let (asked, moved) = (visit.clone(), last_moved.clone());
    let answer = service_fn(move |mut request: Request<Incoming>| {
        let visit = asked.clone();
        // For whoever finds the pass good: from then on the body counts as something that moves.
        request.extensions_mut().insert(moved.clone());
        async move { Ok::<_, Infallible>(answer(request, &visit).await) }
    });
    let mut quiet = pin!(last_moved.quiet_for(limits.quiet_time));
    let mut connection = pin!(http(&limits).serve_connection(TokioIo::new(stream), answer));
    let is_quiet = tokio::select! {
        _ = connection.as_mut() => return,
        // SECURITY: who opens no window for the answers holds files and memory for nothing, whatever else is said.
        () = quiet.as_mut() => true,
        _ = visit.stopping.wait_for(|stopping| *stopping) => false,
        () = sleep(limits.connection_life) => false,
    };
    connection.as_mut().graceful_shutdown();
    let rest = if is_quiet { limits.linger_time } else { limits.connection_life };
    tokio::select! {
        _ = connection => {}
        () = quiet, if !is_quiet => {}
        () = sleep(rest) => {}
    }
}

async fn answer(mut request: Request<Incoming>, visit: &Visit) -> Response<Body> {
    let is_head = request.method() == Method::HEAD;
    let refused = refusal(&request, &visit.limits);
    if matches!(refused, Some(Refusal::Body | Refusal::EncodedBody | Refusal::TooLarge)) {
        let _ = timeout(visit.limits.linger_time, drop_body(request.body_mut())).await;
    }
    let response = visit.answer(request, refused).await;
    // hyper leaves the body away in HTTP/1.1 alone.
    if is_head { response.map(|_| empty()) } else { response }
}

/// Were it left unread, the stream would be reset, and the client might never see why it was refused.
async fn drop_body(body: &mut Incoming) {
    let mut dropped = 0;
    while dropped < LINGER
        && let Some(Ok(frame)) = body.frame().await
    {
        dropped += frame.data_ref().map_or(0, Bytes::len);
    }
}

/// What the strict look at a head refuses in HTTP/1.1, and HTTP/2 lets through.
fn refusal(request: &Request<Incoming>, limits: &Limits) -> Option<Refusal> {
    let headers = request.headers();
    let target = request.uri().path_and_query().map_or("", |target| target.as_str());
    let mut hosts = headers.get_all(header::HOST).iter();
    // SECURITY: where two hosts are named, whoever stands in front may have looked at the other one.
    let differs = hosts.next().is_some_and(|host| host.as_bytes() != host_of(request).as_bytes());
    let has_body = !request.body().is_end_stream();
    let takes = Takes::of(request.method().as_str().as_bytes(), target.as_bytes());
    match () {
        () if matches!(*request.method(), Method::CONNECT | Method::TRACE) => Some(Refusal::Method),
        () if headers.len() > limits.head_fields => Some(Refusal::HeadTooLarge),
        () if differs || hosts.next().is_some() || !head::is_host(host_of(request).as_bytes()) => {
            Some(Refusal::Malformed)
        }
        () if has_body && headers.contains_key(header::CONTENT_ENCODING) => Some(Refusal::EncodedBody),
        // Members' browsers bring bodies; the author's side does as well, and speaks HTTP/1.1.
        () if has_body && takes != Takes::Sealed => Some(Refusal::Body),
        // SECURITY: refused unread, if its length was announced; and else counted as it comes.
        () if has_body && request.body().size_hint().lower() > limits.sealed_size => Some(Refusal::TooLarge),
        () if headers.contains_key(header::EXPECT) => Some(Refusal::Expectation),
        () => head::target(target.as_bytes(), limits.target_size).err(),
    }
}

fn http(limits: &Limits) -> http2::Builder<TokioExecutor> {
    let mut http = http2::Builder::new(TokioExecutor::new());
    http.timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(u32::try_from(limits.head_size).unwrap_or(u32::MAX))
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_send_buf_size(limits.stream_buffer)
        // SECURITY: asking and taking back costs a client nothing and a server much (CVE-2023-44487); likewise what is
        // broken on purpose (CVE-2025-8671).
        .max_pending_accept_reset_streams(limits.resets)
        .max_local_error_reset_streams(limits.resets);
    http
}
