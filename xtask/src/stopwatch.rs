//! The run time of each part of a long command, in seconds, so that everyone sees where the time of CI goes.

use std::fmt;
use std::time::{Duration, Instant};

/// The parts that have ended, in their order.
#[derive(Debug, Default)]
pub struct Stopwatch {
    parts: Vec<(String, Duration)>,
}

impl Stopwatch {
    /// Runs a part, and prints its name and its seconds, whatever its result.
    pub fn time<T>(&mut self, part: &str, run: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = run();
        let took = start.elapsed();
        println!("= {part}: {:.0} s", took.as_secs_f64());
        self.parts.push((part.to_owned(), took));
        result
    }

    /// Adds the parts of another thread.
    pub fn append(&mut self, mut other: Self) {
        self.parts.append(&mut other.parts);
    }
}

impl fmt::Display for Stopwatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (part, took) in &self.parts {
            writeln!(f, "{:>7.0} s  {part}", took.as_secs_f64())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Stopwatch;

    #[test]
    fn each_part_has_a_line_and_returns_its_result() {
        let (mut watch, mut other) = (Stopwatch::default(), Stopwatch::default());
        assert_eq!(watch.time("clippy", || 7), 7);
        other.time("servers", || ());
        watch.append(other);
        assert_eq!(watch.to_string(), "      0 s  clippy\n      0 s  servers\n");
    }
}
