//! What keeps a warrant from being good twice: challenges of this server's own making, and the nonces seen under them.
//!
//! Kept in memory alone: a restart makes every warrant useless that was signed before it.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use crate::wire::{Challenge, Nonce};

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

/// The challenge handed out now, the one before it, and whose turn it is.
#[derive(Debug, Default)]
pub(super) struct Challenges {
    issued: Vec<Issued>,
    turn: Option<(Nonce, Instant)>,
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

    /// Whether the challenge is one of ours, and still good.
    pub(super) fn is_good(&self, challenge: &Challenge, now: Instant) -> bool {
        self.issued.iter().any(|issued| issued.challenge == *challenge && now.duration_since(issued.since) < 2 * AGE)
    }

    /// SECURITY: uses the nonce up; what was signed once is done once.
    pub(super) fn spend(&mut self, challenge: &Challenge, nonce: Nonce, now: Instant) -> Result<(), Refusal> {
        let issued = self.issued.iter_mut().find(|issued| issued.challenge == *challenge);
        let issued = issued.filter(|issued| now.duration_since(issued.since) < 2 * AGE);
        let is_new = issued.is_some_and(|issued| issued.seen.insert(nonce));
        if is_new { Ok(()) } else { Err(Refusal::OldChallenge) }
    }

    /// Takes or keeps the turn: two publications at once would leave some mailboxes with one and some with the other.
    pub(super) fn turn(&mut self, publication: Nonce, now: Instant) -> Result<(), Refusal> {
        match self.turn {
            Some((other, last)) if other != publication && now.duration_since(last) < TURN => Err(Refusal::Turn),
            _ => {
                self.turn = Some((publication, now));
                Ok(())
            }
        }
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
        assert!(challenges.is_good(&first, start + AGE));
        assert_eq!(challenges.spend(&first, nonce(1), start + AGE), Err(Refusal::OldChallenge));
        assert!(!challenges.is_good(&first, start + 2 * AGE));
        assert_eq!(challenges.spend(&first, nonce(2), start + 2 * AGE), Err(Refusal::OldChallenge));
        challenges.current(start + 9 * AGE);
        assert_eq!(challenges.issued.len(), 1);
    }

    #[test]
    fn publications_take_turns() {
        let (mut challenges, start) = (Challenges::default(), Instant::now());
        assert_eq!(challenges.turn(nonce(1), start), Ok(()));
        assert_eq!(challenges.turn(nonce(2), start), Err(Refusal::Turn));
        assert_eq!(challenges.turn(nonce(1), start + TURN / 2), Ok(()));
        assert_eq!(challenges.turn(nonce(2), start + TURN), Err(Refusal::Turn));
        assert_eq!(challenges.turn(nonce(2), start + TURN / 2 + TURN), Ok(()));
        challenges.end_turn();
        assert_eq!(challenges.turn(nonce(1), start + 2 * TURN), Ok(()));
    }
}
