//! `cargo xtask test`: all checks that a change must pass. CI runs only this command.
//!
//! If a tool cannot be installed, its checks are skipped with a message; with CI=true that is a failure. The command
//! stops at the first failure. It prints the seconds of each part.

use std::env;
use std::env::consts::OS;
use std::thread::{self, ScopedJoinHandle};
use std::time::Duration;

use xtask::cargo;
use xtask::ci;
use xtask::stopwatch::Stopwatch;
use xtask::target_dir;
use xtask::time_limit;
use xtask::wasm_target;

use crate::compiled_once;
use crate::dependencies;
use crate::fleet;
use crate::foreign;
use crate::ftp_servers;
use crate::fuzz;
use crate::miri;
use crate::package;
use crate::platforms;
use crate::second_try;
use crate::shells;
use crate::skips;

/// The checks that need only the toolchain. The fastest one is first.
const STYLE: &[Check] = &[
    Check { part: "fmt", arguments: &["fmt", "--all", "--check"], environment: &[], component: Some("rustfmt") },
    Check {
        part: "fmt of the fuzzers",
        arguments: &["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"],
        environment: &[],
        component: Some("rustfmt"),
    },
    Check { part: "tidy", arguments: &["run", "--quiet", "--package", "tidy"], environment: &[], component: None },
    Check {
        part: "clippy",
        arguments: &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--features",
            "ftp-uploader/compiler",
            "--",
            "-D",
            "warnings",
        ],
        environment: &[],
        component: Some("clippy"),
    },
    Check {
        part: "doc",
        arguments: &[
            "doc",
            "--workspace",
            "--no-deps",
            "--document-private-items",
            "--features",
            "ftp-uploader/compiler",
        ],
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
        component: None,
    },
];

/// The tests, which also need servers and shells.
const TESTS: &[&str] = &["test", "--workspace", "--features", "ftp-uploader/compiler"];

/// The run time of each fuzzer. It is long enough to detect regressions; `cargo xtask fuzz` can run longer to find new
/// errors.
const FUZZ_SECONDS: u32 = 20;

/// The seed of the fuzzers and of the tests with random faults. Every run tries the same inputs, so that only a change of the
/// code can cause a failure. A plain `cargo test` takes new ones.
const SEED: u32 = 2;

/// The variable of the tests with random faults. If it is set, it is respected.
const TEST_SEED: &str = "FTP_UPLOADER_SEED";

/// Both parts together take about 15 MB.
const RUSTUP_LIMIT: Duration = Duration::from_secs(60);

/// Runs `cargo xtask test`.
pub(crate) fn run() -> Result<(), String> {
    let mut watch = Stopwatch::default();
    let outcome = run_all(&mut watch);
    print!("The seconds of each part:\n{watch}");
    println!("{}", outcome?);
    Ok(())
}

/// Runs every part, and returns the last line of the output.
fn run_all(watch: &mut Stopwatch) -> Result<String, String> {
    watch.time("the target wasm32-wasip2", wasm_target::set_up)?;
    let mut skipped = missing_components();
    refuse_gaps(&skipped)?;
    let record = skips::new_record(&target_dir::target_dir()?)?;
    let record_path = record.display().to_string();
    // Downloads wait for the network most of the time, and rustc uses the processors meanwhile.
    let (checked, fetched) = thread::scope(|scope| {
        let fetching = scope.spawn(fetch_tools);
        let checked = run_checks(STYLE, &skipped, &record_path, watch);
        (checked, fetching.join())
    });
    checked?;
    let (missing, fetching) = fetched.map_err(|_| "the thread that fetches tools panicked".to_owned())??;
    watch.append(fetching);
    skipped.extend(missing);
    refuse_gaps(&skipped)?;
    let mut unstable = run_tests(&record_path, watch)?;
    watch.time("packed crates", package::check)?;
    if !skipped.contains(&dependencies::CARGO_DENY) {
        watch.time("dependencies", dependencies::run)?;
    }
    unstable.extend(foreign::check(&skipped, watch)?);
    watch.time("Miri", miri::run)?;
    let fuzzes = !skipped.contains(&fuzz::COMPILER);
    if fuzzes {
        watch.time("building the fuzzers", fuzz::build_all)?;
    }
    watch.time("fleet", fleet::run)?;
    try_platforms(fuzzes, watch)?;
    Ok(verdict(&skipped, skips::summary(&record).as_deref(), &unstable))
}

/// Fetches the servers, shells and tools that are missing here, and returns the names of those that cannot be had. No
/// two apt commands run at once.
fn fetch_tools() -> Result<(Vec<&'static str>, Stopwatch), String> {
    let mut watch = Stopwatch::default();
    let missing = [
        watch.time("servers, beside the first checks", missing_servers)?,
        watch.time("shells, beside the first checks", shells::missing),
        watch.time("the fuzzers' compiler, beside the first checks", fuzz::missing),
        watch.time("cargo-deny, beside the first checks", dependencies::missing),
        watch.time("other systems, beside the first checks", foreign::missing),
    ];
    Ok((missing.concat(), watch))
}

