//! The shells in which the tests try the completions. They are installed, because zsh finds its modules only where its
//! package puts them.

use std::process::{Command, Stdio};

use xtask::apt;

/// Each shell is a package of Debian with that name. Bash is on every Linux system.
const SHELLS: [&str; 2] = ["zsh", "fish"];

/// Returns the shells that are missing, after an attempt to install them as root.
pub(crate) fn missing() -> Vec<&'static str> {
    let missing = || SHELLS.into_iter().filter(|shell| !runs(shell)).collect::<Vec<_>>();
    let first = missing();
    if !first.is_empty()
        && let Err(why) = apt::update().and_then(|()| apt::install(&first))
    {
        println!("completions: {why}; on Debian: apt-get install {}", first.join(" "));
    }
    missing()
}

fn runs(shell: &str) -> bool {
    Command::new(shell)
        .args(["-c", "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
