//! The stream between a client and the HTTP library: lets whole, checked heads and their bodies through, and keeps the time.
//!
//! A head that does not stand the check is swapped for [`STAND_IN`], and why is put down where the service finds it; so
//! every refusal is answered in its turn, with the headers that all answers have, and hyper never meets malformed bytes.
//! Whoever sends a head too slowly is refused likewise; who sends and takes nothing for a while is cut off.

use std::{
    io,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf, Bytes, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep},
};

use super::{
    head::{HeadLimits, HeadScanner},
    limits::Limits,
    refusal::Refusal,
};

/// What the service sees in place of a refused head. No client can send this target: a target begins with a slash.
const STAND_IN: &[u8] = b"GET * HTTP/1.1\r\nhost: refused\r\n\r\n";
const STAND_IN_HEAD: &[u8] = b"HEAD * HTTP/1.1\r\nhost: refused\r\n\r\n";

/// Bytes of a body that must come in a second, on average.
pub(super) const SLOWEST: u64 = 8 * 1024;
/// Bytes read at a time.
const CHUNK: usize = 4096;
/// Bytes read and dropped after a refusal, so that the answer is not lost with the connection.
const LINGER: usize = 256 * 1024;

/// Why the last head of a connection was refused.
pub(super) type Verdict = Arc<OnceLock<Refusal>>;

#[derive(Debug)]
pub(super) struct StrictStream<S> {
    inner: S,
    incoming: BytesMut,
    scanner: HeadScanner,
    /// Checked, and not yet handed on.
    ready: Bytes,
    /// Bytes of the body that are still to come.
    body: u64,
    verdict: Verdict,
    quiet: Pin<Box<Sleep>>,
    late: Pin<Box<Sleep>>,
    lingered: Option<usize>,
    times: Times,
    head_limits: HeadLimits,
}

#[derive(Debug, Clone, Copy)]
struct Times {
    head: Duration,
    quiet: Duration,
    linger: Duration,
}

impl<S> StrictStream<S> {
    pub(super) fn new(inner: S, limits: &Limits) -> Self {
        Self {
            inner,
            incoming: BytesMut::new(),
            scanner: HeadScanner::default(),
            ready: Bytes::new(),
            body: 0,
            verdict: Verdict::default(),
            quiet: Box::pin(sleep(limits.quiet_time)),
            late: Box::pin(sleep(limits.head_time)),
            lingered: None,
            times: Times { head: limits.head_time, quiet: limits.quiet_time, linger: limits.linger_time },
            head_limits: limits.into(),
        }
    }

    /// Where the service finds out why it was called with the stand-in.
    pub(super) fn verdict(&self) -> Verdict {
        Arc::clone(&self.verdict)
    }

    fn something_moved(&mut self) {
        self.quiet.as_mut().reset(Instant::now() + self.times.quiet);
    }

    fn refuse(&mut self, refusal: Refusal) {
        let head = self.incoming.starts_with(b"HEAD ");
        self.ready = Bytes::from_static(if head { STAND_IN_HEAD } else { STAND_IN });
        self.incoming.clear();
        let _ = self.verdict.set(refusal);
    }

    /// Moves the next head to `ready`, if all of it is there.
    fn check(&mut self) {
        match self.scanner.scan(&self.incoming, self.head_limits) {
            Ok(None) => {}
            Ok(Some(head)) => {
                self.ready = self.incoming.split_to(head.length).freeze();
                self.scanner = HeadScanner::default();
                self.body = head.body;
                let time = self.times.head + Duration::from_secs(head.body / SLOWEST);
                self.late.as_mut().reset(Instant::now() + time);
            }
            Err(refusal) => self.refuse(refusal),
        }
    }

    /// Moves what is there of a body to `ready`, or else checks the next head.
    fn advance(&mut self) {
        if self.body == 0 {
            return self.check();
        }
        let length = self.incoming.len().min(usize::try_from(self.body).unwrap_or(usize::MAX));
        self.ready = self.incoming.split_to(length).freeze();
        self.body -= length as u64;
        if self.body == 0 {
            self.late.as_mut().reset(Instant::now() + self.times.head);
        }
    }
}

impl<S: AsyncRead + Unpin> StrictStream<S> {
    /// Reads more of a head; the number of bytes, 0 at the end.
    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut chunk = [0; CHUNK];
        let mut buffer = ReadBuf::new(&mut chunk);
        ready!(Pin::new(&mut self.inner).poll_read(cx, &mut buffer))?;
        let more = buffer.filled();
        if !more.is_empty() {
            self.something_moved();
            if self.incoming.is_empty() {
                self.late.as_mut().reset(Instant::now() + self.times.head);
            }
            self.incoming.extend_from_slice(more);
        }
        Poll::Ready(Ok(more.len()))
    }

    /// After the answer to a refused request: reads and drops what still comes, for a moment.
    ///
    /// Closed at once, the system would answer those bytes with a reset, and the client might never see why.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.lingered.is_none() {
            self.lingered = Some(0);
            self.quiet.as_mut().reset(Instant::now() + self.times.linger);
        }
        let mut chunk = [0; CHUNK];
        while self.lingered.is_some_and(|dropped| dropped < LINGER) && self.quiet.as_mut().poll(cx).is_pending() {
            let mut buffer = ReadBuf::new(&mut chunk);
            match ready!(Pin::new(&mut self.inner).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {
                    self.lingered = self.lingered.map(|dropped| dropped + buffer.filled().len());
                }
                _ => return Poll::Ready(()),
            }
        }
        Poll::Ready(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for StrictStream<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if this.ready.has_remaining() {
                let length = this.ready.len().min(out.remaining());
                out.put_slice(&this.ready.split_to(length));
                return Poll::Ready(Ok(()));
            }
            if this.verdict.get().is_some() {
                // Nothing more is read from this client; the end comes with the answer.
                return this.quiet.as_mut().poll(cx).map(Ok);
            }
            if !this.incoming.is_empty() {
                this.advance();
                if this.ready.has_remaining() {
                    continue;
                }
            }
            match this.poll_more(cx)? {
                Poll::Ready(0) => return Poll::Ready(Ok(())),
                Poll::Ready(_) => {}
                Poll::Pending if !this.incoming.is_empty() && this.late.as_mut().poll(cx).is_ready() => {
                    this.refuse(Refusal::Late);
                }
                // Reads as the end, which is no end of a body: whoever drips one has sent none.
                Poll::Pending if this.body > 0 && this.late.as_mut().poll(cx).is_ready() => return Poll::Ready(Ok(())),
                Poll::Pending => return this.quiet.as_mut().poll(cx).map(Ok),
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> StrictStream<S> {
    /// Whether the client took something, or is cut off.
    fn watch<T>(&mut self, cx: &mut Context<'_>, wrote: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match wrote {
            Poll::Ready(Ok(_)) => self.something_moved(),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => {
                ready!(self.quiet.as_mut().poll(cx));
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
        wrote
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for StrictStream<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let wrote = Pin::new(&mut this.inner).poll_write(cx, bytes);
        this.watch(cx, wrote)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let wrote = Pin::new(&mut this.inner).poll_write_vectored(cx, slices);
        this.watch(cx, wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.lingered.is_none() {
            ready!(Pin::new(&mut this.inner).poll_shutdown(cx))?;
        }
        match this.verdict.get() {
            Some(_) => this.poll_linger(cx).map(Ok),
            None => Poll::Ready(Ok(())),
        }
    }
}
