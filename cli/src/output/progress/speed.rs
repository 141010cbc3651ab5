//! The speed over the last seconds, from samples that are taken at each redraw.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The time over which the speed is measured.
const WINDOW: Duration = Duration::from_secs(5);

/// The shortest time over which a speed says anything: the first bytes only fill the buffers of the system.
const LEAST: Duration = Duration::from_millis(500);

/// A speed, in amounts per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// It is too early to tell.
    Unknown,
    /// Nothing has moved for the whole window.
    Stalled,
    /// The amount per second.
    PerSecond(f64),
}

/// The samples of the last seconds.
#[derive(Default)]
pub struct Speed(VecDeque<(Instant, u64)>);

impl Speed {
    /// Records that `amount` has moved since the beginning.
    pub fn sample(&mut self, now: Instant, amount: u64) {
        // The newest sample that is older than the window remains: the speed is measured from there.
        while self.0.get(1).is_some_and(|(at, _)| now.saturating_duration_since(*at) >= WINDOW) {
            self.0.pop_front();
        }
        self.0.push_back((now, amount));
    }

    /// Forgets all samples, for the time after a pause.
    pub fn restart(&mut self) {
        self.0.clear();
    }

    /// Returns the speed at the time of the last sample.
    pub fn rate(&self) -> Rate {
        let (Some((began, first)), Some((now, last))) = (self.0.front(), self.0.back()) else { return Rate::Unknown };
        let time = now.saturating_duration_since(*began);
        match last.saturating_sub(*first) {
            0 if time >= WINDOW => Rate::Stalled,
            0 => Rate::Unknown,
            _ if time < LEAST => Rate::Unknown,
            moved => Rate::PerSecond(moved as f64 / time.as_secs_f64()),
        }
    }
}

impl Rate {
    /// Returns the time that `amount` takes at this speed; `None` if there is no speed, or the time is too long to mean
    /// anything.
    pub fn time_for(self, amount: u64) -> Option<Duration> {
        let Self::PerSecond(rate) = self else { return None };
        Duration::try_from_secs_f64(amount as f64 / rate).ok().filter(|time| *time < Duration::from_secs(360_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rate after samples at these tenths of a second.
    fn rate(samples: impl IntoIterator<Item = (u64, u64)>) -> Rate {
        let (began, mut speed) = (Instant::now(), Speed::default());
        samples
            .into_iter()
            .for_each(|(tenths, amount)| speed.sample(began + Duration::from_millis(100 * tenths), amount));
        speed.rate()
    }

    #[test]
    fn the_speed_is_that_of_the_last_seconds() {
        // 1000 a second for a minute, then 10 a second for ten seconds.
        let fast = (0..600).map(|tenth| (tenth, tenth * 100));
        let slow = (600..700).map(|tenth| (tenth, 60_000 + (tenth - 600)));
        assert_eq!(rate(fast.chain(slow)), Rate::PerSecond(10.0));
    }

    #[test]
    fn there_is_no_speed_at_first_and_in_a_stall() {
        assert_eq!(rate([]), Rate::Unknown);
        assert_eq!(rate([(0, 0), (1, 4 << 20)]), Rate::Unknown);
        assert_eq!(rate((0..40).map(|tenth| (tenth, 7))), Rate::Unknown);
        assert_eq!(rate((0..60).map(|tenth| (tenth, 7))), Rate::Stalled);
        assert_eq!(Rate::Stalled.time_for(1), None);
    }

    #[test]
    fn a_time_of_years_is_not_told() {
        assert_eq!(Rate::PerSecond(4.0).time_for(10), Some(Duration::from_millis(2500)));
        assert_eq!(Rate::PerSecond(0.1).time_for(u64::MAX), None);
    }
}
