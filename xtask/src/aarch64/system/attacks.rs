//! The attacks on the fence: a program confines itself as an upload does, and tries what it may not do (`tests/attacks/`).

use std::collections::BTreeMap;
use std::path::Path;

use super::checks::{Check, Files, LIMIT, path};
use super::console::Outcome;
use super::init::Job;
use super::kernel::fence_of;

/// The name of the program in the machine.
const PROGRAM: &str = "fence-attack";

/// The outcomes of an attempt: it has succeeded; seccomp has refused it (ENOSYS); Landlock has (EACCES).
const DONE: &str = "done";
const NO_SUCH_CALL: &str = "error 38";
const DENIED: &str = "error 13";

/// The number of attempts.
const ATTEMPTS: usize = 19;

/// The attempts that an upload needs.
const NEEDED: [&str; 2] = ["connect to the server", "start a thread"];

/// Returns the attacks in passive and in active mode, and adds the program.
pub(super) fn checks(program: &Path, files: &mut Files) -> [Check; 2] {
    files.push((path(PROGRAM), program.to_owned()));
    let check = |name: &str, active: bool| {
        let words = [Some(path(PROGRAM)), active.then(|| "--active".to_owned())].into_iter().flatten().collect();
        let job = Job { name: name.to_owned(), words, environment: Vec::new(), limit: LIMIT };
        Check { job, judge: Box::new(move |outcome, kernel| judge(outcome, kernel, active)) }
    };
    [check("attacks", false), check("attacks-in-active-mode", true)]
}

/// Compares the outcome of each attempt with the expected one.
fn judge(outcome: &Outcome, kernel: &str, active: bool) -> Result<String, String> {
    let ports = fence_of(kernel)?.0.contains(&"ports");
    let tried: BTreeMap<_, _> = outcome.text.lines().filter_map(|line| line.split_once(": ")).collect();
    let unexpected: Vec<_> = tried
        .iter()
        .filter(|(name, seen)| expected(name, active, ports) != **seen)
        .map(|(name, seen)| format!("{name}: {seen}, not {}", expected(name, active, ports)))
        .collect();
    if outcome.code != 0 || tried.len() != ATTEMPTS || !unexpected.is_empty() {
        return Err(format!("exit code {}, {unexpected:?}:\n{}", outcome.code, outcome.text));
    }
    let refused = tried.values().filter(|seen| **seen != DONE).count();
    Ok(format!("{refused} of {ATTEMPTS} attempts were refused, and the right ones"))
}

/// Returns the right outcome of an attempt. In passive mode, the server names the ports to connect to, and nothing can be
/// listened on; in active mode, it is the other way round. Only a Landlock that knows ports tells them apart.
fn expected(attempt: &str, active: bool, ports: bool) -> &'static str {
    match (attempt, active) {
        ("connect elsewhere", false) | ("listen", true) => DONE,
        ("connect elsewhere" | "listen on a chosen port", true) if ports => DENIED,
        ("connect elsewhere" | "listen on a chosen port", true) => DONE,
        _ if NEEDED.contains(&attempt) => DONE,
        _ => NO_SUCH_CALL,
    }
}

#[cfg(test)]
mod tests {
    use super::{DENIED, DONE, NO_SUCH_CALL, expected, judge};
    use crate::aarch64::system::console::Outcome;

    #[test]
    fn only_the_needed_attempts_may_succeed() {
        assert_eq!(expected("open a file", true, true), NO_SUCH_CALL);
        assert_eq!(expected("start a thread", false, false), DONE);
        assert_eq!([true, false].map(|active| expected("listen", active, true)), [DONE, NO_SUCH_CALL]);
        assert_eq!([true, false].map(|ports| expected("connect elsewhere", true, ports)), [DENIED, DONE]);
    }

    #[test]
    fn an_attempt_that_succeeds_or_is_not_made_is_an_error() {
        let of = |text: &str| judge(&Outcome { code: 0, text: text.to_owned(), seconds: 0.0 }, "6.12.1", false);
        let error = of("open a file: done\nlisten: error 38\n").unwrap_err();
        assert!(
            error.contains("open a file: done, not error 38") && !error.contains("listen: error 38, not"),
            "{error}"
        );
        let many: String = (0..19).map(|number| format!("attempt {number}: error 38\n")).collect();
        assert!(of(&many).is_ok());
        assert!(of(many.trim_start_matches("attempt 0: error 38\n")).is_err());
    }
}
