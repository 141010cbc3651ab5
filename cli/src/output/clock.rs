//! The time of day for logs and events: always in UTC, so that lines of several machines can be compared and no hour
//! occurs twice a year. A process behind the fence cannot read the tables of time zones.

use std::time::{SystemTime, UNIX_EPOCH};

/// Returns the time now as RFC 3339 has it, to the millisecond: `2026-11-28T02:10:33.123Z`.
pub fn now() -> String {
    rfc3339(SystemTime::now())
}

/// Returns `time` as RFC 3339 has it. A clock before 1970, or after 9999, is shown as 1970.
fn rfc3339(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (seconds, milliseconds) = match ftp_uploader::utc(since.as_secs()) {
        Some(seconds) => (seconds, since.subsec_millis()),
        None => ("1970-01-01 00:00:00 UTC".to_owned(), 0),
    };
    let (day, second) = seconds.trim_end_matches(" UTC").split_once(' ').unwrap_or_default();
    format!("{day}T{second}.{milliseconds:03}Z")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_time_is_in_utc_to_the_millisecond() {
        let time = |milliseconds| rfc3339(UNIX_EPOCH + Duration::from_millis(milliseconds));
        assert_eq!(time(1_795_831_833_007), "2026-11-28T02:10:33.007Z");
        assert_eq!(time(0), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn a_clock_that_is_far_off_is_shown_as_1970() {
        let early = UNIX_EPOCH - Duration::from_secs(1);
        let late = UNIX_EPOCH + Duration::from_secs(300_000_000_000);
        assert_eq!([early, late].map(rfc3339), ["1970-01-01T00:00:00.000Z"; 2]);
    }
}
