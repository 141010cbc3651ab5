//! qemu's user mode for aarch64: the one of this machine, or else the one that Debian's package holds, unpacked below the
//! target directory.

use std::env::consts::ARCH;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use xtask::unpacked as packages;

const PACKAGE: &str = "qemu-user-static";
const PROGRAM: &str = "qemu-aarch64-static";

/// The way to run a program for aarch64.
pub(super) struct Runner {
    /// `None` on a machine with that processor.
    qemu: Option<PathBuf>,
}

/// Finds or unpacks qemu.
pub(super) fn set_up(target_dir: &Path) -> Result<Runner, String> {
    if ARCH == "aarch64" {
        return Ok(Runner { qemu: None });
    }
    let unpacked = target_dir.join(PACKAGE).join("usr/bin").join(PROGRAM);
    for candidate in [PathBuf::from(PROGRAM), unpacked.clone()] {
        if runs(&candidate) {
            return Ok(Runner { qemu: Some(candidate) });
        }
    }
    let folder = target_dir.join(PACKAGE);
    let debs = folder.join("debs");
    fs::create_dir_all(&debs).map_err(|error| format!("cannot create {}: {error}", debs.display()))?;
    packages::download(&[PACKAGE], &debs, &mut packages::Lists::default())
        .and_then(|()| packages::extract_all(&debs, &folder))
        .map_err(|why| format!("no qemu: {why}; on Debian: apt-get install {PACKAGE}"))?;
    if runs(&unpacked) { Ok(Runner { qemu: Some(unpacked) }) } else { Err(format!("{PACKAGE} holds no {PROGRAM}")) }
}

impl Runner {
    /// Returns the words in front of the arguments of `program`.
    pub(super) fn command(&self, program: &Path) -> Vec<PathBuf> {
        self.qemu.iter().cloned().chain([program.to_owned()]).collect()
    }
}

fn runs(program: &Path) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
