//! Measures the cost of the sandbox alone: the same conversation with the same server behind the same calls, as native
//! code and as the component that the program contains. It is counted in instructions, by callgrind, and measured by
//! the clock.
//!
//! Each figure is a quotient of differences (`sandbox/quotient.rs`), so that no figure contains the start-up. The two
//! sides are `sandbox/native.rs` and `sandbox/confined/`; `sandbox/weigh.rs` measures a run.

mod callgrind;
mod confined;
mod native;
mod quotient;
mod server;
pub(crate) mod weigh;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use quotient::{Cost, Weighed};

/// The columns: instructions in user mode, then time.
const HEAD: &str = "| one more | host calls | native | sandboxed | of these, the component's | sandbox's share | \
                    share per call | native µs | sandboxed µs | share µs |";

/// The environment of the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Side {
    /// Native code.
    Native,
    /// The component in its sandbox.
    Sandboxed,
}

/// The work of a run.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Work {
    /// The number of conversations, one after the other.
    pub(crate) sessions: u64,
    /// The number of files stored in each.
    pub(crate) files: u64,
    /// The size of each file, in bytes.
    pub(crate) size: u64,
    /// The number of bytes that one `splice` takes.
    pub(crate) piece: u64,
}

const USER: &[u8] = b"alice";
const DIRECTORY: &[u8] = b"incoming";
const NAME: &[u8] = b"report.csv";

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const FILE: Work = Work { sessions: 1, files: 100, size: 10 * KIB, piece: 256 * KIB };
const LARGE: Work = Work { sessions: 1, files: 1, size: 16 * MIB, piece: 256 * KIB };
const SESSION: Work = Work { sessions: 10, files: 0, ..FILE };

/// The measured quantities: a name, a short run, a long run, and the number of units that the long run has more.
const QUESTIONS: [(&str, Work, Work, f64); 4] = [
    ("connection: guest, login, directory", SESSION, Work { sessions: 210, ..SESSION }, 200.0),
    ("file of 10 KiB", FILE, Work { files: 1100, ..FILE }, 1000.0),
    ("MiB, 256 KiB a call", LARGE, Work { size: 1040 * MIB, ..LARGE }, 1024.0),
    (
        "MiB, 16 MiB a call",
        Work { piece: 16 * MIB, ..LARGE },
        Work { piece: 16 * MIB, size: 16 * 1025 * MIB, ..LARGE },
        16.0 * 1024.0,
    ),
];

/// One row of the table: the cost of one more unit.
#[derive(Serialize)]
struct Answer {
    what: &'static str,
    native: Cost,
    sandboxed: Cost,
}

/// Measures, prints the table, and writes `sandbox.md` and `sandbox.json` into `out`.
///
/// # Errors
/// If valgrind is missing, or if the two sides do not make the same calls, because then they have not done the same
/// work.
pub(crate) fn run(component: &Path, out: &Path) -> Result<(), String> {
    let valgrind = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    if !valgrind.is_ok_and(|status| status.success()) {
        return Err("valgrind is missing (on Debian: apt-get install valgrind)".to_owned());
    }
    let answers: Vec<Answer> = QUESTIONS.iter().map(|question| ask(question, component)).collect::<Result<_, _>>()?;
    let table = table(&answers);
    print!("{table}");
    fs::create_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
    let json = serde_json::to_string_pretty(&answers).map_err(|error| error.to_string())?;
    for (name, content) in [("sandbox.md", table), ("sandbox.json", json + "\n")] {
        fs::write(out.join(name), content).map_err(|error| format!("{name}: {error}"))?;
    }
    println!("written: sandbox.md and sandbox.json in {}", out.display());
    Ok(())
}

fn ask(&(what, short, long, units): &(&'static str, Work, Work, f64), component: &Path) -> Result<Answer, String> {
    let cost = |side| {
        let [short, long] = [weighed(side, short, component)?, weighed(side, long, component)?];
        Ok::<_, String>(Cost::of_one(&short, &long, units))
    };
    let (native, sandboxed) = (cost(Side::Native)?, cost(Side::Sandboxed)?);
    if native.calls != sandboxed.calls {
        return Err(format!("{what}: {} calls natively, {} in the sandbox", native.calls, sandboxed.calls));
    }
    Ok(Answer { what, native, sandboxed })
}

fn weighed(side: Side, work: Work, component: &Path) -> Result<Weighed, String> {
    let (counted, instructions) = weigh::count(side, work, component)?;
    Ok(Weighed { counted, instructions, timed: weigh::time(side, work, component)? })
}

/// Formats the answers as a Markdown table.
fn table(answers: &[Answer]) -> String {
    let mut text = format!("{HEAD}\n{}|\n", "| --- ".repeat(HEAD.matches('|').count() - 1));
    for Answer { what, native, sandboxed } in answers {
        let more = sandboxed.instructions - native.instructions;
        // Writing into a String cannot fail.
        let _ = writeln!(
            text,
            "| {what} | {:.4} | {:.0} | {:.0} | {:.0} | {more:.0} | {:.0} | {:.3} | {:.3} | {:.3} |",
            native.calls,
            native.instructions,
            sandboxed.instructions,
            sandboxed.in_component,
            more / native.calls,
            native.microseconds,
            sandboxed.microseconds,
            sandboxed.microseconds - native.microseconds,
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Answer, Cost, table};

    #[test]
    fn the_share_is_the_difference_and_is_also_given_for_each_call() {
        let native = Cost { calls: 16.0, instructions: 1000.0, in_component: 0.0, microseconds: 1.0 };
        let sandboxed = Cost { instructions: 9000.0, in_component: 2000.0, microseconds: 3.5, ..native };
        let text = table(&[Answer { what: "file", native, sandboxed }]);
        let last = text.lines().last();
        assert_eq!(last, Some("| file | 16.0000 | 1000 | 9000 | 2000 | 8000 | 500 | 1.000 | 3.500 | 2.500 |"));
    }
}
