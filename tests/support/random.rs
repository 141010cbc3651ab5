//! The seed for tests that cut and kill at random.

use std::env;

/// Returns the seed in `FTP_UPLOADER_SEED`, or else a new one. The tests print it, so that a failure can be repeated.
pub(crate) fn seed() -> u64 {
    let set = env::var("FTP_UPLOADER_SEED").ok().and_then(|seed| seed.parse().ok());
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").subsec_nanos();
    set.unwrap_or_else(|| u64::from(now()))
}
