//! What keeps a warrant from being good twice: challenges of this server's own making, and the nonces seen under them.
//!
//! Kept in memory alone: a restart makes every warrant useless that was signed before it.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use crate::wire::{Challenge, Epoch, Nonce};

use super::super::refusal::Refusal;

/// How long a challenge is handed out; it is good for as long again.
const AGE: Duration = Duration::from_mins(30);
/// How long a publication has its turn after it was last heard of.
const TURN: Duration = Duration::from_mins(1);

#[derive(Debug)]
struct Issued {
    challenge: Challenge,
    since: Instant,
    seen: HashSet<Nonce>,
}

#[derive(Debug, Clone, Copy)]
struct Turn {
    publication: Nonce,
    epoch: Epoch,
    last: Instant,
}

/// The challenge handed out now, the one before it, and whose turn it is.
#[derive(Debug, Default)]
pub(super) struct Challenges {
    issued: Vec<Issued>,
    turn: Option<Turn>,
}

impl Challenges {
    /// The challenge to sign, as of `now`.
    pub(super) fn current(&mut self, now: Instant) -> Challenge {
        self.issued.retain(|issued| now.duration_since(issued.since) < 2 * AGE);
        match self.issued.last().filter(|issued| now.duration_since(issued.since) < AGE) {
            Some(issued) => issued.challenge,
            None => self.issue(now),
        }
    }

    fn issue(&mut self, now: Instant) -> Challenge {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        let challenge = Challenge::from_bytes(bytes);
        self.issued.push(Issued { challenge, since: now, seen: HashSet::new() });
        challenge
    }

    /// SECURITY: uses the nonce up; what was signed once is done once.
    pub(super) fn spend(&mut self, challenge: &Challenge, nonce: Nonce, now: Instant) -> Result<(), Refusal> {
        let issued = self.issued.iter_mut().find(|issued| issued.challenge == *challenge);
        let issued = issued.filter(|issued| now.duration_since(issued.since) < 2 * AGE);
        let is_new = issued.is_some_and(|issued| issued.seen.insert(nonce));
        if is_new { Ok(()) } else { Err(Refusal::OldChallenge) }
    }

    /// Takes or keeps the turn: two publications at once would leave some mailboxes with one and some with the other.
    ///
    /// SECURITY: newer keys wait for no older ones, which were rotated away because somebody else may have them.
    pub(super) fn turn(&mut self, publication: Nonce, epoch: Epoch, now: Instant) -> Result<(), Refusal> {
        let last = self.turn.filter(|turn| now.duration_since(turn.last) < TURN);
        let waits =
            last.is_some_and(|last| epoch < last.epoch || epoch == last.epoch && publication != last.publication);
        if waits {
            return Err(Refusal::Turn);
        }
        self.turn = Some(Turn { publication, epoch, last: now });
        Ok(())
    }

    /// The publication is over: the next one need not wait.
    pub(super) fn end_turn(&mut self) {
        self.turn = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nonce(n: u8) -> Nonce {
        Nonce::from_bytes([n; 16])
    }

    #[test]
    fn a_nonce_is_good_once_and_a_challenge_for_an_hour() {
        let (mut challenges, start) = (Challenges::default(), Instant::now());
        let first = challenges.current(start);
        assert_eq!(challenges.current(start + AGE / 2), first);
        assert_eq!(challenges.spend(&first, nonce(1), start), Ok(()));
        assert_eq!(challenges.spend(&first, nonce(1), start), Err(Refusal::OldChallenge));
        let second = challenges.current(start + AGE);
        assert_ne!(second, first);
        assert_eq!(challenges.spend(&first, nonce(3), start + AGE), Ok(()));
        assert_eq!(challenges.spend(&first, nonce(1), start + AGE), Err(Refusal::OldChallenge));
        assert_eq!(challenges.spend(&first, nonce(2), start + 2 * AGE), Err(Refusal::OldChallenge));
        challenges.current(start + 9 * AGE);
        assert_eq!(challenges.issued.len(), 1);
    }

    #[test]
    fn publications_take_turns() {
        let (mut challenges, start) = (Challenges::default(), Instant::now());
        assert_eq!(challenges.turn(nonce(1), 1, start), Ok(()));
        assert_eq!(challenges.turn(nonce(2), 1, start), Err(Refusal::Turn));
        assert_eq!(challenges.turn(nonce(1), 1, start + TURN / 2), Ok(()));
        assert_eq!(challenges.turn(nonce(2), 1, start + TURN), Err(Refusal::Turn));
        assert_eq!(challenges.turn(nonce(2), 1, start + TURN / 2 + TURN), Ok(()));
        challenges.end_turn();
        assert_eq!(challenges.turn(nonce(1), 1, start + 2 * TURN), Ok(()));
    }
    #[test]
    fn newer_keys_wait_for_no_older_ones() {
        let (mut challenges, start) = (Challenges::default(), Instant::now());
        assert_eq!(challenges.turn(nonce(1), 1, start), Ok(()));
        assert_eq!(challenges.turn(nonce(2), 2, start), Ok(()));
        for older in [1, 2] {
            assert_eq!(challenges.turn(nonce(older), 1, start + TURN / 2), Err(Refusal::Turn));
        }
        assert_eq!(challenges.turn(nonce(2), 2, start + TURN / 2), Ok(()));
    }
}
