//! The two clocks: time that has passed, and a number that no other run has.

use alloc::format;
use alloc::string::String;

use ftp_text::digest::{Algorithm, Digest};
use wasip2::clocks::monotonic_clock::{self, Instant, subscribe_duration};
use wasip2::clocks::wall_clock;

const SECOND: u64 = 1_000_000_000;

/// The beginning of something.
pub(super) struct Stopwatch(Instant);

impl Stopwatch {
    pub(super) fn start() -> Self {
        Self(monotonic_clock::now())
    }

    /// Returns the time since then: `3.4 s`.
    pub(super) fn elapsed(&self) -> String {
        let passed = monotonic_clock::now().saturating_sub(self.0);
        format!("{:.2} s", passed as f64 / SECOND as f64)
    }
}

/// Waits.
pub(super) fn wait(seconds: u64) {
    subscribe_duration(seconds * SECOND).block();
}

/// Returns a number that other runs do not have, because they begin at another time. The names that are made of it need
/// not be secret: the server sees them, too.
pub(super) fn number() -> u64 {
    let (wall, monotonic) = (wall_clock::now(), monotonic_clock::now());
    let mut digest = Digest::new(Algorithm::Sha256);
    digest.update(&wall.seconds.to_be_bytes());
    digest.update(&wall.nanoseconds.to_be_bytes());
    digest.update(&monotonic.to_be_bytes());
    digest.finish().iter().take(8).fold(0, |number, &byte| number << 8 | u64::from(byte))
}
