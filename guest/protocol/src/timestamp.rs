//! Points in time as FTP writes them: `YYYYMMDDHHMMSS` in UTC (RFC 3659 §2.3).
//!
//! Only what MFMT and its like need; nothing here knows what time it is.

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
    /// The time `seconds` after the beginning of 1970, if it can be written.
    pub fn from_unix(seconds: u64) -> Option<Self> {
        (seconds < END).then_some(Self { days: seconds / 86_400, seconds: seconds % 86_400 })
    }

    /// Year, month and day, by counting in eras of 400 years that begin in March: so the leap day comes last.
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
