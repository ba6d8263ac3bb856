//! The line to a client, watched: no bare LF or CR in a head, and no client that takes nothing of an answer.
//!
//! hyper takes a bare LF for the end of a line, as RFC 9112 allows; a proxy in front may not, and between two readings of
//! one request others' requests get smuggled. Requests have no bodies in this version, so every byte is of a head.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep},
};

/// A stream that is cut off when it breaks the rules.
pub(super) struct Strict<T> {
    stream: T,
    after_cr: bool,
    stall: Duration,
    stalled: Pin<Box<Sleep>>,
}

impl<T> Strict<T> {
    pub(super) fn new(stream: T, stall: Duration) -> Self {
        Self { stream, after_cr: false, stall, stalled: Box::pin(sleep(stall)) }
    }

    fn check(&mut self, bytes: &[u8]) -> io::Result<()> {
        for &byte in bytes {
            if (byte == b'\n') != self.after_cr {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a bare line ending"));
            }
            self.after_cr = byte == b'\r';
        }
        Ok(())
    }

    /// Lets a write through; one that is not taken for too long ends the connection.
    fn watch<R>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<R>>) -> Poll<io::Result<R>> {
        if written.is_ready() {
            let next = Instant::now() + self.stall;
            self.stalled.as_mut().reset(next);
            return written;
        }
        ready!(self.stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Strict<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        // What was read counts as progress: the next answer has its whole time.
        let next = Instant::now() + self.stall;
        self.stalled.as_mut().reset(next);
        Poll::Ready(self.check(&buf.filled()[before..]))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Strict<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.watch(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
