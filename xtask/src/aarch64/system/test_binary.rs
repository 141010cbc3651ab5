//! The tests of the behaviour (`tests/`), compiled for aarch64, to be run in the virtual machine.

use std::path::PathBuf;

use xtask::cargo;
use xtask::target_dir;

use super::checks::{self, Check, Files};
use super::machine::FOLDER;
use crate::dist::Target;

/// The tests that are run: those of the fence, from inside and from outside, and those of active mode, in which the program
/// listens for connections. Their servers are in the test process.
const FILTERS: [&str; 4] = [
    "sandbox::fence",
    "sandbox::old_kernel",
    "hostile::network::a_server_that_connects_itself",
    "active_mode::libunftp",
];

/// The time for the tests of one filter, in seconds.
const LIMIT: u32 = 300;

/// The test binary for aarch64.
pub(in super::super) struct TestBinary {
    tests: PathBuf,
    /// The program that was built with it. The tests know its path.
    program: PathBuf,
}

impl TestBinary {
    /// Builds it, in the dev profile: it needs every crate of the tests, and the compiler of wasmtime.
    pub(in super::super) fn build(target: &Target) -> Result<Self, String> {
        target.set_up()?;
        let features = "ftp-uploader/compiler,ftp-uploader-lib/other-processors";
        let arguments = ["test", "--no-run", "-p", "ftp-uploader", "--test", "all", "--features", features];
        let messages = cargo::build_with(&[&arguments[..], &["--target", target.triple]].concat(), &target.tools())?;
        let executables = messages.lines().filter_map(|line| target_dir::string_field(line, "executable"));
        let tests = executables
            .map(PathBuf::from)
            .rfind(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("all-")));
        let tests = tests.ok_or("cargo does not print the path of the tests")?;
        Ok(Self { tests, program: cargo::program(&messages, "ftp-uploader")? })
    }

    /// Returns the checks, and adds the files that they need.
    pub(super) fn checks(&self, files: &mut Files) -> Vec<Check> {
        files.push((format!("{FOLDER}/tests"), self.tests.clone()));
        files.push((self.program.display().to_string(), self.program.clone()));
        FILTERS.into_iter().map(|filter| checks::of_tests(filter, LIMIT)).collect()
    }
}
