//! `cargo xtask test platforms`: the same component on other platforms, each uploading one file to a real server.
//!
//! This file owns the order of things and the table at the end. What every platform gets is the [`Lab`]
//! (`elsewhere/lab.rs`); each platform is one file below `elsewhere/` with one function `run(lab: &Lab) -> Outcome`,
//! and one line in [`PLATFORMS`]. What is missing here is skipped aloud, and fails where CI=true.

mod attacked_server;
mod attacks;
mod c;
mod hashing_server;
mod lab;
mod node;
mod oci;
mod python;
mod reluctant_server;
mod stories;
mod story_server;
mod trial;
mod wash;
mod wasmtime_cli;

use std::fmt;
use std::process::ExitCode;

use xtask::{ci, components, target_dir, wasm_target};

use lab::Lab;

/// Which of the two files of `cargo xtask components` a platform ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Component {
    /// `ftp-uploader.wasm`: the platform implements the capabilities.
    Guest,
    /// `ftp-uploader-cli.wasm`: the platform has WASI 0.2.
    Command,
}

/// One upload that arrived byte for byte: a line of the table.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) platform: &'static str,
    pub(crate) version: String,
    pub(crate) component: Component,
    pub(crate) bytes: u64,
    /// From the start of the platform's process to its end.
    pub(crate) seconds: f64,
}

/// Why a platform has no line in the table.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// The platform is not to be had here: skipped aloud, a failure where CI=true.
    Missing(String),
    /// The platform is here and something did not work: a failure everywhere.
    Failed(String),
}

/// What became of one platform.
pub(crate) type Outcome = Result<Vec<Row>, Trouble>;

/// One platform: its name for messages, and its test.
type Platform = (&'static str, fn(&Lab) -> Outcome);

/// In the order of the table.
const PLATFORMS: &[Platform] = &[
    ("wasmtime CLI", wasmtime_cli::run),
    ("Node", node::run),
    ("Python", python::run),
    ("C", c::run),
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

/// Runs every platform. Goes on after a failure, so that the table is whole.
fn run() -> Result<(), String> {
    wasm_target::set_up()?;
    let (components, evil) = (components::build()?, components::build_evil()?);
    let lab = Lab::set_up(&target_dir::target_dir()?, components, evil)?;
    let mut rows = Vec::new();
    let mut troubles = Vec::new();
    for (name, test) in PLATFORMS {
        match test(&lab) {
            Ok(more) => rows.extend(more),
            Err(trouble) => troubles.push((*name, trouble)),
        }
    }
    print!("{}", Table(&rows));
    judge(&troubles, ci::is_set())
}

/// Says what is not in the table and why; fails if anything failed, or is missing where nothing may be.
fn judge(troubles: &[(&str, Trouble)], nothing_may_be_missing: bool) -> Result<(), String> {
    let mut failed = Vec::new();
    for (name, trouble) in troubles {
        match trouble {
            Trouble::Missing(why) if nothing_may_be_missing => failed.push(format!("{name} is missing: {why}")),
            Trouble::Missing(why) => println!("SKIPPED, {name} is missing: {why}"),
            Trouble::Failed(why) => failed.push(format!("{name}: {why}")),
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n           ")) }
}

/// The rows, for people.
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
    use super::{Component, Row, Table, Trouble, judge};

    #[test]
    fn what_is_missing_is_skipped_at_home_and_fails_where_nothing_may_be_missing() {
        let missing = [("wash", Trouble::Missing("no pip".to_owned()))];
        assert_eq!(judge(&missing, false), Ok(()));
        assert_eq!(judge(&missing, true), Err("wash is missing: no pip".to_owned()));
    }

    #[test]
    fn what_fails_fails_everywhere() {
        let failed = [("wash", Trouble::Failed("it crashed".to_owned()))];
        assert_eq!(judge(&failed, false), Err("wash: it crashed".to_owned()));
    }

    #[test]
    fn a_row_says_which_component_ran_where_and_how_fast() {
        let (platform, version) = ("node", "22.1".to_owned());
        let row = Row { platform, version, component: Component::Guest, bytes: 16_000_000, seconds: 0.1 };
        let table = Table(&[row]).to_string();
        let words: Vec<_> = table.lines().last().unwrap_or_default().split_whitespace().collect();
        assert_eq!(words, ["node", "22.1", "ftp-uploader.wasm", "16000000", "160", "ok"]);
    }
}