fn refuse_gaps(missing: &[&str]) -> Result<(), String> {
    match foreign::required(missing)[..] {
        ref required @ [_, ..] if ci::is_set() => {
            Err(format!("missing, and with CI=true nothing is skipped: {}", required.join(", ")))
        }
        _ => Ok(()),
    }
}

fn run_checks(checks: &[Check], skipped: &[&str], record: &str, watch: &mut Stopwatch) -> Result<(), String> {
    for check in checks {
        match check.component {
            Some(component) if skipped.contains(&component) => println!("SKIPPED, no {component}: {}", check.name()),
            _ => {
                let environment = [check.environment, &[(skips::VARIABLE, record)]].concat();
                watch.time(check.part, || cargo::run(check.arguments, &environment))?;
            }
        }
    }
    Ok(())
}

/// Builds and runs the tests. Returns the names of those that have passed only alone.
fn run_tests(record: &str, watch: &mut Stopwatch) -> Result<Vec<String>, String> {
    let seed = env::var(TEST_SEED).unwrap_or_else(|_| SEED.to_string());
    let environment = [(skips::VARIABLE, record), (TEST_SEED, &*seed)];
    let messages = watch.time("building the tests", || cargo::build(&[TESTS, &["--no-run"]].concat()))?;
    if OS == "linux" {
        compiled_once::check(&messages)?;
    }
    watch.time("tests", || second_try::run(TESTS, &[], &environment))
}

/// Runs the tests of the platforms, which wait for servers a good part of the time, and meanwhile the fuzzers, which have the
/// lowest priority.
fn try_platforms(fuzzes: bool, watch: &mut Stopwatch) -> Result<(), String> {
    let (tried, fuzzed) = thread::scope(|scope| {
        let fuzzing = fuzzes.then(|| scope.spawn(|| fuzz::try_targets(FUZZ_SECONDS, &[], Some(SEED))));
        (watch.time("platforms, beside the fuzzers", platforms::run), fuzzing.map(ScopedJoinHandle::join))
    });
    tried?;
    fuzzed.unwrap_or(Ok(Ok(()))).map_err(|_| "the thread that runs the fuzzers panicked".to_owned())?
}

/// Returns the last line. A run that has skipped checks, or repeated tests, does not look like a complete one.
fn verdict(missing: &[&str], skipped_tests: Option<&str>, unstable: &[String]) -> String {
    let missing = (!missing.is_empty()).then(|| format!("missing here: {}", missing.join(", ")));
    let gaps: Vec<_> = missing.as_deref().into_iter().chain(skipped_tests).collect();
    let passed = match gaps[..] {
        [] => "All checks passed.".to_owned(),
        _ => format!("NOT EVERYTHING WAS CHECKED: {}. All else passed.", gaps.join("; ")),
    };
    match unstable {
        [] => passed,
        names => format!("{passed} UNSTABLE, passed only alone: {}.", names.join(", ")),
    }
}

/// Sets the servers up, and returns the names of the missing ones. Their tests are skipped.
fn missing_servers() -> Result<Vec<&'static str>, String> {
    let servers = ftp_servers::set_up(&target_dir::target_dir()?);
    Ok(servers.into_iter().filter(|server| server.outcome.is_err()).map(|server| server.name).collect())
}

/// Returns the missing parts of the toolchain, after an attempt to install them: rustup's minimal profile has neither
/// rustfmt nor clippy.
fn missing_components() -> Vec<&'static str> {
    let missing = || STYLE.iter().filter_map(Check::missing_component).collect::<Vec<_>>();
    if missing().is_empty() {
        return Vec::new();
    }
    let mut rustup = cargo::tool("rustup");
    if let Err(why) = time_limit::run(rustup.args(["component", "add"]).args(missing()), RUSTUP_LIMIT) {
        println!("rustup component add: {why}");
    }
    missing()
}

/// A cargo command.
struct Check {
    /// The name in the list of seconds.
    part: &'static str,
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
    /// The part of the toolchain that the command needs, in addition to cargo and rustc.
    component: Option<&'static str>,
}

impl Check {
    fn name(&self) -> &'static str {
        self.arguments.first().copied().unwrap_or_default()
    }

    fn missing_component(&self) -> Option<&'static str> {
        let answers = || {
            let output = cargo::command().args([self.name(), "--version"]).output();
            output.is_ok_and(|output| output.status.success())
        };
        self.component.filter(|_| !answers())
    }
}

#[cfg(test)]
mod tests {
    use super::verdict;

    #[test]
    fn a_run_that_skipped_tests_does_not_look_complete() {
        assert_eq!(verdict(&[], None, &[]), "All checks passed.");
        let unstable = verdict(&[], None, &["a::b".to_owned()]);
        assert_eq!(unstable, "All checks passed. UNSTABLE, passed only alone: a::b.");
        for (missing, skipped) in [(&["vsftpd"][..], None), (&[], Some("195 tests were SKIPPED (no vsftpd)"))] {
            assert!(verdict(missing, skipped, &[]).starts_with("NOT EVERYTHING WAS CHECKED: "));
        }
    }
}
