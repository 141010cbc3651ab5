//! Reads a profile of callgrind: the number of instructions, and how many of them are in code that belongs to no file,
//! which is the code of the component that wasmtime has mapped into memory.
//!
//! The format is in Valgrind's manual, "Callgrind Format Specification".

use std::collections::HashMap;

/// The instructions of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instructions {
    /// All instructions in user mode.
    pub(crate) total: u64,
    /// The instructions in code that belongs to no file.
    pub(crate) nameless: u64,
}

/// Reads a profile.
///
/// # Errors
/// If the profile has no instructions (`Ir`), or if its parts do not add up to its total.
pub(crate) fn read(profile: &str) -> Result<Instructions, String> {
    if !profile.lines().any(|line| line == "events: Ir") {
        return Err("callgrind has not counted instructions".to_owned());
    }
    let total = profile.lines().find_map(|line| line.strip_prefix("totals: ")?.trim().parse().ok());
    let total = total.ok_or("callgrind has written no totals")?;
    let of_objects = self_costs(profile);
    if of_objects.values().sum::<u64>() != total {
        return Err("callgrind's parts do not add up to its total".to_owned());
    }
    Ok(Instructions { total, nameless: of_objects.get("???").copied().unwrap_or_default() })
}

/// Returns the cost of each object file, without the functions that it calls.
fn self_costs(profile: &str) -> HashMap<&str, u64> {
    let (mut names, mut costs) = (HashMap::new(), HashMap::new());
    let mut object = "";
    let mut lines = profile.lines();
    while let Some(line) = lines.next() {
        match line.split_once('=') {
            Some(("ob", name)) => object = named(&mut names, name),
            Some(("cob", name)) => drop(named(&mut names, name)),
            // The next line is the cost of the call, which is counted where it was spent.
            Some(("calls", _)) => drop(lines.next()),
            _ if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) => {
                let cost: u64 = line.rsplit(' ').next().and_then(|cost| cost.parse().ok()).unwrap_or_default();
                *costs.entry(object).or_default() += cost;
            }
            _ => {}
        }
    }
    costs
}

/// Resolves a name: `(2) name` at its first occurrence, later only `(2)`.
fn named<'a>(names: &mut HashMap<&'a str, &'a str>, said: &'a str) -> &'a str {
    match said.split_once(' ') {
        Some((number, name)) => {
            names.insert(number, name);
            name
        }
        None => names.get(said).copied().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Instructions, read};

    const PROFILE: &str = "events: Ir\nob=(1) /bin/bench\nfn=(1) main\n0 5\n+3 2\ncob=(2) ???\ncfn=(2) 0x10\n\
        calls=1 0\n0 4\n* 1\n\nob=(2)\nfn=(2)\n-2 4\n\ntotals: 12\n";

    #[test]
    fn a_call_counts_where_it_is_spent() {
        assert_eq!(read(PROFILE), Ok(Instructions { total: 12, nameless: 4 }));
    }

    #[test]
    fn a_profile_that_does_not_add_up_is_refused() {
        assert!(read(&PROFILE.replace("totals: 12", "totals: 13")).is_err());
        assert!(read(&PROFILE.replace("totals: 12", "")).is_err());
        assert!(read(&PROFILE.replace("Ir", "Dr")).is_err());
    }
}
