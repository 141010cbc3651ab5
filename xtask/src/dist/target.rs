//! The targets of `cargo xtask dist`: how each is compiled, linked and named. Another system is one more row in
//! [`TARGETS`].

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use xtask::apt;
use xtask::cargo;
use xtask::time_limit;

/// Two parts of the toolchain of about 40 MB each, over a slow network.
const RUSTUP_LIMIT: Duration = Duration::from_secs(300);

/// Every target that `cargo xtask dist` builds if none is named.
pub(crate) const TARGETS: [Target; 3] = [
    Target {
        triple: "x86_64-unknown-linux-musl",
        system: System::Linux { deb: "amd64" },
        // A C compiler for glibc is sufficient: ring's C includes only headers that are the same for musl.
        compilers: &["x86_64-linux-musl-gcc", "musl-gcc", "x86_64-linux-gnu-gcc", "gcc"],
        packages: &["gcc", "libc6-dev"],
        linkers: &["x86_64-linux-gnu-gcc", "gcc"],
    },
    Target {
        triple: "aarch64-unknown-linux-musl",
        system: System::Linux { deb: "arm64" },
        compilers: &["aarch64-linux-musl-gcc", "aarch64-linux-gnu-gcc"],
        packages: &["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"],
        linkers: &["aarch64-linux-musl-gcc", "aarch64-linux-gnu-gcc"],
    },
    Target {
        triple: "x86_64-pc-windows-gnu",
        system: System::Windows,
        compilers: &["x86_64-w64-mingw32-gcc"],
        packages: &["gcc-mingw-w64-x86-64"],
        linkers: &["x86_64-w64-mingw32-gcc"],
    },
];

/// A system and processor for which the program is built.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    /// Rust's name of the target.
    pub(crate) triple: &'static str,
    pub(super) system: System,
    /// Compilers for ring's C, the best one first.
    compilers: &'static [&'static str],
    /// The packages of Debian with one of these compilers.
    packages: &'static [&'static str],
    /// Drivers of a linker for this processor. The C library is that of Rust's target.
    linkers: &'static [&'static str],
}

/// The operating system of a target.
#[derive(Clone, Copy, Debug)]
pub(super) enum System {
    Linux {
        /// Debian's name of the architecture, for a `.deb`.
        deb: &'static str,
    },
    /// Experimental: nobody has run the program there.
    Windows,
}

impl System {
    /// Returns the name of the program's file.
    pub(super) fn program(self) -> &'static str {
        match self {
            Self::Linux { .. } => "ftp-uploader",
            Self::Windows => "ftp-uploader.exe",
        }
    }

    /// Returns further flags of rustc.
    pub(super) fn rust_flags(self) -> Option<&'static str> {
        match self {
            Self::Linux { .. } => None,
            // Otherwise the linker writes the time of the build.
            Self::Windows => Some("-Clink-arg=-Wl,--no-insert-timestamp"),
        }
    }
}

impl Target {
    /// Returns the target with this triple.
    pub(crate) fn named(triple: &str) -> Result<Self, String> {
        let known = || TARGETS.map(|target| target.triple).join(", ");
        TARGETS
            .into_iter()
            .find(|target| target.triple == triple)
            .ok_or_else(|| format!("`{triple}` is no target of dist; these are: {}", known()))
    }

    /// Returns the target whose programs run on this machine, if there is one.
    pub(crate) fn native() -> Option<Self> {
        let is_linux = |target: &Self| matches!(target.system, System::Linux { .. }) && cfg!(target_os = "linux");
        let is_native = |target: &Self| target.triple.starts_with(env::consts::ARCH) && is_linux(target);
        TARGETS.into_iter().find(is_native)
    }

    /// Returns true if the target is built without being named only where its tools are installed.
    pub(super) fn is_experimental(&self) -> bool {
        matches!(self.system, System::Windows)
    }

    /// Checks that the tools are installed.
    ///
    /// # Errors
    ///
    /// In one line, if one of them is not.
    pub(super) fn check_tools(&self) -> Result<(), String> {
        if has_standard_library(self.triple) && self.compiler().is_some() && self.linker().is_some() {
            return Ok(());
        }
        Err(format!("experimental, and its tools are not installed; cargo xtask dist {} does that", self.triple))
    }

    /// Installs the target's standard library by rustup and a C compiler by apt, where they are missing.
    ///
    /// # Errors
    ///
    /// In one line, if one of them cannot be had.
    pub(crate) fn set_up(&self) -> Result<(), String> {
        if !has_standard_library(self.triple) {
            let mut rustup = cargo::tool("rustup");
            let added = time_limit::fetch(rustup.args(["target", "add", self.triple]), RUSTUP_LIMIT);
            added.map_err(|why| format!("no standard library: rustup target add {}: {why}", self.triple))?;
        }
        if self.compiler().is_none() || self.linker().is_none() {
            let installed = apt::update().and_then(|()| apt::install(self.packages));
            installed.map_err(|why| {
                format!("no C compiler: {why}; on Debian: apt-get install {}", self.packages.join(" "))
            })?;
        }
        Ok(())
    }

    /// Returns the variables by which cargo and ring's build script find compiler and linker.
    pub(crate) fn tools(&self) -> Vec<(String, String)> {
        let underscores = self.triple.replace('-', "_");
        let linker = format!("CARGO_TARGET_{}_LINKER", underscores.to_uppercase());
        let found = [(format!("CC_{underscores}"), self.compiler()), (linker, self.linker())];
        found.into_iter().filter_map(|(key, tool)| Some((key, tool?.to_owned()))).collect()
    }

    fn compiler(&self) -> Option<&'static str> {
        self.compilers.iter().copied().find(|name| runs(name))
    }

    fn linker(&self) -> Option<&'static str> {
        self.linkers.iter().copied().find(|name| runs(name))
    }
}

/// Tells whether rustc has the standard library of a target: its folder is there even if only the name is known.
fn has_standard_library(triple: &str) -> bool {
    let output = cargo::tool("rustc").args(["--print", "target-libdir", "--target", triple]).output();
    output.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}

fn runs(compiler: &str) -> bool {
    let mut command = Command::new(compiler);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn an_unknown_target_is_refused_with_the_names_of_the_known_ones() {
        let refused = Target::named("z80-unknown-none").map(|target| target.triple).unwrap_err();
        assert!(refused.contains("z80-unknown-none") && refused.contains("aarch64-unknown-linux-musl"), "{refused}");
    }
}
