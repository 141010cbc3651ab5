//! A server as `cargo xtask set-up` has unpacked it: where its programs are, and how to run them from there.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// One server's tree, with `usr/sbin` and so on in it.
pub(super) struct Unpacked {
    tree: PathBuf,
}

impl Unpacked {
    /// The tree of this name, or why there is none.
    pub(super) fn find(name: &str) -> Result<Self, String> {
        let tree = shelf().as_ref().map_err(String::clone)?.join(name);
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

/// The folder that set-up fills, below the target directory. Cargo is asked for that, in the folder of the workspace, as
/// set-up asks it (`xtask/src/target_dir.rs`): what it gives to tests as their folder (CARGO_TARGET_TMPDIR) lies somewhere
/// else with `--target`, or where a configuration file says so.
fn shelf() -> &'static Result<PathBuf, String> {
    static SHELF: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    SHELF.get_or_init(|| target_dir().map(|target| target.join("ftp-servers")))
}

fn target_dir() -> Result<PathBuf, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut metadata = Command::new(cargo);
    metadata.args(["metadata", "--no-deps", "--format-version", "1"]);
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace around the package");
    let output = metadata.current_dir(workspace).output();
    let output = output.map_err(|error| format!("cargo metadata cannot be run: {error}"))?;
    let said: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata cannot be read: {error}"))?;
    let folder = said["target_directory"].as_str().ok_or("cargo metadata does not name the target directory")?;
    Ok(folder.into())
}
