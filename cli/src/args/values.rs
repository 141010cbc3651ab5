//! Parsers for the values of options.

use std::num::{NonZeroU64, NonZeroUsize};
use std::str::FromStr;
use std::time::Duration;

/// Parses a whole number, 0 or more.
pub fn whole_number<T: FromStr>(text: &str) -> Result<T, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or_else(|| "not a whole number".to_owned())
}

/// Parses a whole number, 1 or more.
pub fn positive(text: &str) -> Result<NonZeroUsize, String> {
    whole_number(text).ok().and_then(NonZeroUsize::new).ok_or_else(|| "not a whole number, 1 or more".to_owned())
}

/// Parses a time limit in whole seconds, up to a day.
pub fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
        _ => Err("not a whole number of seconds from 1 to 86400".to_owned()),
    }
}

/// Parses a wait in seconds, with or without a fraction, up to an hour.
pub fn fraction(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| (0.0..=3600.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "not a number of seconds from 0 to 3600".to_owned())
}

/// Parses permissions: the lowest nine bits of a POSIX mode.
pub fn octal(text: &str) -> Result<u16, String> {
    let plain = (3..=4).contains(&text.len()) && text.bytes().all(|digit| (b'0'..=b'7').contains(&digit));
    let mode = u16::from_str_radix(text, 8).ok().filter(|&mode| plain && mode <= 0o777);
    mode.ok_or_else(|| "not permissions from 000 to 777".to_owned())
}

/// Parses a rate in bytes per second. Suffixes are powers of 1024, as in curl and lftp: `500k` is 512000.
pub fn rate(text: &str) -> Result<NonZeroU64, String> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let times = match &text[number.len()..] {
        "" => Some(1),
        "k" | "K" => Some(1 << 10),
        "m" | "M" => Some(1 << 20),
        "g" | "G" => Some(1 << 30),
        _ => None,
    };
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let bytes =
        number.parse().ok().filter(|_| digits).zip(times).and_then(|(count, times)| u64::checked_mul(count, times));
    bytes.and_then(NonZeroU64::new).ok_or_else(|| "not a number of bytes such as 500000, 500k, 2m or 1g".to_owned())
}

/// Parses the name of an interface by the rules of Linux: 1 to 15 bytes (IFNAMSIZ), no slash, no space.
pub fn interface(text: &str) -> Result<String, String> {
    let fits = (1..16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
    fits.then(|| text.to_owned()).ok_or_else(|| "not the name of a network interface".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_written_in_digits() {
        assert_eq!([whole_number("0"), whole_number("7")], [Ok(0_u32), Ok(7)]);
        for text in ["", "x", "-1", "+1", "1.5", "4294967296"] {
            assert_eq!(whole_number::<u32>(text), Err("not a whole number".to_owned()), "{text}");
        }
        assert!(positive("2").is_ok() && positive("0").is_err() && positive("two").is_err());
    }

    #[test]
    fn a_rate_is_a_number_with_or_without_a_unit() {
        let bytes = |text| rate(text).map(NonZeroU64::get).ok();
        assert_eq!(
            [bytes("1"), bytes("500k"), bytes("2M"), bytes("1g")],
            [Some(1), Some(512_000), Some(2 << 20), Some(1 << 30)]
        );
        for text in ["", "0", "0k", "k", "-1", "+1", "1.5m", "1kb", "1 k", "1t", "99999999999g", "1kk"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }

    #[test]
    fn the_name_of_an_interface_is_one() {
        assert!(["lo", "eth0.100", "wg-home", "br_1"].iter().all(|name| interface(name).is_ok()));
        assert!(["", "a name", "../x", "sixteen-or-more0", "e\u{1b}"].iter().all(|name| interface(name).is_err()));
    }

    #[test]
    fn permissions_are_three_octal_digits_with_or_without_a_zero_in_front() {
        assert_eq!(octal("644"), Ok(0o644));
        assert_eq!(octal("0755"), Ok(0o755));
        for text in ["", "6", "64", "888", "1777", "+644", "u+x", "06444"] {
            assert!(octal(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_delay_may_be_a_fraction_and_not_endless() {
        assert_eq!(fraction("0.25"), Ok(Duration::from_millis(250)));
        for text in ["", "-1", "NaN", "inf", "3601", "1s"] {
            assert!(fraction(text).is_err(), "{text}");
        }
    }
}
