//! Sees from outside whether answers move in an HTTP/2 connection: a reader that takes nothing can still chat.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::serve::moved::LastMoved;

/// RFC 9113, 4.1: length, kind, flags, stream.
const FRAME_HEAD: usize = 9;
const DATA: u8 = 0;
const HEADERS: u8 = 1;

/// A stream, and the frames that leave through it.
#[derive(Debug)]
pub(super) struct Watched<S> {
    inner: S,
    frames: Frames,
    last: LastMoved,
}

impl<S> Watched<S> {
    pub(super) fn new(inner: S) -> Self {
        Self { inner, frames: Frames::default(), last: LastMoved::new() }
    }

    pub(super) fn last_moved(&self) -> LastMoved {
        self.last.clone()
    }

    fn left(&mut self, bytes: &[u8]) {
        if self.frames.have_answers(bytes) {
            self.last.now();
        }
    }
}

/// Where in a frame the bytes that leave are.
#[derive(Debug, Default)]
struct Frames {
    head: [u8; FRAME_HEAD],
    /// Bytes of the head that were seen.
    seen: usize,
    /// Bytes of the payload that are still to come.
    payload: usize,
}

impl Frames {
    /// Whether a part of an answer is among these bytes. SECURITY: what a client can have whenever it likes, such as the
    /// answer to a ping, is none.
    fn have_answers(&mut self, mut bytes: &[u8]) -> bool {
        let mut answers = false;
        while !bytes.is_empty() {
            let is_head = self.seen < FRAME_HEAD;
            let length = bytes.len().min(if is_head { FRAME_HEAD - self.seen } else { self.payload });
            let (part, rest) = bytes.split_at(length);
            bytes = rest;
            if is_head {
                self.head[self.seen..self.seen + length].copy_from_slice(part);
                self.seen += length;
                self.payload = u32::from_be_bytes([0, self.head[0], self.head[1], self.head[2]]) as usize;
            } else {
                answers |= matches!(self.head[3], DATA | HEADERS);
                self.payload -= length;
            }
            if self.seen == FRAME_HEAD && self.payload == 0 {
                self.seen = 0;
            }
        }
        answers
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_read(cx, out)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let wrote = ready!(Pin::new(&mut this.inner).poll_write(cx, bytes))?;
        this.left(&bytes[..wrote]);
        Poll::Ready(Ok(wrote))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let wrote = ready!(Pin::new(&mut this.inner).poll_write_vectored(cx, slices))?;
        let mut left = wrote;
        for slice in slices {
            let length = left.min(slice.len());
            this.left(&slice[..length]);
            left -= length;
        }
        Poll::Ready(Ok(wrote))
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_from_chat_however_the_bytes_are_cut() {
        let frame = |kind: u8, payload: &[u8]| {
            let length = u8::try_from(payload.len()).unwrap();
            [&[0, 0, length, kind, 0, 0, 0, 0, 1], payload].concat()
        };
        let chat = [frame(4, &[]), frame(6, &[0; 8]), frame(DATA, &[]), frame(6, &[1; 8])].concat();
        let answer = frame(DATA, b"page");
        for cut in 1..40 {
            let mut frames = Frames::default();
            assert!(!chat.chunks(cut).any(|bytes| frames.have_answers(bytes)), "{cut}");
            let parts: Vec<bool> = answer.chunks(cut).map(|bytes| frames.have_answers(bytes)).collect();
            assert!(parts.contains(&true), "{cut}");
            assert!(!chat.chunks(cut).any(|bytes| frames.have_answers(bytes)), "{cut}");
        }
    }
}
