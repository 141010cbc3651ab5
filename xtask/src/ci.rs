//! The strictness of CI: a part that is missing on a machine is skipped there, with a message, and is a failure in CI.

use std::env;

/// Returns true if the variable CI is `true`: then a missing part is a failure.
pub fn is_set() -> bool {
    env::var("CI").is_ok_and(|ci| ci == "true")
}
