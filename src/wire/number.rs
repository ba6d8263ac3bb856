//! Numbers that every reader counts exactly: whole, from 0, below 2^53.

use serde::{Deserialize, Deserializer, de::Error};

/// One more than the largest.
pub const END: u64 = 1 << 53;

pub(crate) fn whole<'de, D: Deserializer<'de>>(d: D) -> Result<u64, D::Error> {
    let number = u64::deserialize(d)?;
    if number < END { Ok(number) } else { Err(D::Error::custom("a number from 2^53 on")) }
}

pub(crate) fn whole_or_none<'de, D: Deserializer<'de>>(d: D) -> Result<Option<u64>, D::Error> {
    match Option::<u64>::deserialize(d)? {
        Some(number) if number >= END => Err(D::Error::custom("a number from 2^53 on")),
        number => Ok(number),
    }
}
