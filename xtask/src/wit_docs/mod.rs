//! `cargo xtask wit-docs`: `docs/wit.md`, the contract for someone who will never see the Rust, and `docs/wit.lock`,
//! its shape, so that it cannot change without its version.
//!
//! The tests below fail when either file is behind `wit/`. How the pages are made is in `wit_docs/render.rs`, when the
//! lock may be renewed in `wit_docs/lock.rs`.

mod lock;
mod render;

use std::fs;
use std::path::PathBuf;

use wit_bindgen_core::wit_parser::{PackageId, Resolve};
use xtask::target_dir::workspace;

use lock::Lock;

/// `cargo xtask wit-docs`. Nothing is written unless both files can be.
pub(crate) fn run() -> Result<(), String> {
    let package = Package::read()?;
    let shape = package.shape()?;
    let recorded = recorded().map(|text| Lock::parse(&text)).transpose()?;
    lock::may_be_renewed(recorded.as_ref(), &shape, &changelog()?)?;
    let page = render::page(&package)?;
    write(PAGE, &page)?;
    write(LOCK, &shape.to_string())
}

/// The WIT package, read and resolved.
struct Package {
    resolve: Resolve,
    id: PackageId,
}

impl Package {
    fn read() -> Result<Self, String> {
        let mut resolve = Resolve::default();
        let read = resolve.push_dir(workspace().join("wit"));
        let (id, _) = read.map_err(|error| format!("wit/ cannot be read: {error:#}"))?;
        Ok(Self { resolve, id })
    }

    #[cfg(test)]
    fn parse(text: &str) -> Result<Self, String> {
        let mut resolve = Resolve::default();
        let id = resolve.push_source("test.wit", text).map_err(|error| format!("{error:#}"))?;
        Ok(Self { resolve, id })
    }

    fn shape(&self) -> Result<Lock, String> {
        Lock::of(&self.resolve, self.id)
    }
}

/// The lock file's text; none before the first run.
fn recorded() -> Option<String> {
    fs::read_to_string(path(LOCK)).ok()
}

fn changelog() -> Result<String, String> {
    fs::read_to_string(path("CHANGELOG.md")).map_err(|error| format!("cannot read CHANGELOG.md: {error}"))
}

fn write(file: &str, text: &str) -> Result<(), String> {
    fs::write(path(file), text).map_err(|error| format!("cannot write {file}: {error}"))?;
    println!("{file}: {} lines", text.lines().count());
    Ok(())
}

fn path(file: &str) -> PathBuf {
    workspace().join(file)
}

const PAGE: &str = "docs/wit.md";
const LOCK: &str = "docs/wit.lock";

#[cfg(test)]
mod tests {
    use super::{LOCK, Lock, PAGE, Package, changelog, lock, path, recorded, render};
    use std::fs;

    #[test]
    fn the_contract_has_not_changed_without_its_version() -> Result<(), String> {
        let recorded = Lock::parse(&recorded().ok_or(format!("{LOCK} is missing: cargo xtask wit-docs"))?)?;
        lock::compare(&recorded, &Package::read()?.shape()?, &changelog()?)
    }

    #[test]
    fn the_page_says_what_the_contract_says() -> Result<(), String> {
        let current = render::page(&Package::read()?)?;
        let written = fs::read_to_string(path(PAGE)).map_err(|error| format!("{PAGE}: {error}"))?;
        assert!(written == current, "{PAGE} is behind wit/; to render it: cargo xtask wit-docs");
        Ok(())
    }
}
