//! The texts of the licences of all crates in a program. They ask that their text, with the names of the authors, goes
//! along with each copy.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use xtask::cargo;

use super::crates::Crates;

/// The beginnings of the names of files with licences, in lower case.
const NAMES: [&str; 5] = ["licen", "copying", "notice", "unlicense", "copyright"];

/// Returns all texts, each once, below the names of the crates that have it.
pub(super) fn of_others(crates: &Crates) -> Result<String, String> {
    let folders = folders()?;
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut silent = Vec::new();
    // A crate of this workspace has no checksum.
    for ((name, version), one) in crates.by_name.iter().filter(|(_, one)| !one.checksum.is_empty()) {
        let folder = folders.get(&(name.clone(), version.clone()));
        let found = folder.map(|folder| texts_in(folder)).transpose()?.unwrap_or_default();
        if found.is_empty() {
            silent.push(format!("{name} {version}: {}\n", one.licence));
        }
        for text in found {
            texts.entry(text).or_default().push(format!("{name} {version}"));
        }
    }
    Ok(render(texts, &silent))
}

fn render(texts: BTreeMap<String, Vec<String>>, silent: &[String]) -> String {
    let mut sections: Vec<_> = texts.into_iter().map(|(text, names)| (names.join(", "), text)).collect();
    sections.sort();
    let line = "=".repeat(80);
    let mut all =
        "The program contains the following crates, besides the standard library of Rust (MIT OR Apache-2.0)\n\
                   and the C library: on Linux musl (MIT), on Windows the start-up code of mingw-w64 (public domain, ZPL-2.1)\n\
                   and libgcc (GPL-3.0 WITH GCC-exception-3.1). Each text stands below the crates that it belongs to.\n"
            .to_owned();
    for (names, text) in sections {
        all += &format!("\n{line}\n{names}\n{line}\n\n{}\n", text.trim_end());
    }
    if !silent.is_empty() {
        all += &format!(
            "\n{line}\nThese crates name their licence, and have no file with its text:\n{line}\n\n{}",
            silent.concat()
        );
    }
    all
}

/// Returns the texts in the folder of a crate, with the line ends of Unix.
fn texts_in(folder: &Path) -> Result<Vec<String>, String> {
    let failed = |error| format!("cannot read {}: {error}", folder.display());
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().to_lowercase();
        if NAMES.iter().any(|start| name.starts_with(start)) && entry.path().is_file() {
            files.push(entry.path());
        }
    }
    files.sort();
    files.iter().map(|file| Ok(String::from_utf8_lossy(&fs::read(file).map_err(failed)?).replace('\r', ""))).collect()
}

/// Returns the folder of each crate, by name and version.
fn folders() -> Result<BTreeMap<(String, String), PathBuf>, String> {
    let output = cargo::command().args(["metadata", "--locked", "--format-version", "1"]).output();
    let output = output.map_err(|error| format!("cannot run cargo metadata: {error}"))?;
    let metadata: Value =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata cannot be read: {error}"))?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let folder = |package: &Value| {
        let text = |key: &str| package[key].as_str().map(str::to_owned);
        let folder = Path::new(package["manifest_path"].as_str()?).parent()?.to_owned();
        Some(((text("name")?, text("version")?), folder))
    };
    Ok(packages.filter_map(folder).collect())
}

#[cfg(test)]
mod tests {
    use super::{of_others, render};
    use crate::dist::crates::Crates;
    use std::collections::BTreeMap;

    #[test]
    fn a_text_that_two_crates_share_is_there_once_below_both() {
        let texts = BTreeMap::from([("Be kind.\n".to_owned(), vec!["a 1".to_owned(), "b 2".to_owned()])]);
        let all = render(texts, &["c 3: MIT\n".to_owned()]);
        assert_eq!(all.matches("Be kind.").count(), 1);
        assert!(all.contains("\na 1, b 2\n") && all.ends_with("c 3: MIT\n"), "{all}");
    }

    #[test]
    fn the_texts_of_real_crates_are_found() {
        let all = of_others(&Crates::of("x86_64-unknown-linux-musl").unwrap()).unwrap();
        for text in ["rustls", "wasmtime 48", "Permission is hereby granted, free of charge", "Apache License"] {
            assert!(all.contains(text), "no {text}");
        }
    }
}
