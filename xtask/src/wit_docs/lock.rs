//! The shape of the WIT package at its version: its text without comments, which do not affect an embedder's code.
//!
//! The rules for changes are in [`may_be_renewed`]. `wit_component::semver_check` does not replace them: it accepts
//! additional imports, which an embedder would have to implement, and its errors name neither the item nor the version.

use std::fmt;

use semver::Version;
use wit_bindgen_core::wit_parser::{PackageId, Resolve};
use wit_component::WitPrinter;

const HEADER: &str = "\
// The shape of the WIT package in wit/, without comments, at its version. Written by `cargo xtask wit-docs`.
//
// A test fails if the shape of wit/ differs from this file. A released version keeps its shape: the command refuses to
// record a change until the version in wit/world.wit is raised. If the version is that of `## Next release` in
// CHANGELOG.md, no embedder can depend on it yet, and the command records the change. Comments in wit/ are not recorded
// here, but in docs/wit.md, which the same command renders.

";

/// A package's version, and its text without comments and without the line with the version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lock {
    name: String,
    version: Version,
    shape: String,
}

impl Lock {
    /// Returns the shape of a resolved package.
    pub(super) fn of(resolve: &Resolve, id: PackageId) -> Result<Self, String> {
        let mut printer = WitPrinter::default();
        printer.emit_docs(false);
        printer.print(resolve, id, &[]).map_err(|error| format!("the WIT cannot be printed: {error:#}"))?;
        Self::parse(&String::from(printer.output))
    }

    /// Parses the text of a lock file or of a printed package: comments, `package NAME@VERSION;`, the rest.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let body: Vec<&str> = text.lines().filter(|line| !line.starts_with("//")).collect();
        let body = body.join("\n");
        let parts = body.trim().strip_prefix("package ").and_then(|rest| rest.split_once(';'));
        let named = parts.and_then(|(package, shape)| Some((package.split_once('@')?, shape)));
        let ((name, version), shape) = named.ok_or("the WIT package has no line `package NAME@VERSION;`")?;
        let version = Version::parse(version).map_err(|error| format!("the WIT package's version: {error}"))?;
        Ok(Self { name: name.to_owned(), version, shape: shape.trim().to_owned() })
    }

    fn same_shape(&self, other: &Self) -> bool {
        self.name == other.name && self.shape == other.shape
    }

    /// Returns the first lines that differ, to find the place.
    fn first_difference(&self, now: &Self) -> String {
        let mut pairs = self.shape.lines().zip(now.shape.lines());
        match pairs.find(|(was, is)| was != is) {
            Some((was, is)) => format!("`{}` is now `{}`", was.trim(), is.trim()),
            None => "lines were added or removed at its end".to_owned(),
        }
    }
}

/// The text of the file, with an explanation for the reader.
impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}package {}@{};\n\n{}", self.name, self.version, self.shape)
    }
}

/// Returns an error with an instruction, if the contract differs from the recorded one.
#[cfg(test)]
pub(super) fn compare(recorded: &Lock, current: &Lock, changelog: &str) -> Result<(), String> {
    if recorded == current {
        return Ok(());
    }
    may_be_renewed(Some(recorded), current, changelog)?;
    let change = if recorded.same_shape(current) { "version".to_owned() } else { recorded.first_difference(current) };
    Err(format!("the WIT changed ({change}), and docs/wit.lock does not record it; to record it: cargo xtask wit-docs"))
}

/// Returns an error if a change must not be recorded. It may be recorded with a higher version, or before the version
/// is released.
pub(super) fn may_be_renewed(recorded: Option<&Lock>, current: &Lock, changelog: &str) -> Result<(), String> {
    let Some(recorded) = recorded else { return Ok(()) };
    if current.version < recorded.version {
        return Err(format!("the WIT's version went back from {} to {}", recorded.version, current.version));
    }
    let raised = current.version > recorded.version;
    if raised || recorded.same_shape(current) || is_unreleased(&current.version, changelog) {
        return Ok(());
    }
    Err(format!(
        "the WIT changed ({}) and its version is still {}, which is released. Raise the version in wit/world.wit to \
         that of the next release in CHANGELOG.md, then run: cargo xtask wit-docs",
        recorded.first_difference(current),
        current.version
    ))
}

