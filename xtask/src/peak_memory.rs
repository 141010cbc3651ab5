//! Measures the peak memory and the run time of a child process.
//!
//! Linux records the peak itself (VmHWM in `/proc/PID/status`), so that frequent reads miss at most the last moment of
//! the child. getrusage(2) would also count cargo's other children. On other systems nothing is measured.

use std::fs;
use std::io;
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

/// The interval of the measurements. The demo's upload takes some tenths of a second.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// The result of [`watch`].
pub(crate) struct Run {
    pub(crate) status: ExitStatus,
    pub(crate) elapsed: Duration,
    /// The maximum of resident memory, in bytes; `None` if the system does not report it.
    pub(crate) peak: Option<u64>,
}

/// Waits for a child that has just been started. After `limit` the child is killed, which its status shows.
pub(crate) fn watch(child: &mut Child, limit: Duration) -> io::Result<Run> {
    let start = Instant::now();
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak = None;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Run { status, elapsed: start.elapsed(), peak });
        }
        if start.elapsed() > limit {
            child.kill()?;
        }
        // A zombie's file does not contain the line.
        let seen = fs::read_to_string(&status_file).ok().and_then(|text| high_water_mark(&text));
        peak = peak.max(seen);
        thread::sleep(LOOK_EVERY);
    }
}

fn high_water_mark(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::{high_water_mark, watch};
    use std::io;
    use std::process::Command;
    use std::time::Duration;

    #[test]
    fn the_peak_is_read_in_bytes() {
        assert_eq!(high_water_mark("VmPeak:\t  9000 kB\nVmHWM:\t    5120 kB\nVmRSS:\t 1 kB\n"), Some(5_242_880));
        assert_eq!(high_water_mark("State:\tZ (zombie)\n"), None);
    }

    #[test]
    fn a_child_that_is_too_slow_is_ended() -> io::Result<()> {
        let run = watch(&mut Command::new("sleep").arg("60").spawn()?, Duration::from_millis(100))?;
        assert!(!run.status.success());
        assert!(run.elapsed < Duration::from_secs(30));
        Ok(())
    }
}
