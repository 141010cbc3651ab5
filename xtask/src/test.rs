//! `cargo xtask test`: all checks that a change must pass. CI runs only this command.
//!
//! If a tool cannot be installed, its checks are skipped with a message; with CI=true that is a failure. The command
//! stops at the first failure.

use std::time::Duration;

use xtask::cargo;
use xtask::ci;
use xtask::target_dir;
use xtask::time_limit;
use xtask::wasm_target;

use crate::dependencies;
use crate::fleet;
use crate::ftp_servers;
use crate::fuzz;
use crate::miri;
use crate::package;
use crate::platforms;
use crate::shells;
use crate::skips;

/// The fastest check is first.
const CHECKS: &[Check] = &[
    Check { arguments: &["fmt", "--all", "--check"], environment: &[], component: Some("rustfmt") },
    Check {
        arguments: &["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"],
        environment: &[],
        component: Some("rustfmt"),
    },
    Check { arguments: &["run", "--quiet", "--package", "tidy"], environment: &[], component: None },
    Check {
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
    Check {
        arguments: &["test", "--workspace", "--features", "ftp-uploader/compiler"],
        environment: &[],
        component: None,
    },
];

/// The run time of each fuzzer. It is long enough to detect regressions; `cargo xtask fuzz` can run longer to find new
/// errors.
const FUZZ_SECONDS: u32 = 20;

/// The seed of the fuzzers. Every run tries the same inputs, so that only a change of the code can cause a failure.
const FUZZ_SEED: u32 = 2;

/// Both parts together take about 15 MB.
const RUSTUP_LIMIT: Duration = Duration::from_secs(60);

/// Runs `cargo xtask test`.
pub(crate) fn run() -> Result<(), String> {
    wasm_target::set_up()?;
    let skipped =
        [missing_servers()?, shells::missing(), missing_components(), fuzz::missing(), dependencies::missing()]
            .concat();
    if !skipped.is_empty() && ci::is_set() {
        return Err(format!("missing, and with CI=true nothing is skipped: {}", skipped.join(", ")));
    }
    let record = skips::new_record(&target_dir::target_dir()?)?;
    let record_path = record.display().to_string();
    for check in CHECKS {
        match check.component {
            Some(component) if skipped.contains(&component) => println!("SKIPPED, no {component}: {}", check.name()),
            _ => cargo::run(check.arguments, &[check.environment, &[(skips::VARIABLE, &record_path)]].concat())?,
        }
    }
    package::check()?;
    if !skipped.contains(&dependencies::CARGO_DENY) {
        dependencies::run()?;
    }
    miri::run()?;
    if !skipped.contains(&fuzz::COMPILER) {
        fuzz::try_targets(FUZZ_SECONDS, &[], Some(FUZZ_SEED))?;
    }
    fleet::run()?;
    platforms::run()?;
    println!("{}", verdict(&skipped, skips::summary(&record).as_deref()));
    Ok(())
}

/// Returns the last line. A run that has skipped checks does not look like a complete one.
fn verdict(missing: &[&str], skipped_tests: Option<&str>) -> String {
    let missing = (!missing.is_empty()).then(|| format!("missing here: {}", missing.join(", ")));
    let gaps: Vec<_> = missing.as_deref().into_iter().chain(skipped_tests).collect();
    match gaps[..] {
        [] => "All checks passed.".to_owned(),
        _ => format!("NOT EVERYTHING WAS CHECKED: {}. All else passed.", gaps.join("; ")),
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
    let missing = || CHECKS.iter().filter_map(Check::missing_component).collect::<Vec<_>>();
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
        assert_eq!(verdict(&[], None), "All checks passed.");
        for (missing, skipped) in [(&["vsftpd"][..], None), (&[], Some("195 tests were SKIPPED (no vsftpd)"))] {
            assert!(verdict(missing, skipped).starts_with("NOT EVERYTHING WAS CHECKED: "));
        }
    }
}