/// Returns true if the version is not yet released, so that no embedder can depend on it.
fn is_unreleased(version: &Version, changelog: &str) -> bool {
    let next = format!("## Next release: {version}");
    changelog.lines().any(|line| line.trim_end() == next)
}

#[cfg(test)]
mod tests {
    use super::super::Package;
    use super::{Lock, compare, may_be_renewed};

    const UNRELEASED: &str = "# Changelog\n\n## Next release: 1.0.0\n";
    const RELEASED: &str = "# Changelog\n\n## Next release: 1.1.0\n\n## 1.0.0\n";

    const BEFORE: &str = "package a:b@1.0.0;\ninterface i { f: func(n: u32); }\n";
    const CHANGED: &str = "package a:b@1.0.0;\ninterface i { f: func(n: u64); }\n";
    const RAISED: &str = "package a:b@1.1.0;\ninterface i { f: func(n: u64); }\n";

    fn lock(text: &str) -> Result<Lock, String> {
        Package::parse(text)?.shape()
    }

    #[test]
    fn comments_and_white_space_are_not_shape() -> Result<(), String> {
        let commented =
            "/// Of a.\npackage a:b@1.0.0;\n/// Of i.\ninterface i {\n  /// Of f.\n  f: func(n:  u32);\n}\n";
        compare(&lock(BEFORE)?, &lock(commented)?, RELEASED)
    }

    #[test]
    fn a_released_version_keeps_its_shape() -> Result<(), String> {
        let refusal = may_be_renewed(Some(&lock(BEFORE)?), &lock(CHANGED)?, RELEASED).err().unwrap_or_default();
        assert!(refusal.starts_with("the WIT changed (`f: func(n: u32);` is now `f: func(n: u64);`)"), "{refusal}");
        assert!(refusal.contains("Raise the version in wit/world.wit"), "{refusal}");
        assert_eq!(compare(&lock(BEFORE)?, &lock(CHANGED)?, RELEASED), Err(refusal));
        Ok(())
    }

    #[test]
    fn an_unreleased_version_may_change_but_must_be_recorded() -> Result<(), String> {
        may_be_renewed(Some(&lock(BEFORE)?), &lock(CHANGED)?, UNRELEASED)?;
        let stale = compare(&lock(BEFORE)?, &lock(CHANGED)?, UNRELEASED).err().unwrap_or_default();
        assert!(stale.ends_with("to record it: cargo xtask wit-docs"), "{stale}");
        Ok(())
    }

    #[test]
    fn a_raised_version_may_change_but_must_be_recorded() -> Result<(), String> {
        may_be_renewed(Some(&lock(BEFORE)?), &lock(RAISED)?, RELEASED)?;
        assert!(compare(&lock(BEFORE)?, &lock(RAISED)?, RELEASED).is_err());
        Ok(())
    }

    #[test]
    fn a_version_never_goes_back() -> Result<(), String> {
        assert!(may_be_renewed(Some(&lock(RAISED)?), &lock(CHANGED)?, UNRELEASED).is_err());
        Ok(())
    }

    #[test]
    fn the_order_of_cases_is_shape() -> Result<(), String> {
        let order = |cases: &str| lock(&format!("package a:b@1.0.0;\ninterface i {{ enum e {{ {cases} }} }}\n"));
        assert!(compare(&order("x, y")?, &order("y, x")?, RELEASED).is_err());
        Ok(())
    }

    #[test]
    fn a_written_lock_can_be_read_back() -> Result<(), String> {
        let lock = lock(BEFORE)?;
        assert_eq!(Lock::parse(&lock.to_string()), Ok(lock));
        Ok(())
    }

    #[test]
    fn a_package_without_a_version_is_refused() {
        assert!(lock("package a:b;\ninterface i { f: func(); }\n").is_err());
    }
}
