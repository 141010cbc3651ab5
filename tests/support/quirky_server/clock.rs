//! Times of a quirky server: seconds since 1970 in UTC, and their forms in MDTM, MLSD and LIST.

use std::time::{SystemTime, UNIX_EPOCH};

/// The age from which on LIST shows the year instead of the time of day.
const HALF_A_YEAR: i64 = 182 * DAY;

/// The seconds of a day.
const DAY: i64 = 24 * 3600;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Returns the time of this machine.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock");
    i64::try_from(since.as_secs()).expect("a time of this age")
}

/// Parses `YYYYMMDDHHMMSS`, with or without a fraction.
pub(super) fn parse(text: &str) -> Option<i64> {
    let digits = text.split('.').next().filter(|digits| digits.len() == 14)?;
    let number = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i64>().ok();
    let (hour, minute, second) = (number(8..10)?, number(10..12)?, number(12..14)?);
    Some(days(number(0..4)?, number(4..6)?, number(6..8)?) * DAY + hour * 3600 + minute * 60 + second)
}

/// Returns the form `YYYYMMDDHHMMSS`.
pub(super) fn digits(time: i64) -> String {
    let (year, month, day) = date(time.div_euclid(DAY));
    let second = time.rem_euclid(DAY);
    format!("{year:04}{month:02}{day:02}{:02}{:02}{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// Returns the form of LIST, `Nov 28 02:17` or `Nov 28  2001`, where it is `now`.
pub(super) fn in_a_list(time: i64, now: i64) -> String {
    let (year, month, day) = date(time.div_euclid(DAY));
    let month = MONTHS[usize::try_from(month - 1).expect("a month")];
    let second = time.rem_euclid(DAY);
    if (now - time).abs() < HALF_A_YEAR {
        format!("{month} {day:2} {:02}:{:02}", second / 3600, second / 60 % 60)
    } else {
        format!("{month} {day:2}  {year:4}")
    }
}

/// Returns the days from 1970 to a date of the Gregorian calendar. The years are counted from March, so that the leap
/// day is the last one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month < 3 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year - 719_468
}

/// Returns year, month and day of the `number`th day after 1970.
fn date(number: i64) -> (i64, i64, i64) {
    let mut year = 1970 + number.div_euclid(366);
    while days(year + 1, 1, 1) <= number {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days(year, month + 1, 1) <= number {
        month += 1;
    }
    (year, month, number - days(year, month, 1) + 1)
}

#[test]
fn times_keep_their_value_in_every_form() {
    for (text, time) in [
        ("19700101000000", 0),
        ("20000229235959", 951_868_799),
        ("20010203040506", 981_173_106),
        ("20261231000000", 1_798_675_200),
    ] {
        assert_eq!((parse(text), &*digits(time)), (Some(time), text));
    }
    assert_eq!(parse("2001"), None);
    assert_eq!(parse("20010203040506.789"), Some(981_173_106));
    assert_eq!(in_a_list(981_173_106, 981_173_106 + DAY), "Feb  3 04:05");
    assert_eq!(in_a_list(981_173_106, 981_173_106 + 300 * DAY), "Feb  3  2001");
}
