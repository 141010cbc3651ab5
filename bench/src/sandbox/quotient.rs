//! The cost of one more unit: the difference of a long run and a short one, divided by the number of units that the
//! long one has more.

use serde::Serialize;

use super::callgrind::Instructions;
use super::weigh::Run;

/// The cost of one more unit on one side.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Cost {
    /// The number of calls of handles.
    pub(crate) calls: f64,
    /// The number of instructions in user mode.
    pub(crate) instructions: f64,
    /// The part of them in the code of the component; 0 for native code.
    pub(crate) in_component: f64,
    /// The time, without callgrind.
    pub(crate) microseconds: f64,
}

/// One run, counted and timed.
pub(crate) struct Weighed {
    pub(crate) counted: Run,
    pub(crate) instructions: Instructions,
    pub(crate) timed: Run,
}

impl Cost {
    /// Returns the cost of one unit, if `long` has `units` more than `short`.
    pub(crate) fn of_one(short: &Weighed, long: &Weighed, units: f64) -> Self {
        let each = |what: fn(&Weighed) -> f64| (what(long) - what(short)) / units;
        Self {
            calls: each(|run| run.counted.calls as f64),
            instructions: each(|run| run.instructions.total as f64),
            in_component: each(|run| run.instructions.nameless as f64),
            microseconds: each(|run| run.timed.seconds * 1e6),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cost, Instructions, Run, Weighed};

    #[test]
    fn no_figure_contains_work_that_happens_once() {
        let run = |files: u64| Weighed {
            counted: Run { calls: 7 + 16 * files, seconds: 0.0 },
            instructions: Instructions { total: 1_000_000 + 500 * files, nameless: 3000 + 100 * files },
            timed: Run { calls: 0, seconds: 0.5 + 1e-6 * files as f64 },
        };
        let cost = Cost::of_one(&run(10), &run(1010), 1000.0);
        assert_eq!((cost.calls, cost.instructions, cost.in_component), (16.0, 500.0, 100.0));
        assert!((cost.microseconds - 1.0).abs() < 1e-6);
    }
}
