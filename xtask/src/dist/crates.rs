//! The crates in a program, as `cargo tree` prints them: only those that are compiled for the target, with the features
//! that the build turns on; neither build scripts nor macros.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use xtask::cargo;
use xtask::target_dir;

/// A crate and its version, in the form of `cargo tree`: `clap v4.6.9`.
type Key = (String, String);

/// One crate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Crate {
    /// A licence expression (SPDX).
    pub(super) licence: String,
    /// The SHA-256 of the crate as the registry has it; empty for a crate of this workspace.
    pub(super) checksum: String,
    /// The crates that it needs.
    pub(super) needs: BTreeSet<Key>,
}

/// All crates of a program.
#[derive(Clone, Debug, Default)]
pub(super) struct Crates {
    pub(super) by_name: BTreeMap<Key, Crate>,
}

impl Crates {
    /// Returns the crates of the program for a target, and those of the component inside it, on which the library depends.
    pub(super) fn of(triple: &str) -> Result<Self, String> {
        let lock = target_dir::workspace().join("Cargo.lock");
        let lock = fs::read_to_string(&lock).map_err(|error| format!("cannot read {}: {error}", lock.display()))?;
        let mut crates = Self::default();
        crates.add(&tree(&["-p", "ftp-uploader", "--target", triple])?);
        crates.add(&tree(&["-p", "ftp-uploader-component", "--target", "wasm32-wasip2"])?);
        let component = crates.by_name.keys().find(|(name, _)| name == "ftp-uploader-component").cloned();
        let library = crates.by_name.iter_mut().find(|((name, _), _)| name == "ftp-uploader-lib");
        if let (Some(component), Some((_, library))) = (component, library) {
            library.needs.insert(component);
        }
        crates.add_checksums(&lock);
        Ok(crates)
    }

    /// Adds the lines `DEPTH|NAME vVERSION ...|LICENCE`, each below the crate that needs it.
    fn add(&mut self, tree: &str) {
        let mut path: Vec<Key> = Vec::new();
        for line in tree.lines() {
            let Some((depth, key, licence)) = parse(line) else { continue };
            path.truncate(depth);
            if let Some(above) = path.last().and_then(|above| self.by_name.get_mut(above)) {
                above.needs.insert(key.clone());
            }
            self.by_name.entry(key.clone()).or_default().licence = licence;
            path.push(key);
        }
    }

    fn add_checksums(&mut self, lock: &str) {
        for package in lock.split("[[package]]") {
            let value = |name: &str| {
                let line = package.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \""));
                line.map(|rest| rest.trim_end_matches('"').to_owned())
            };
            if let (Some(name), Some(version), Some(checksum)) = (value("name"), value("version"), value("checksum"))
                && let Some(found) = self.by_name.get_mut(&(name, version))
            {
                found.checksum = checksum;
            }
        }
    }
}

fn tree(arguments: &[&str]) -> Result<String, String> {
    let mut command = cargo::command();
    command.args(["tree", "--locked", "-e", "normal,no-proc-macro", "--prefix", "depth", "--format", "|{p}|{l}|"]);
    let output = command.args(arguments).output().map_err(|error| format!("cannot run cargo tree: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo tree: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn parse(line: &str) -> Option<(usize, Key, String)> {
    let mut cells = line.split('|');
    let depth = cells.next()?.parse().ok()?;
    let mut package = cells.next()?.split(' ');
    let key = (package.next()?.to_owned(), package.next()?.strip_prefix('v')?.to_owned());
    // Some old crates write `MIT/Apache-2.0`.
    Some((depth, key, cells.next()?.replace('/', " OR ")))
}

#[cfg(test)]
pub(super) mod tests {
    use super::Crates;

    fn key(name: &str, version: &str) -> (String, String) {
        (name.to_owned(), version.to_owned())
    }

    /// A small tree, as cargo prints it.
    pub(in crate::dist) fn example() -> Crates {
        let mut crates = Crates::default();
        crates.add(
            "0|ftp-uploader v0.1.0 (/here/cli)|MIT OR Apache-2.0|\n1|one v1.0.0|MIT|\n2|three v3.0.0|MIT/Apache-2.0|\n\
             1|two v2.0.0|Zlib|\n2|one v1.0.0|MIT| (*)\n",
        );
        crates.add_checksums("[[package]]\nname = \"one\"\nversion = \"1.0.0\"\nchecksum = \"ab12\"\n");
        crates
    }

    #[test]
    fn each_crate_knows_the_crates_that_it_needs() {
        let crates = example();
        let needs = |name, version| crates.by_name[&key(name, version)].needs.iter().cloned().collect::<Vec<_>>();
        assert_eq!(needs("ftp-uploader", "0.1.0"), [key("one", "1.0.0"), key("two", "2.0.0")]);
        assert_eq!(needs("two", "2.0.0"), [key("one", "1.0.0")]);
        assert_eq!(needs("one", "1.0.0"), [key("three", "3.0.0")]);
        assert_eq!(crates.by_name[&key("three", "3.0.0")].licence, "MIT OR Apache-2.0");
        assert_eq!(crates.by_name[&key("one", "1.0.0")].checksum, "ab12");
    }

    #[test]
    fn the_program_contains_the_library_the_component_and_no_compiler() {
        let crates = Crates::of("x86_64-unknown-linux-musl").unwrap();
        let has = |name: &str| crates.by_name.keys().any(|(other, _)| other == name);
        assert!(["ftp-uploader-lib", "ftp-uploader-component", "wasmtime", "rustls"].into_iter().all(has));
        assert!(!has("cranelift-codegen") && !has("syn") && !has("cc"));
        let unknown: Vec<_> = crates.by_name.iter().filter(|(_, one)| one.licence.is_empty()).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        let of_registries = crates.by_name.keys().filter(|(name, _)| !name.starts_with("ftp-"));
        assert!(of_registries.clone().count() > 50);
        assert!(of_registries.clone().all(|key| crates.by_name[key].checksum.len() == 64));
    }
}
