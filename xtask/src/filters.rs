//! The filters of a part of the tests. The part would pass without a test if a filter selects none, for example because the
//! module with that name has got another one.

use std::process::Stdio;

use xtask::cargo;

/// The word before a part of the names of tests that are left out.
const SKIP: &str = "--skip";

/// Other options of Rust's test program with a value in the next word.
const WITH_VALUE: [&str; 4] = ["--color", "--format", "--logfile", "--test-threads"];

/// Checks that each of the filters, by itself, selects one of the tests of `cargo` with `arguments`.
///
/// # Errors
/// If one does not, or the tests do not compile.
pub(crate) fn check(arguments: &[&str], filters: &[&str]) -> Result<(), String> {
    if filters.is_empty() {
        return Ok(());
    }
    let output = cargo::command().args(arguments).args(["--", "--list"]).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!("the tests cannot be listed ({}): cargo {}", output.status, arguments.join(" ")));
    }
    match idle(filters, &String::from_utf8_lossy(&output.stdout))[..] {
        [] => Ok(()),
        ref idle => {
            Err(format!("no test has a name with {}; was a module or a test renamed?", idle.join(", nor with ")))
        }
    }
}

/// Returns the filters that select none of the listed tests, or only those that another filter leaves out; and the filters behind
/// `--skip` that leave out none of them.
fn idle<'a>(filters: &[&'a str], list: &str) -> Vec<&'a str> {
    let names: Vec<_> = list.lines().filter_map(|line| line.strip_suffix(": test")).collect();
    let (mut chosen, mut left_out) = (Vec::new(), Vec::new());
    let mut words = filters.iter().copied();
    while let Some(word) = words.next() {
        match word {
            SKIP => left_out.extend(words.next()),
            _ if WITH_VALUE.contains(&word) => drop(words.next()),
            _ if word.starts_with('-') => {}
            _ => chosen.push(word),
        }
    }
    let stays = |name: &&&str| !left_out.iter().any(|skipped| name.contains(skipped));
    let is_chosen = |filter: &&str| names.iter().filter(stays).any(|name| name.contains(*filter));
    let leaves_out = |filter: &&str| names.iter().any(|name| name.contains(*filter));
    let idle = chosen.iter().filter(|filter| !is_chosen(filter));
    idle.chain(left_out.iter().filter(|filter| !leaves_out(filter))).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::idle;

    const LIST: &str =
        "delivery::soak::a: test\ndelivery::resume::b: test\nsync::c: test\nd: benchmark\n\n3 tests, 1 benchmark\n";

    #[test]
    fn a_filter_without_a_test_is_found_beside_others_that_have_some() {
        assert_eq!(idle(&["delivery::", "sync::"], LIST), [""; 0]);
        assert_eq!(idle(&["delivery::", "trees::", "d"], LIST), ["trees::"]);
        assert_eq!(idle(&["benchmark"], LIST), ["benchmark"]);
    }

    #[test]
    fn a_filter_whose_tests_are_all_left_out_is_found_and_one_that_leaves_out_none() {
        assert_eq!(idle(&["delivery::", "--skip", "delivery::soak::"], LIST), [""; 0]);
        assert_eq!(idle(&["soak", "sync::", "--skip", "delivery::"], LIST), ["soak"]);
        assert_eq!(idle(&["sync::", "--skip", "delivery::fast::"], LIST), ["delivery::fast::"]);
    }

    #[test]
    fn other_options_of_the_test_program_are_no_filters() {
        assert_eq!(idle(&["--nocapture", "--test-threads", "1", "sync", "--format=terse"], LIST), [""; 0]);
    }
}
