//! Sizes, rates and times as people read them.

use std::time::Duration;

/// The units of sizes, each 1024 times the one before.
const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// The size with its unit: `512 B`, `80.0 MiB`, `361 MiB`.
pub fn bytes(bytes: u64) -> String {
    let (divisor, unit) = unit_of(bytes);
    if unit == UNITS[0] {
        return format!("{bytes} B");
    }
    let value = as_float(bytes) / divisor;
    if value < 99.95 { format!("{value:.1} {unit}") } else { format!("{value:.0} {unit}") }
}

/// A part and the whole, both in the unit of the whole: `12.3 of 80.0 MiB`.
pub fn part_of(part: u64, whole: u64) -> String {
    let (divisor, unit) = unit_of(whole);
    if unit == UNITS[0] {
        return format!("{part} of {whole} B");
    }
    // Rounded down, so that the part equals the whole only at the end.
    let part = (as_float(part) / divisor * 10.0).floor() / 10.0;
    format!("{part:.1} of {:.1} {unit}", as_float(whole) / divisor)
}

/// A rate in bytes per second: `8.2 MiB/s`.
pub fn rate(bytes_per_second: f64) -> String {
    // A float above the largest integer becomes that integer.
    format!("{}/s", bytes(bytes_per_second as u64))
}

/// The rate at which `sent` bytes were sent in `time`; `None` if nothing was sent.
pub fn mean_rate(sent: u64, time: Duration) -> Option<String> {
    let seconds = time.as_secs_f64();
    (sent > 0 && seconds > 0.0).then(|| rate(as_float(sent) / seconds))
}

/// A time that has passed: `0.03 s`, `3.4 s`, `2 min 5 s`, `1 h 2 min`.
pub fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match time.as_secs() {
        _ if seconds < 0.0095 => format!("{:.3} s", seconds.max(0.001)),
        _ if seconds < 0.995 => format!("{seconds:.2} s"),
        _ if seconds < 59.95 => format!("{seconds:.1} s"),
        _ => long(time.as_secs()),
    }
}

/// A time to wait, in whole seconds, rounded up: `9s`, `2m 05s`, `1h 02m`. It is never zero.
pub fn left(time: Duration) -> String {
    let seconds = time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0)).max(1);
    match seconds {
        ..MINUTE => format!("{seconds}s"),
        MINUTE..HOUR => format!("{}m {:02}s", seconds / MINUTE, seconds % MINUTE),
        HOUR.. => format!("{}h {:02}m", seconds / HOUR, seconds % HOUR / MINUTE),
    }
}

/// The number with a comma before each group of three digits: `1,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The number of tenths of a percent, rounded down, and at most 999 before all is sent. Nothing is sent completely at
/// once.
pub fn permille(sent: u64, size: u64) -> u64 {
    if sent >= size { 1000 } else { u64::try_from(u128::from(sent) * 1000 / u128::from(size)).unwrap_or(999) }
}

/// The percentage with one decimal: `99.9%`.
pub fn percent(permille: u64) -> String {
    format!("{}.{}%", permille / 10, permille % 10)
}

fn long(seconds: u64) -> String {
    if seconds < HOUR {
        format!("{} min {} s", seconds / MINUTE, seconds % MINUTE)
    } else {
        format!("{} h {} min", seconds / HOUR, seconds % HOUR / MINUTE)
    }
}

fn unit_of(bytes: u64) -> (f64, &'static str) {
    let mut divisor = 1.0;
    for unit in UNITS {
        // 1023.95 would be shown as 1024.0.
        if as_float(bytes) / divisor < 1023.95 {
            return (divisor, unit);
        }
        divisor *= 1024.0;
    }
    (divisor / 1024.0, UNITS[6])
}

/// Converts for display, where the loss above 2^53 does not matter.
fn as_float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_three_digits_and_a_unit() {
        let shown = [0, 1023, 1024, 12_897_485, 378_535_936, 1 << 30, u64::MAX].map(bytes);
        assert_eq!(shown, ["0 B", "1023 B", "1.0 KiB", "12.3 MiB", "361 MiB", "1.0 GiB", "16.0 EiB"]);
        assert_eq!(bytes((1 << 20) - 1), "1.0 MiB");
        assert_eq!(bytes(102_399), "100 KiB");
    }

    #[test]
    fn a_part_has_the_unit_of_the_whole_and_is_rounded_down() {
        assert_eq!(part_of(12_897_485, 80 << 20), "12.3 of 80.0 MiB");
        assert_eq!(part_of((80 << 20) - 1, 80 << 20), "79.9 of 80.0 MiB");
        assert_eq!(part_of(3, 6), "3 of 6 B");
    }

    #[test]
    fn times_are_never_zero() {
        let shown = [0, 4, 30, 3400, 60_000, 3_725_000].map(|ms| elapsed(Duration::from_millis(ms)));
        assert_eq!(shown, ["0.001 s", "0.004 s", "0.03 s", "3.4 s", "1 min 0 s", "1 h 2 min"]);
        let shown = [0, 8001, 125_000, 3_725_000].map(|ms| left(Duration::from_millis(ms)));
        assert_eq!(shown, ["1s", "9s", "2m 05s", "1h 02m"]);
    }

    #[test]
    fn a_rate_needs_bytes_and_time() {
        assert_eq!(mean_rate(10_240, Duration::from_millis(30)).as_deref(), Some("333 KiB/s"));
        assert_eq!(mean_rate(0, Duration::from_secs(1)), None);
        assert_eq!(mean_rate(1, Duration::ZERO), None);
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_hundred_percent_is_shown_only_when_all_is_sent() {
        let shown = |sent, size| percent(permille(sent, size));
        assert_eq!(shown(0, 0), "100.0%");
        assert_eq!(shown(1999, 2000), "99.9%");
        assert_eq!(shown(u64::MAX - 1, u64::MAX), "99.9%");
        assert_eq!(shown(u64::MAX, u64::MAX), "100.0%");
        assert_eq!(shown(1, 3), "33.3%");
    }
}
