//! `cargo xtask wit-docs`: writes `docs/wit.md`, the contract for readers who do not use Rust (`render.rs`), and
//! `docs/wit.lock`, its shape, which must not change without its version (`lock.rs`).
//!
//! The tests below fail if either file does not match `wit/`.

mod lock;
mod render;

use std::fs;
use std::path::PathBuf;

use wit_bindgen_core::wit_parser::{PackageId, Resolve};
use xtask::target_dir::workspace;

use lock::Lock;

const PAGE: &str = "docs/wit.md";
const LOCK: &str = "docs/wit.lock";

/// Runs `cargo xtask wit-docs`. It writes both files or none.
pub(crate) fn run() -> Result<(), String> {
    let package = Package::read()?;
    let shape = package.shape()?;
    let recorded = recorded().map(|text| Lock::parse(&text)).transpose()?;
    lock::may_be_renewed(recorded.as_ref(), &shape, &changelog()?)?;
    let page = render::page(&package)?;
    write(PAGE, &page)?;
    write(LOCK, &shape.to_string())
}

/// The resolved WIT package.
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

/// Returns the text of the lock file; `None` before the first run.
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
