//! A practice's own colour: one accent for the day, one for the night, each readable on every ground that it stands on.

use std::fmt;

use crate::content::{At, Fields};

/// What text needs (WCAG 2.2, 1.4.3), in hundredths.
const ENOUGH: u32 = 450;
/// The grounds of open pages, sealed pages and the viewer, and what stands on a button in the accent: `themes/default/*.css`,
/// `src/viewer/viewer.css`.
const DAY: [Colour; 4] =
    [Colour(0xfa, 0xf7, 0xf2), Colour(0xf3, 0xed, 0xe3), Colour(0xff, 0xfd, 0xf9), Colour(0xff, 0xff, 0xff)];
const NIGHT: [Colour; 4] =
    [Colour(0x1c, 0x1a, 0x18), Colour(0x26, 0x23, 0x20), Colour(0x27, 0x24, 0x20), Colour(0x12, 0x24, 0x1f)];

/// Red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(u8, u8, u8);

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

impl Colour {
    /// Six hexadecimal digits behind `#`, and nothing else: it goes into a stylesheet.
    fn parse(text: &str) -> Option<Self> {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.strip_prefix('#')?.as_bytes()).ok()?;
        let [red, green, blue] = bytes.try_into().ok()?;
        Some(Self(red, green, blue))
    }

    /// Relative luminance, from 0 to 1.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// From 100 (the same) to 2100 (black on white); rounded down, so that what is short stays short.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 100 and 2100")]
    fn contrast(self, other: Self) -> u32 {
        let (one, two) = (self.luminance(), other.luminance());
        ((one.max(two) + 0.05) / (one.min(two) + 0.05) * 100.0) as u32
    }
}

/// Both accents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colours {
    pub accent: Colour,
    pub accent_dark: Colour,
}

impl Colours {
    /// What follows a stylesheet of ours, and so counts; paper keeps its ink.
    pub fn css(&self) -> String {
        let Self { accent, accent_dark } = self;
        let rule = |colour: &Colour| format!(":root{{--accent:{colour};--accent-line:{colour}}}");
        format!(
            "\n@media screen{{{}}}\n@media screen and (prefers-color-scheme:dark){{{}}}\n",
            rule(accent),
            rule(accent_dark)
        )
    }
}

/// `[theme.colours]`: both, since no one colour can be read by day and by night.
pub(super) fn read(mut fields: Fields<'_>) -> Option<Colours> {
    let accent = one(&mut fields, "accent", "accent = \"#2f5f50\"", &DAY);
    let accent_dark = one(&mut fields, "accent_dark", "accent_dark = \"#a5cdb9\"", &NIGHT);
    fields.finish();
    Some(Colours { accent: accent?, accent_dark: accent_dark? })
}

fn one(fields: &mut Fields<'_>, key: &'static str, example: &str, grounds: &[Colour]) -> Option<Colour> {
    let At { value, at } = fields.required_text(key, example)?;
    let Some(colour) = Colour::parse(&value) else {
        fields.mistake(
            &at,
            format!("`{value}` is no colour"),
            format!("write # and six digits or letters a–f: {example}"),
        );
        return None;
    };
    let lacking = grounds.iter().map(|ground| (colour.contrast(*ground), ground)).min_by_key(|(contrast, _)| *contrast);
    if let Some((contrast, ground)) = lacking.filter(|(contrast, _)| *contrast < ENOUGH) {
        let what = format!("{colour} is hard to read: {} to 1 against {ground}, and 4.5 is needed", shown(contrast));
        let hint =
            if key == "accent" { "choose a darker one" } else { "choose a lighter one: it stands on a dark ground" };
        fields.mistake(&at, what, hint);
        return None;
    }
    Some(colour)
}

fn shown(contrast: u32) -> String {
    format!("{}.{:02}", contrast / 100, contrast % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_wcag() {
        let colour = |text| Colour::parse(text).unwrap();
        assert_eq!(colour("#000000").contrast(colour("#FFFFFF")), 2100);
        assert_eq!(colour("#777777").contrast(colour("#ffffff")), 447, "the well-known grey that falls short");
        assert_eq!(colour("#767676").contrast(colour("#ffffff")), 454);
        for bad in ["", "red", "#fff", "#12345g", "#1234567", "123456", "#fff}*{", "#é1234"] {
            assert_eq!(Colour::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_built_in_colours_would_pass() {
        for (colour, grounds) in [("#2f5f50", DAY), ("#2d5f53", DAY), ("#a5cdb9", NIGHT), ("#a3cfc0", NIGHT)] {
            let colour = Colour::parse(colour).unwrap();
            assert!(grounds.iter().all(|ground| colour.contrast(*ground) >= ENOUGH), "{colour}");
        }
    }
}
