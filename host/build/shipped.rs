//! The component in a published crate: `component.wasm` and its SHA-256, in the folder of the package.
//!
//! `cargo xtask package` writes both files, and `host/build.rs` reads them. The digest shows damage and mixed-up
//! files. It does not show an attack, because both files come from the same place: SECURITY.md says how to compare the
//! component with a build from its source.

use std::fs;
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

/// The name of the component's file.
pub(crate) const FILE: &str = "component.wasm";

/// The name of the file with its digest, which `sha256sum --check` understands.
pub(crate) const DIGEST_FILE: &str = "component.wasm.sha256";

/// Reads the component in the folder `package`, and compares it with its digest.
pub(crate) fn read(package: &Path) -> Result<Vec<u8>, String> {
    let wasm = fs::read(package.join(FILE)).map_err(|error| missing(&error, package, FILE))?;
    let recorded =
        fs::read_to_string(package.join(DIGEST_FILE)).map_err(|error| missing(&error, package, DIGEST_FILE))?;
    let digest = digest_line(&wasm);
    if recorded.trim_end() != digest.trim_end() {
        return Err(format!(
            "{FILE} is damaged, or belongs to another release: `{}` was computed, but {DIGEST_FILE} has `{}`; \
             remove this copy of the crate, so that cargo downloads it again",
            digest.trim_end(),
            recorded.trim_end()
        ));
    }
    Ok(wasm)
}

/// Returns the content of [`DIGEST_FILE`] for the component `wasm`.
pub(crate) fn digest_line(wasm: &[u8]) -> String {
    format!("{}  {FILE}\n", base16ct::lower::encode_string(&Sha256::digest(wasm)))
}

fn missing(error: &io::Error, package: &Path, file: &str) -> String {
    format!(
        "there is no component to build with: {} has no {file} ({error}), and beside it there is no source \
         (guest/, wit/); take the crate from crates.io, which has the file, or a complete checkout of the repository",
        package.display()
    )
}

#[cfg(test)]
mod tests {
    use super::{DIGEST_FILE, FILE, digest_line, read};
    use std::fs;

    #[test]
    fn a_component_is_taken_only_if_its_digest_is_the_recorded_one() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, content: &[u8]| fs::write(folder.path().join(name), content).unwrap();
        assert!(read(folder.path()).unwrap_err().contains("no component.wasm "), "neither file is there");
        put(FILE, b"abc");
        assert!(read(folder.path()).unwrap_err().contains("no component.wasm.sha256"));
        put(DIGEST_FILE, digest_line(b"abc").as_bytes());
        assert_eq!(read(folder.path()).as_deref(), Ok(&b"abc"[..]));
        put(FILE, b"abd");
        let refusal = read(folder.path()).unwrap_err();
        assert!(refusal.contains("damaged") && refusal.contains("ba7816bf"), "{refusal}");
    }

    #[test]
    fn the_digest_has_the_form_of_sha256sum() {
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest_line(b"abc"), format!("{digest}  component.wasm\n"));
    }
}
