//! A day, or an hour of it, as it is typed behind an option.

use jiff::civil::{Date, DateTime};

/// The day; what is said otherwise is for a person, not about how dates are read.
pub fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| {
        let looks_right = text.len() == 10 && text.split('-').map(str::len).eq([4, 2, 2]);
        let is_number = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        if looks_right && is_number {
            "there is no such day; it is year, month, day, such as 2026-12-01".to_owned()
        } else {
            "write a day as year, month, day, such as 2026-12-01".to_owned()
        }
    })
}

/// The hour, to the minute.
pub fn hour(text: &str) -> Result<DateTime, String> {
    let is_right = text.len() == "2026-12-03 18:30".len() && text.contains(':');
    let hour = is_right.then(|| text.parse().ok()).flatten();
    hour.ok_or_else(|| "write a day and an hour, such as \"2026-12-03 18:30\"".to_owned())
}
