//! The program under test: the one that cargo has built with the tests, or the one that `FTP_UPLOADER_PROGRAM` names, such as
//! a static program (`xtask/src/static_test.rs`).

use std::ffi::{OsStr, OsString};
use std::sync::LazyLock;

use test_servers::skips::skipped_as_expected;

/// The program that cargo has built. It can compile a component.
const BUILT: &str = env!("CARGO_BIN_EXE_ftp-uploader");

/// The option with a component, which a program that is handed out does not have.
const COMPONENT: &str = "--component";

static NAMED: LazyLock<Option<OsString>> = LazyLock::new(|| std::env::var_os("FTP_UPLOADER_PROGRAM"));

/// Returns the path of the program.
pub(crate) fn program() -> &'static OsStr {
    NAMED.as_deref().unwrap_or(BUILT.as_ref())
}

/// Returns true for a program that cargo has not built with the tests. It may have another C library.
pub(crate) fn is_another() -> bool {
    NAMED.is_some()
}

/// Returns the program for these arguments. Those that bring a component run the program that cargo has built, and the test
/// counts as skipped for the other one.
pub(crate) fn program_for<'a>(program: &'a OsStr, arguments: &[OsString]) -> &'a OsStr {
    if is_another() && arguments.iter().any(|argument| argument == COMPONENT) {
        skipped_as_expected("the program that is handed out cannot compile a component");
        return BUILT.as_ref();
    }
    program
}
