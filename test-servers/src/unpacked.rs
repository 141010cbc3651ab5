//! A server that `cargo xtask set-up` has unpacked: the paths of its programs, and commands that run them.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The tree of one server, with `usr/sbin` and other folders.
pub(super) struct Unpacked {
    tree: PathBuf,
}

impl Unpacked {
    /// Returns the tree of this name.
    ///
    /// # Errors
    ///
    /// The reason, if the tree is not unpacked.
    pub(super) fn find(name: &str) -> Result<Self, String> {
        let tree = shelf().as_ref().map_err(String::clone)?.join(name);
        // set-up writes this marker last.
        if tree.join("complete").exists() {
            return Ok(Self { tree });
        }
        Err(format!("not unpacked in {}; `cargo xtask set-up` does that, or says why not", tree.display()))
    }

    /// Returns an error if the file is missing, which an older set-up did not unpack.
    pub(super) fn require(&self, inside: &str) -> Result<(), String> {
        let missing = || format!("{inside} is not unpacked; `cargo xtask set-up` does that, or says why not");
        self.path(inside).exists().then_some(()).ok_or_else(missing)
    }

    pub(super) fn path(&self, inside: &str) -> PathBuf {
        self.tree.join(inside)
    }

    /// Returns a command for a program of the tree, which loads its libraries from the tree.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env("LD_LIBRARY_PATH", self.library_path());
        // Most servers take file names for bytes. The others must take them for UTF-8, regardless of this machine's
        // locale.
        command.env("LC_ALL", "C.UTF-8");
        command
    }

    /// Returns the folders of libraries. Debian calls them `lib/<architecture>`, and the architecture varies.
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

/// Returns the folder into which set-up unpacks, below the target directory. As in set-up (`xtask/src/target_dir.rs`),
/// `cargo metadata` tells the target directory. CARGO_TARGET_TMPDIR is no substitute: it is elsewhere with `--target`,
/// or if a configuration file says so.
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
