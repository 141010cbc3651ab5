//! Points in time in the format of FTP: `YYYYMMDDHHMMSS` in UTC (RFC 3659 §2.3).
//!
//! Contains only the functions that MFMT and its alternatives and MDTM need; nothing here reads a clock.

use core::fmt;

/// A point in time, to the second, from 1970 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp {
    /// Days since 1970-01-01.
    days: u64,
    /// Seconds of the day.
    seconds: u64,
}

/// The first second of the year 10000, which has one digit too many.
const END: u64 = 253_402_300_800;

impl Timestamp {
    /// Returns the time `seconds` after the beginning of 1970, if its year has four digits.
    pub fn from_unix(seconds: u64) -> Option<Self> {
        (seconds < END).then_some(Self { days: seconds / 86_400, seconds: seconds % 86_400 })
    }

    /// Parses `YYYYMMDDHHMMSS`, with or without a fraction of a second, which is ignored (RFC 3659 §2.3).
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (digits, fraction) = text.split_at_checked(14)?;
        let in_order = match fraction {
            [] => true,
            [b'.', rest @ ..] => !rest.is_empty() && rest.iter().all(u8::is_ascii_digit),
            _ => false,
        };
        if !in_order || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number =
            |from: usize, to: usize| digits[from..to].iter().fold(0, |n, digit| n * 10 + u64::from(digit - b'0'));
        let (year, month, day) = (number(0, 4), number(4, 6), number(6, 8));
        let (hour, minute, second) = (number(8, 10), number(10, 12), number(12, 14));
        // RFC 3659 §2.3: the second may be 60, in a leap second.
        let in_range = year >= 1970 && (1..=12).contains(&month) && (1..=31).contains(&day);
        if !in_range || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        Self::from_unix(days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
    }

    /// Returns the seconds since the beginning of 1970.
    pub fn to_unix(self) -> u64 {
        self.days * 86_400 + self.seconds
    }

    /// Returns year, month and day. The calculation uses eras of 400 years that begin in March, so that the leap day is
    /// the last day of a year.
    fn date(self) -> (u64, u64, u64) {
        const ERA: u64 = 146_097;
        let days = self.days + 719_468;
        let of_era = days % ERA;
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (days / ERA * 400 + year + u64::from(month <= 2), month, day)
    }
}

/// The inverse of [`Timestamp::date`], for years from 1970 on.
fn days_since_1970(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_era = year % 400;
    let of_year = (153 * month + 2) / 5 + day - 1;
    year / 400 * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        let (hour, minute, second) = (self.seconds / 3600, self.seconds / 60 % 60, self.seconds % 60);
        write!(f, "{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn times_are_written_in_utc() {
        for (seconds, text) in [
            (0, "19700101000000"),
            (951_782_399, "20000228235959"),
            (951_782_400, "20000229000000"),
            (1_709_164_800, "20240229000000"),
            (1_795_305_599, "20261121235959"),
            (4_107_542_400, "21000301000000"),
            (253_402_300_799, "99991231235959"),
        ] {
            assert_eq!(Timestamp::from_unix(seconds).unwrap().to_string(), text, "{seconds}");
        }
        assert_eq!(Timestamp::from_unix(END), None);
    }
}
