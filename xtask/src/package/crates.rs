//! The published crates, and `cargo package`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use xtask::cargo;
use xtask::target_dir;

/// A published package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Published {
    pub(crate) name: &'static str,
    /// Its folder in the repository.
    pub(crate) folder: &'static str,
}

/// All published packages; each comes after those that it depends on.
pub(crate) const PUBLISHED: [Published; 7] = [
    Published { name: "ftp-protocol", folder: "guest/protocol" },
    Published { name: "ftp-authority", folder: "crates/authority" },
    Published { name: "ftp-text", folder: "crates/text" },
    Published { name: "ftp-plan", folder: "crates/plan" },
    Published { name: "ftp-delivery", folder: "delivery" },
    LIBRARY,
    Published { name: "ftp-uploader", folder: "cli" },
];

/// The package that holds the component.
pub(crate) const LIBRARY: Published = Published { name: "ftp-uploader-lib", folder: "host" };

impl Published {
    /// Returns the name of the packed folder.
    pub(crate) fn release(&self) -> String {
        // All packages have the version of the workspace, and so has this program.
        format!("{}-{}", self.name, env!("CARGO_PKG_VERSION"))
    }

    /// Returns the path of the packed file in `folder`.
    pub(crate) fn file(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.crate", self.release()))
    }
}

/// Packs all published packages of the workspace in the folder `stage`, and returns the folder of the `.crate` files.
///
/// `cargo package` would build every crate with its own settings, and wasmtime once more; `unpacked.rs` builds all of
/// them together.
pub(crate) fn pack(stage: &Path) -> Result<PathBuf, String> {
    println!("> cargo package --no-verify, in {}", stage.display());
    let target = target_dir::target_dir()?;
    // The builds before have fetched the index of the registry. Without them, it is fetched now.
    let offline = package(stage, &target).arg("--offline").stderr(Stdio::null()).status();
    if offline.is_ok_and(|status| status.success()) {
        return Ok(target.join("package"));
    }
    match package(stage, &target).status() {
        Ok(status) if status.success() => Ok(target.join("package")),
        Ok(status) => Err(format!("cargo package failed ({status}), in {}", stage.display())),
        Err(error) => Err(format!("cannot run cargo: {error}")),
    }
}

fn package(stage: &Path, target: &Path) -> Command {
    let mut command = cargo::command();
    // The stage is a copy outside of version control.
    command.current_dir(stage).args(["package", "--quiet", "--no-verify", "--allow-dirty", "--target-dir"]).arg(target);
    command.args(PUBLISHED.iter().flat_map(|package| ["--package", package.name]));
    command
}
