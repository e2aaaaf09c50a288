//! Points in time, UTC, to the second.

use std::fmt;
use std::num::NonZeroU64;

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// A second within the years 0001 to 9999. Counted from the second before them,
/// so that it is never zero and one that may be absent takes no more room.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(NonZeroU64);

const MIN: i64 = -62_135_596_800;
const MAX: i64 = 253_402_300_799;

impl Timestamp {
    /// From seconds since 1970; `None` outside the years 0001 to 9999.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        let within = (MIN..=MAX).contains(&seconds);
        NonZeroU64::new(seconds.abs_diff(MIN - 1)).filter(|_| within).map(Self)
    }

    /// From milliseconds since 1970.
    pub fn from_unix_millis(millis: i64) -> Option<Self> {
        Self::from_unix(millis.div_euclid(1000))
    }

    /// Seconds since 1970.
    pub fn unix(self) -> i64 {
        MIN - 1 + self.0.get() as i64
    }

    /// Reads RFC 3339 (`2026-11-21T08:00:00Z`, with or without fraction or
    /// offset) and a bare date (`2026-11-21`, midnight UTC). Other spellings
    /// belong to the format that uses them.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(t) = OffsetDateTime::parse(text, &Rfc3339) {
            return Self::from_unix(t.unix_timestamp());
        }
        let date = time::macros::format_description!("[year]-[month]-[day]");
        let day = time::Date::parse(text, date).ok()?;
        Self::from_unix(day.midnight().assume_utc().unix_timestamp())
    }

    /// The current time of the machine.
    pub fn now() -> Self {
        let now = OffsetDateTime::now_utc().unix_timestamp().clamp(MIN, MAX);
        Self::from_unix(now).unwrap_or(Self(NonZeroU64::MIN))
    }

    /// Whole days from `earlier` to `self`, negative when `self` is earlier.
    pub fn days_since(self, earlier: Self) -> i64 {
        (self.unix() - earlier.unix()).div_euclid(86_400)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timestamp").field(&self.unix()).finish()
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 with `Z`, no fraction.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(t) = OffsetDateTime::from_unix_timestamp(self.unix()) else {
            return f.write_str("0001-01-01T00:00:00Z");
        };
        match t.to_offset(UtcOffset::UTC).format(&Rfc3339) {
            Ok(text) => f.write_str(&text),
            Err(_) => f.write_str("0001-01-01T00:00:00Z"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX, MIN, Timestamp};

    #[test]
    fn prints_what_it_reads() {
        for text in ["2021-01-05T00:00:00Z", "2026-11-21T23:59:59Z"] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
        }
        let t = Timestamp::parse("2024-03-01T12:00:00.123+02:00").unwrap();
        assert_eq!(t.to_string(), "2024-03-01T10:00:00Z");
        assert_eq!(Timestamp::parse("2021-06-09").unwrap().to_string(), "2021-06-09T00:00:00Z");
        assert_eq!(Timestamp::parse("yesterday"), None);
    }

    #[test]
    fn the_first_and_the_last_second_are_told_and_ordered_and_none_beyond() {
        let told: Vec<_> = [MIN, -1, 0, 1, MAX].into_iter().map(|s| Timestamp::from_unix(s).unwrap()).collect();
        assert!(told.is_sorted());
        assert_eq!(told.iter().map(|t| t.unix()).collect::<Vec<_>>(), [MIN, -1, 0, 1, MAX]);
        assert_eq!([MIN - 1, MAX + 1, i64::MIN, i64::MAX].map(Timestamp::from_unix), [None; 4]);
        assert_eq!(size_of::<Option<Timestamp>>(), size_of::<Timestamp>());
    }
}
