//! A server as `cargo xtask set-up` has unpacked it: where its programs are, and how to run them from there.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// One server's tree, with `usr/sbin` and so on in it.
pub(super) struct Unpacked {
    tree: PathBuf,
}

impl Unpacked {
    /// The tree of this name, or why there is none.
    pub(super) fn find(name: &str) -> Result<Self, String> {
        // Cargo gives `<target dir>/tmp` to integration tests; set-up works beside it.
        let tree = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("ftp-servers").join(name);
        // The marker is written last.
        if tree.join("complete").exists() {
            return Ok(Self { tree });
        }
        Err(format!("not unpacked in {}; `cargo xtask set-up` does that, or says why not", tree.display()))
    }

    /// Fails where set-up did not unpack this file in its time.
    pub(super) fn require(&self, inside: &str) -> Result<(), String> {
        let missing = || format!("{inside} is not unpacked; `cargo xtask set-up` does that, or says why not");
        self.path(inside).exists().then_some(()).ok_or_else(missing)
    }

    pub(super) fn path(&self, inside: &str) -> PathBuf {
        self.tree.join(inside)
    }

    /// A command for a program of the tree, which finds its libraries there.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env("LD_LIBRARY_PATH", self.library_path());
        // File names are bytes to most servers; to the others, UTF-8, whatever this machine is set to.
        command.env("LC_ALL", "C.UTF-8");
        command
    }

    /// Debian keeps libraries in `lib/<architecture>`; that name is found, not assumed.
    fn library_path(&self) -> String {
        ["usr/lib", "lib"]
            .iter()
            .filter_map(|folder| fs::read_dir(self.tree.join(folder)).ok())
            .flat_map(|entries| entries.flatten().map(|entry| entry.path().display().to_string()))
            .filter(|folder| folder.contains("-linux-"))
            .collect::<Vec<_>>()
            .join(":")
    }
}
