//! `cargo xtask test platforms`: runs the components on other platforms, each of which uploads one file to a real
//! server.
//!
//! Each platform is a module with a function `run(lab: &Lab) -> Outcome`, and one line in [`PLATFORMS`]. A platform
//! that cannot be installed is skipped with a message; with CI=true that is a failure. The results are printed as a
//! table.

mod attacked_server;
mod attacks;
mod c;
mod cutting_relay;
mod deployments;
mod hashing_server;
mod javascript;
mod lab;
mod oci;
mod packages;
mod python;
mod reluctant_server;
mod stories;
mod story_server;
mod trial;
mod wash;
mod wasmtime_cli;

use std::fmt;
use std::io;
use std::process::ExitCode;

use xtask::stopwatch::Stopwatch;
use xtask::{ci, components, target_dir, wasm_target};

use lab::Lab;

/// One of the two files of `cargo xtask components`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Component {
    /// `ftp-uploader.wasm`: the platform implements the capabilities.
    Guest,
    /// `ftp-uploader-cli.wasm`: the platform has WASI 0.2.
    Command,
}

/// A row of the table: one upload that was stored completely.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) platform: &'static str,
    pub(crate) version: String,
    pub(crate) component: Component,
    pub(crate) bytes: u64,
    /// The run time of the platform's process.
    pub(crate) seconds: f64,
}

/// The reason why a platform has no row in the table.
#[derive(Clone, Debug)]
pub(crate) enum Problem {
    /// The platform cannot be installed here. It is skipped with a message; with CI=true this is a failure.
    Missing(String),
    /// A test of the platform failed.
    Failed(String),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Failed(format!("the test itself failed: {error}"))
    }
}

/// The result of one platform.
pub(crate) type Outcome = Result<Vec<Row>, Problem>;

/// A platform: its name in messages, and its test.
type Platform = (&'static str, fn(&Lab) -> Outcome);

/// All platforms, in the order of the table.
const PLATFORMS: &[Platform] = &[
    ("wasmtime CLI", wasmtime_cli::run),
    ("Node", javascript::node),
    ("Deno", javascript::deno),
    ("Bun", javascript::bun),
    ("Python", python::run),
    ("C", c::run),
    ("npm package", packages::npm::run),
    ("Python package", packages::wheel::run),
    ("C library", packages::library::run),
    ("wash", wash::run),
    ("OCI", oci::run),
];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("platforms: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Tests every platform, or those whose names are arguments. It continues after a failure, so that the table is complete.
fn run() -> Result<(), String> {
    wasm_target::set_up()?;
    let (components, evil) = (components::build()?, components::build_evil()?);
    let lab = Lab::set_up(&target_dir::target_dir()?, components, evil)?;
    let mut watch = Stopwatch::default();
    let mut rows = Vec::new();
    let mut problems = Vec::new();
    let named: Vec<_> = std::env::args().skip(1).collect();
    let is_wanted = |name: &str| named.is_empty() || named.iter().any(|wanted| wanted == name);
    for (name, test) in PLATFORMS.iter().filter(|(name, _)| is_wanted(name)) {
        match watch.time(name, || test(&lab)) {
            Ok(more) => rows.extend(more),
            Err(problem) => problems.push((*name, problem)),
        }
    }
    print!("{}", Table(&rows));
    judge(&problems, ci::is_set())
}

/// Prints the skipped platforms. Fails if a test failed, or if a platform is missing and nothing may be missing.
fn judge(problems: &[(&str, Problem)], nothing_may_be_missing: bool) -> Result<(), String> {
    let mut failed = Vec::new();
    for (name, problem) in problems {
        match problem {
            Problem::Missing(why) if nothing_may_be_missing => failed.push(format!("{name} is missing: {why}")),
            Problem::Missing(why) => println!("SKIPPED, {name} is missing: {why}"),
            Problem::Failed(why) => failed.push(format!("{name}: {why}")),
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n           ")) }
}

/// The rows as text.
struct Table<'a>(&'a [Row]);

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<24} {:<12} {:<22} {:>10} {:>7}  ok", "platform", "version", "component", "bytes", "MB/s")?;
        for row in self.0 {
            let rate = row.bytes as f64 / 1e6 / row.seconds;
            let (platform, version, component) = (row.platform, &row.version, row.component.file_name());
            writeln!(f, "{platform:<24} {version:<12} {component:<22} {:>10} {rate:>7.0}  ok", row.bytes)?;
        }
        Ok(())
    }
}

impl Component {
    /// The file below `<target>/components/`.
    pub(crate) fn file_name(self) -> &'static str {
        match self {
            Self::Guest => "ftp-uploader.wasm",
            Self::Command => "ftp-uploader-cli.wasm",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Component, Problem, Row, Table, judge};

    #[test]
    fn a_missing_platform_is_skipped_unless_nothing_may_be_missing() {
        let missing = [("wash", Problem::Missing("no pip".to_owned()))];
        assert_eq!(judge(&missing, false), Ok(()));
        assert_eq!(judge(&missing, true), Err("wash is missing: no pip".to_owned()));
    }

    #[test]
    fn a_failed_test_is_always_a_failure() {
        let failed = [("wash", Problem::Failed("it crashed".to_owned()))];
        assert_eq!(judge(&failed, false), Err("wash: it crashed".to_owned()));
    }

    #[test]
    fn a_row_has_platform_version_component_size_and_rate() {
        let (platform, version) = ("node", "22.1".to_owned());
        let row = Row { platform, version, component: Component::Guest, bytes: 16_000_000, seconds: 0.1 };
        let table = Table(&[row]).to_string();
        let words: Vec<_> = table.lines().last().unwrap_or_default().split_whitespace().collect();
        assert_eq!(words, ["node", "22.1", "ftp-uploader.wasm", "16000000", "160", "ok"]);
    }
}
