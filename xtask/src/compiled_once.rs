//! Checks that a build of the workspace compiles wasmtime once: it takes minutes, and one feature that differs between build
//! scripts and programs doubles that. `tests/shared-features` makes the features equal.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The crate that counts. A second copy of a small crate costs less than an entry in `tests/shared-features`.
const LARGE: &str = "wasmtime";

/// Checks the messages of a build of the whole workspace.
///
/// # Errors
///
/// If wasmtime was compiled twice. The message names the crates whose features differ, and these features.
pub(crate) fn check(messages: &str) -> Result<(), String> {
    let libraries = libraries(messages);
    let copies = libraries.iter().filter(|(package, _)| name(package) == LARGE).map(|(_, copies)| copies.len());
    if copies.max().unwrap_or_default() < 2 {
        return Ok(());
    }
    let differing: Vec<_> = libraries.iter().filter_map(|(package, copies)| difference(package, copies)).collect();
    Err(format!(
        "the workspace compiles {LARGE} twice, because of features that differ between build scripts and programs: {}; add them to tests/shared-features/Cargo.toml",
        differing.join(", ")
    ))
}

/// A compiled library: its files, and its features.
type Copy = (Vec<String>, BTreeSet<String>);

/// Returns the libraries of each package that the messages name.
fn libraries(messages: &str) -> BTreeMap<String, BTreeSet<Copy>> {
    let mut libraries = BTreeMap::<_, BTreeSet<_>>::new();
    for message in messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let is_library = strings(&message["target"]["kind"]).any(|kind| kind == "lib");
        if let (true, false, Some(package)) =
            (is_library, message["profile"]["test"] == true, message["package_id"].as_str())
        {
            let copy = (strings(&message["filenames"]).collect(), strings(&message["features"]).collect());
            libraries.entry(package.to_owned()).or_default().insert(copy);
        }
    }
    libraries
}

/// Returns the features that only one of the copies has, behind the name and the version of the package.
fn difference(package: &str, copies: &BTreeSet<Copy>) -> Option<String> {
    let has = |feature: &&String| copies.iter().all(|(_, features)| features.contains(*feature));
    let all: BTreeSet<_> = copies.iter().flat_map(|(_, features)| features).collect();
    let partial: Vec<_> = all.into_iter().filter(|feature| !has(feature)).map(String::as_str).collect();
    let label = package.rsplit(['/', '#']).next().unwrap_or(package);
    (!partial.is_empty()).then(|| format!("{label} ({})", partial.join(", ")))
}

/// Returns the name in an identifier such as `registry+…#wasmtime@48.0.8`.
fn name(package: &str) -> &str {
    let label = package.rsplit('#').next().unwrap_or(package);
    label.split('@').next().unwrap_or(label)
}

fn strings(value: &Value) -> impl Iterator<Item = String> {
    value.as_array().into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::check;

    /// Returns a message of cargo about a library.
    fn built(package: &str, file: &str, features: &str) -> String {
        format!(
            r#"{{"reason":"compiler-artifact","package_id":"registry+x#{package}","target":{{"kind":["lib"]}},"profile":{{"test":false}},"features":[{features}],"filenames":["{file}"]}}"#
        ) + "\n"
    }

    #[test]
    fn a_second_copy_of_wasmtime_is_refused_with_the_features_that_differ() {
        let once = built("wasmtime@48.0.8", "a.rlib", "") + &built("libc@0.2.1", "b.rlib", r#""std""#);
        assert_eq!(check(&once), Ok(()));
        let small = once.clone() + &built("libc@0.2.1", "c.rlib", "");
        assert_eq!(check(&small), Ok(()));
        let why = check(&(small + &built("wasmtime@48.0.8", "d.rlib", ""))).unwrap_err();
        assert!(why.contains("libc@0.2.1 (std)"), "{why}");
    }

    #[test]
    fn another_crate_of_wasmtime_and_a_message_told_twice_are_no_second_copy() {
        let lines = built("wasmtime@48.0.8", "a.rlib", "").repeat(2) + &built("wasmtime-environ@48.0.8", "b.rlib", "");
        assert_eq!(check(&lines), Ok(()));
    }
}
