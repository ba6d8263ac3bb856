//! Days in a cell: as 2026-11-24 alone, because all else means another day in another country.

use jiff::civil::{Date, date};

/// The day, or what to do about it.
pub fn parse(cell: &str) -> Result<Date, String> {
    let is_iso = cell.len() == 10 && cell.bytes().enumerate().all(|(at, b)| (b == b'-') == (at == 4 || at == 7));
    if let Some(day) = is_iso.then(|| cell.parse().ok()).flatten() {
        return Ok(day);
    }
    let meant: Vec<String> = meant(cell).iter().map(ToString::to_string).collect();
    Err(match meant.as_slice() {
        [] => "write the day as 2026-11-24".into(),
        days => format!("write {}; and make the column “text”, so that the spreadsheet leaves it", days.join(" or ")),
    })
}

/// The days that it may have stood for.
fn meant(cell: &str) -> Vec<Date> {
    if let Ok(days @ 20_000..=80_000) = cell.parse::<i32>() {
        // Days as spreadsheets count them.
        return date(1899, 12, 30).checked_add(jiff::Span::new().days(days)).into_iter().collect();
    }
    let numbers: Vec<i16> = cell.split(['.', '/', '-', ' ']).filter_map(|part| part.parse().ok()).collect();
    let &[a, b, year] = numbers.as_slice() else { return Vec::new() };
    let year = if (0..100).contains(&year) { year + 2000 } else { year };
    let day = |month: i16, day: i16| Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok();
    // With points the day stands first; with strokes it depends on the country.
    let mut days: Vec<Date> = day(b, a).into_iter().collect();
    if !cell.contains('.') {
        days.extend(day(a, b));
    }
    days.dedup();
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_way_to_write_a_day_and_a_word_for_all_others() {
        assert_eq!(parse("2026-11-24"), Ok(date(2026, 11, 24)));
        for (cell, said) in [
            ("24.11.2026", "write 2026-11-24;"),
            ("11/24/2026", "write 2026-11-24;"),
            ("03/04/2026", "write 2026-04-03 or 2026-03-04;"),
            ("46350", "write 2026-11-24;"),
            ("20261124", "write the day as"),
            ("2026-02-30", "write the day as"),
            ("yesterday", "write the day as"),
        ] {
            assert!(parse(cell).unwrap_err().starts_with(said), "{cell}: {:?}", parse(cell));
        }
    }
}
