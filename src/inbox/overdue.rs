//! When whoever stands in has to be told that something which must not wait was left lying.

use super::{
    InboxError,
    journal::{Entry, journal},
};
use crate::{
    keys::Keys,
    practice::{Home, Window},
    wire::UnixTime,
};

/// Whether they have to be told now: something has lain here for as long as it may, since they were told last or before; and
/// again after each time as long. `arrived` is when everything that waits came, `told` when they were told last.
pub fn is_overdue(
    arrived: impl IntoIterator<Item = UnixTime>,
    told: Option<UnixTime>,
    window: Window,
    now: UnixTime,
) -> bool {
    let window = UnixTime::from(window.hours) * 60 * 60;
    let mut due = arrived.into_iter().map(|arrived| arrived.saturating_add(window)).filter(|due| *due <= now);
    // A clock that was set back keeps nobody from being told.
    due.any(|due| told.is_none_or(|told| told < due || told > now || now - told >= window))
}

/// Writes down that they were told. Whoever calls it holds the practice's lock.
pub fn told(time: UnixTime, home: &Home, keys: &Keys) -> Result<(), InboxError> {
    Ok(journal(home).append(&Entry::Told { time }, keys)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_for_each_window_that_passes() {
        const HOUR: UnixTime = 3600;
        let window = Window { hours: 24 };
        let is_due = |arrived: &[UnixTime], told, now| is_overdue(arrived.iter().copied(), told, window, now);
        assert!(!is_due(&[], None, 1000 * HOUR));
        assert!(!is_due(&[0], None, 24 * HOUR - 1));
        assert!(is_due(&[0], None, 24 * HOUR));
        // Told: not again with the next round, but after as long again.
        assert!(!is_due(&[0], Some(24 * HOUR), 24 * HOUR + 300));
        assert!(!is_due(&[0], Some(24 * HOUR), 48 * HOUR - 1));
        assert!(is_due(&[0], Some(24 * HOUR), 48 * HOUR));
        // Another one whose time has passed since then.
        assert!(!is_due(&[0, 3 * HOUR], Some(24 * HOUR), 26 * HOUR));
        assert!(is_due(&[0, 3 * HOUR], Some(24 * HOUR), 27 * HOUR));
        assert!(is_due(&[0], Some(90 * HOUR), 25 * HOUR), "told in the future, says the journal");
    }
}
