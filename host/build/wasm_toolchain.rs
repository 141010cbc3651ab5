//! The file `<target dir>/wasm-toolchain`: a toolchain for the component, if rustup cannot install wasm32-wasip2.
//!
//! `cargo xtask set-up` writes it (`xtask/src/wasm_target.rs`), and `wasm_build.rs` reads it. Without the file, the build uses
//! `cargo build --target wasm32-wasip2`. Its lines are `key=value`. All four keys are required, in any order; empty lines
//! and lines that start with `#` are skipped:
//!
//! ```text
//! cargo=/usr/bin/cargo              the program
//! rustc=/usr/bin/rustc              the value of RUSTC
//! rustflags=-Clink-arg=…            the value of RUSTFLAGS, which it replaces
//! flags=-Zbuild-std=core,alloc …    arguments for `cargo build`, split at spaces; RUSTC_BOOTSTRAP=1 allows -Z
//! ```

use std::fmt;

/// The file's name in the target directory.
pub(crate) const FILE_NAME: &str = "wasm-toolchain";

/// The file's four lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WasmToolchain {
    pub(crate) cargo: String,
    pub(crate) rustc: String,
    pub(crate) rustflags: String,
    pub(crate) flags: String,
}

impl WasmToolchain {
    /// Parses the file's text. The error names the missing key.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let value = |key: &str| {
            let mut pairs = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
            let found = pairs.find(|(name, _)| *name == key);
            found.map(|(_, value)| value.to_owned()).ok_or_else(|| format!("{FILE_NAME} has no line {key}="))
        };
        Ok(Self {
            cargo: value("cargo")?,
            rustc: value("rustc")?,
            rustflags: value("rustflags")?,
            flags: value("flags")?,
        })
    }
}

impl fmt::Display for WasmToolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# The toolchain with which host/build.rs builds the component. Written by `cargo xtask set-up`.")?;
        writeln!(f, "cargo={}", self.cargo)?;
        writeln!(f, "rustc={}", self.rustc)?;
        writeln!(f, "rustflags={}", self.rustflags)?;
        writeln!(f, "flags={}", self.flags)
    }
}

#[cfg(test)]
mod tests {
    use super::WasmToolchain;

    fn example() -> WasmToolchain {
        WasmToolchain {
            cargo: "/usr/bin/cargo".to_owned(),
            rustc: "/usr/bin/rustc".to_owned(),
            rustflags: "-Clink-arg=--wasm-ld-path=/usr/bin/wasm-ld-22".to_owned(),
            flags: "-Zbuild-std=core,alloc -Zbuild-std-features=compiler-builtins-mem".to_owned(),
        }
    }

    #[test]
    fn a_written_file_can_be_read_back() {
        assert_eq!(WasmToolchain::parse(&example().to_string()), Ok(example()));
    }

    #[test]
    fn order_blank_lines_and_comments_do_not_matter() {
        let text = "flags=-q\n\n# cargo=/no\nrustflags=\nrustc=r\ncargo=c\n";
        let read = WasmToolchain::parse(text);
        assert_eq!(read.map(|read| (read.cargo, read.flags)), Ok(("c".to_owned(), "-q".to_owned())));
    }

    #[test]
    fn a_missing_key_is_named() {
        let text = example().to_string().replace("rustc=", "rust=");
        assert_eq!(WasmToolchain::parse(&text), Err("wasm-toolchain has no line rustc=".to_owned()));
    }
}
