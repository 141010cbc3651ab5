//! The shells in which the tests try the completions, and the second program that shows the manual page to them. They are
//! installed, because zsh finds its modules only where its package puts them.

use std::process::{Command, Stdio};

use xtask::apt;

/// Each is a package of Debian with that name, with the arguments of a command that does nothing. Bash and man are on every
/// Linux system.
const PROGRAMS: [(&str, &[&str]); 3] = [("zsh", &["-c", "true"]), ("fish", &["-c", "true"]), ("mandoc", &["-Tutf8"])];

/// Returns the programs that are missing, after an attempt to install them as root.
pub(crate) fn missing() -> Vec<&'static str> {
    let absent = PROGRAMS.iter().filter(|(name, arguments)| !runs(name, arguments));
    let missing = || absent.clone().map(|(name, _)| *name).collect::<Vec<_>>();
    let first = missing();
    if !first.is_empty()
        && let Err(why) = apt::update().and_then(|()| apt::install(&first))
    {
        println!("completions and manual page: {why}; on Debian: apt-get install {}", first.join(" "));
    }
    missing()
}

fn runs(name: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(name);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
