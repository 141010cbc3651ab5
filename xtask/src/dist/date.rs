//! The time that all archives and lists of one version have.

use std::env;

use xtask::cargo;

/// Returns SOURCE_DATE_EPOCH, or else the time of the last commit, in seconds since 1970.
pub(super) fn of_the_source() -> Result<u64, String> {
    if let Ok(given) = env::var("SOURCE_DATE_EPOCH") {
        return given.parse().map_err(|error| format!("SOURCE_DATE_EPOCH is `{given}`: {error}"));
    }
    let output = cargo::tool("git").args(["log", "-1", "--format=%ct"]).output();
    let output = output.map_err(|error| format!("cannot run git: {error}; set SOURCE_DATE_EPOCH"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().map_err(|_| "git tells no time of the last commit; set SOURCE_DATE_EPOCH".to_owned())
}

/// Returns a time in seconds since 1970 as in RFC 3339, in UTC.
pub(super) fn rfc_3339(time: u64) -> String {
    let (days, seconds) = (time / 86_400, time % 86_400);
    // Years begin in March here, so that the leap day is the last one; 400 years have 146,097 days.
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = era * 400 + year + next_year;
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{of_month:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::rfc_3339;

    #[test]
    fn times_are_told_in_utc_with_leap_days() {
        assert_eq!(rfc_3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc_3339(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(rfc_3339(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(rfc_3339(1_798_761_599), "2026-12-31T23:59:59Z");
        assert_eq!(rfc_3339(4_107_542_400), "2100-03-01T00:00:00Z");
    }
}
