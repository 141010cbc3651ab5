//! The texts of errors of the operating system, as messages show them.

use alloc::string::{String, ToString};
use core::fmt::Display;

/// The text that the standard library puts before the number of an error of the operating system.
const BEFORE_NUMBER: &str = " (os error ";

/// Returns the text of `error` without the numbers of system errors, such as ` (os error 2)`, which do not help a user.
/// Errors that quote another error are treated alike.
pub fn without_code(error: impl Display) -> String {
    let text = error.to_string();
    let mut rest = text.as_str();
    let mut plain = String::with_capacity(text.len());
    while let Some((before, after)) = rest.split_once(BEFORE_NUMBER) {
        let digits = after.trim_start_matches('-').trim_start_matches(|digit: char| digit.is_ascii_digit());
        match digits.strip_prefix(')') {
            Some(behind) if digits.len() < after.len() => {
                // The texts of Windows are sentences with a full stop. The caller's sentence has its own.
                plain.push_str(before.strip_suffix('.').unwrap_or(before));
                rest = behind;
            }
            _ => {
                plain.push_str(before);
                plain.push_str(BEFORE_NUMBER);
                rest = after;
            }
        }
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn the_number_of_a_system_error_is_left_out() {
        assert_eq!(without_code(io::Error::from_raw_os_error(2)), "No such file or directory");
        let quoted = io::Error::other(format!("it failed: {}; so it ends", io::Error::from_raw_os_error(13)));
        assert_eq!(without_code(quoted), "it failed: Permission denied; so it ends");
    }

    #[test]
    fn the_full_stop_of_a_text_of_windows_is_left_out() {
        assert_eq!(without_code("Host not found. (os error 11001)"), "Host not found");
        assert_eq!(
            without_code("it failed: Access is denied. (os error 5); so it ends"),
            "it failed: Access is denied; so it ends"
        );
    }

    #[test]
    fn other_text_stays() {
        for text in ["", "a (b)", "x (os error )", "x (os error two)", "x (os error 2", "(os error 2)"] {
            assert_eq!(without_code(text), text);
        }
        assert_eq!(without_code("a (os error 2) (os error -3)(os error 4)"), "a(os error 4)");
    }
}
