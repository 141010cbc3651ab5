//! The source files of the repository, with their paths from its root.

use std::env;
use std::fs;
use std::io;
use std::path::Path;

/// One source file.
pub(crate) struct Source {
    /// The path from the root of the repository, with `/` between its parts.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Folders without source files of this project.
const SKIPPED: [&str; 4] = ["target", "corpus", "node_modules", "snapshots"];

/// Endings of file names that are read.
const ENDINGS: [&str; 6] = [".rs", ".wit", ".mjs", ".py", ".c", ".h"];

/// All source files, sorted by path.
///
/// # Errors
/// If a folder or a file cannot be read.
pub(crate) fn all() -> io::Result<Vec<Source>> {
    // Cargo sets it for a program that it runs. The folder of compilation may be another one, if clones share a target folder.
    let package = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| "tidy".into());
    let root = Path::new(&package).join("..");
    let mut sources = Vec::new();
    read(&root, "", &mut sources)?;
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(sources)
}

fn read(folder: &Path, prefix: &str, sources: &mut Vec<Source>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            if !name.starts_with('.') && !SKIPPED.contains(&name.as_str()) {
                read(&entry.path(), &format!("{path}/"), sources)?;
            }
        } else if ENDINGS.iter().any(|ending| name.ends_with(ending)) {
            sources.push(Source { text: fs::read_to_string(entry.path())?, path });
        }
    }
    Ok(())
}

impl Source {
    /// Returns true for Rust code.
    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}
