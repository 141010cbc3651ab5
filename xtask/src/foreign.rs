//! The other systems in `cargo xtask test`: macOS is compiled, Windows is checked and runs under wine, the static program runs a few of the
//! tests, also with the files that macOS and Windows share, and the one for aarch64 runs in qemu, also on a kernel for aarch64.
//!
//! Each has a command of its own, which does more. A system whose tools are missing is skipped, and named in the last line.

use std::env::consts::OS;
use std::path::PathBuf;

use xtask::stopwatch::Stopwatch;
use xtask::{cargo, ci, target_dir, wasm_target};

use crate::{aarch64, ftp_servers, portable, static_test, windows};

/// Fetches tools, or returns the reason why they cannot be had.
type SetUp = fn() -> Result<(), String>;

/// A system, its tools, and its checks.
struct System {
    /// The name of the tools, if they are missing.
    tools: &'static str,
    part: &'static str,
    set_up: SetUp,
    /// The name and the set-up of another tool, without which the system is skipped also with CI=true.
    optional: Option<(&'static str, SetUp)>,
    /// Returns the names of the tests that have passed only alone.
    check: fn() -> Result<Vec<String>, String>,
}

/// It is of another release of Debian than that of this machine, so that a mirror may lack it.
const KERNEL: &str = "a kernel for aarch64 in qemu";

const SYSTEMS: [System; 6] = [
    System {
        tools: "zig for macOS",
        part: "macOS, compiled",
        set_up: portable::set_up_macos,
        optional: None,
        check: || portable::check_macos().map(|()| Vec::new()),
    },
    System {
        tools: "wine",
        part: "Windows, under wine",
        set_up: windows::set_up,
        optional: None,
        check: || portable::check_windows().and_then(|()| windows::check()).map(|()| Vec::new()),
    },
    System {
        tools: "the target of static programs",
        part: "the static program",
        set_up: static_test::set_up,
        optional: None,
        check: static_test::check_unoptimised,
    },
    System {
        tools: "the target of static programs",
        part: "the files without calls of Linux",
        set_up: static_test::set_up,
        optional: None,
        check: portable::check_fallbacks,
    },
    System {
        tools: "qemu for aarch64",
        part: "aarch64, in qemu",
        set_up: aarch64::set_up,
        optional: None,
        check: || aarch64::check_unoptimised().map(|()| Vec::new()),
    },
    System {
        tools: "qemu for a machine with aarch64",
        part: "aarch64, on a kernel in qemu",
        set_up: aarch64::set_up_system,
        optional: Some((KERNEL, aarch64::set_up_kernel)),
        check: || aarch64::check_on_one_kernel().map(|()| Vec::new()),
    },
];

/// The profile, and the features of the library with which cargo builds the compiler of the component once for all of them.
pub(crate) const BUILD: [&str; 6] =
    ["--profile", "foreign", "--package", "ftp-uploader", "--features", "ftp-uploader-lib/other-processors"];

/// Builds the program for a system, without optimisation, and returns the path of the file with this name.
pub(crate) fn program(triple: &str, file: &str, tools: &[(String, String)]) -> Result<PathBuf, String> {
    let arguments = [&["build", "--target", triple][..], &BUILD].concat();
    cargo::program(&cargo::build_with(&arguments, tools)?, file)
}

/// Returns the tools that are missing, after an attempt to fetch them. On another system than Linux, all are.
pub(crate) fn missing() -> Vec<&'static str> {
    SYSTEMS.iter().filter_map(|system| system.missing(OS)).collect()
}

impl System {
    /// Returns the first of the tools that cannot be had on a machine with the system `os`.
    fn missing(&self, os: &str) -> Option<&'static str> {
        if os != "linux" {
            return Some(self.tools);
        }
        let tools = [(self.tools, self.set_up)].into_iter().chain(self.optional);
        for (name, set_up) in tools {
            if let Err(why) = set_up() {
                println!("{}: {why}", self.part);
                return Some(name);
            }
        }
        None
    }

    /// Returns true if one of its tools is in the list.
    fn needs_one_of(&self, missing: &[&str]) -> bool {
        missing.contains(&self.tools) || self.optional.is_some_and(|(name, _)| missing.contains(&name))
    }
}

/// Returns the names of those missing tools without which a run with CI=true fails. Others are only named in the last line.
pub(crate) fn required<'a>(missing: &[&'a str]) -> Vec<&'a str> {
    missing.iter().copied().filter(|tools| *tools != KERNEL).collect()
}

/// Runs `cargo xtask test systems`.
pub(crate) fn run() -> Result<(), String> {
    wasm_target::set_up()?;
    ftp_servers::set_up(&target_dir::target_dir()?);
    let missing = missing();
    let unstable = check(&missing, &mut Stopwatch::default())?;
    if !unstable.is_empty() {
        println!("UNSTABLE, passed only alone: {}.", unstable.join(", "));
    }
    if !missing.is_empty() {
        println!("NOT EVERYTHING WAS CHECKED: missing here: {}", missing.join(", "));
    }
    match required(&missing)[..] {
        ref required @ [_, ..] if ci::is_set() => {
            Err(format!("missing, and with CI=true nothing is skipped: {}", required.join(", ")))
        }
        _ => Ok(()),
    }
}

/// Checks each system whose tools are there. Returns the names of the tests that have passed only alone.
pub(crate) fn check(missing: &[&str], watch: &mut Stopwatch) -> Result<Vec<String>, String> {
    let mut unstable = Vec::new();
    for system in SYSTEMS.iter().filter(|system| !system.needs_one_of(missing)) {
        unstable.extend(watch.time(system.part, system.check)?);
    }
    Ok(unstable)
}

#[cfg(test)]
mod tests {
    use super::{KERNEL, SYSTEMS, SetUp, System, required};

    /// A system whose tools are there or not.
    fn system(set_up: SetUp, kernel: SetUp) -> System {
        System { tools: "qemu", part: "x", set_up, optional: Some((KERNEL, kernel)), check: || Ok(Vec::new()) }
    }

    #[test]
    fn with_ci_only_the_kernel_of_another_release_may_be_missing() {
        let (there, absent) = (|| Ok(()), || Err("no network".to_owned()));
        assert_eq!(system(there, there).missing("linux"), None);
        let kernel = system(there, absent).missing("linux").unwrap();
        assert_eq!((kernel, required(&[kernel]).len()), (KERNEL, 0));
        for system in [system(absent, there), system(absent, absent)] {
            assert_eq!(required(&[system.missing("linux").unwrap()]), ["qemu"]);
        }
        assert!(SYSTEMS.iter().all(|system| required(&[system.tools]) == [system.tools]));
    }

    #[test]
    fn a_system_is_skipped_if_one_of_its_tools_is_missing() {
        let system = system(|| Ok(()), || Ok(()));
        assert_eq!(system.missing("macos"), Some("qemu"));
        assert!(system.needs_one_of(&["wine", "qemu"]) && system.needs_one_of(&[KERNEL]));
        assert!(!system.needs_one_of(&["wine"]));
    }
}
