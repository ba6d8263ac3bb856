//! A body of a member's request, as it arrives: so many bytes in so much time, and what is refused is not left on the way.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use tokio::time::timeout;

use crate::serve::{limits::Limits, moved::LastMoved, refusal::Refusal, stream::SLOWEST};

/// What begins every age file, and every stanza and the end of its header.
const AGE: &[u8] = b"age-encryption.org/v1\n";
const STANZA: &[u8] = b"-> ";
const END: &[u8] = b"--- ";
/// Its end, with the base64 of a MAC of 32 bytes.
const END_LINE: usize = END.len() + 43;
/// A nonce, and the tag of an empty payload.
const SMALLEST_PAYLOAD: usize = 16 + 16;

#[derive(Debug)]
pub(super) struct Arriving {
    body: Incoming,
    limit: usize,
    time: Duration,
    linger: Duration,
    /// In HTTP/2, where the connection does not see by itself what belongs to a body that is wanted.
    moved: Option<LastMoved>,
}

impl Arriving {
    pub(super) fn new(body: Incoming, moved: Option<LastMoved>, limits: &Limits) -> Self {
        let time = limits.head_time + Duration::from_secs(limits.sealed_size / SLOWEST);
        let limit = usize::try_from(limits.sealed_size).unwrap_or(usize::MAX);
        Self { body, limit, time, linger: limits.linger_time, moved }
    }

    /// All of it. SECURITY: call it when the pass was found good, and there is a place for it in memory.
    pub(super) async fn whole(&mut self) -> Result<Bytes, Refusal> {
        // Memory that was promised and not written to costs nothing.
        let announced = usize::try_from(self.body.size_hint().lower()).unwrap_or(usize::MAX);
        let mut bytes = BytesMut::with_capacity(announced.min(self.limit));
        let read = async {
            while let Some(frame) = self.body.frame().await {
                let frame = frame.map_err(|_| Refusal::BadFile)?;
                let data = frame.into_data().unwrap_or_default();
                // Whatever was announced: it is counted.
                if bytes.len() + data.len() > self.limit {
                    return Err(Refusal::TooLarge);
                }
                if let Some(moved) = self.moved.as_ref().filter(|_| !data.is_empty()) {
                    moved.now();
                }
                bytes.extend_from_slice(&data);
            }
            Ok(())
        };
        timeout(self.time, read).await.unwrap_or(Err(Refusal::Late))?;
        Ok(bytes.freeze())
    }

    /// Reads and drops what still comes, for a moment: or the client might never see why it was refused.
    pub(super) async fn drop_rest(mut self) {
        let mut dropped = 0;
        let rest = async {
            while dropped < self.limit
                && let Some(Ok(frame)) = self.body.frame().await
            {
                dropped += frame.data_ref().map_or(0, Bytes::len);
            }
        };
        let _ = timeout(self.linger, rest).await;
    }
}

/// Whether these bytes have the shape of an age file. SECURITY: it says nothing about who sealed it, or for whom.
pub(super) fn is_sealed(bytes: &[u8]) -> bool {
    let Some(mut rest) = bytes.strip_prefix(AGE).filter(|rest| rest.starts_with(STANZA)) else { return false };
    while let Some(end) = rest.iter().position(|&b| b == b'\n') {
        let (line, after) = (&rest[..end], &rest[end + 1..]);
        if !line.iter().all(|b| matches!(b, b' '..=b'~')) {
            return false;
        }
        if line.starts_with(END) {
            return line.len() == END_LINE && after.len() >= SMALLEST_PAYLOAD;
        }
        rest = after;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_age_file_is_told_by_its_shape() {
        let good = [AGE, b"-> X25519 abc\nbody\n--- ", &[b'm'; 43], b"\n", &[0; 32]].concat();
        assert!(is_sealed(&good));
        for cut in 0..good.len() {
            assert!(!is_sealed(&good[..cut]), "{cut}");
        }
        let without_stanza = [AGE, b"--- ", &[b'm'; 43], b"\n", &[0; 32]].concat();
        let odd_line = [AGE, b"-> X25519 \xff\nbody\n--- ", &[b'm'; 43], b"\n", &[0; 32]].concat();
        for odd in [&without_stanza, &odd_line, &[b'\n'].repeat(200), &b"<!doctype html>".repeat(20)] {
            assert!(!is_sealed(odd));
        }
    }
}
