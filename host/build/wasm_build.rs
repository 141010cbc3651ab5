//! Builds a component for wasm32-wasip2 from its source: for `host/build.rs`, and for `cargo xtask`.
//!
//! Both use the same flags, and no path of the machine gets into the component. So the component in a published crate
//! can be compared, byte for byte, with one that is built elsewhere.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::inherited;
use crate::wasm_toolchain::WasmToolchain;

const TARGET: &str = "wasm32-wasip2";

/// The profile in the workspace's `Cargo.toml`.
const PROFILE: &str = "guest";

/// The folder in a target directory in which the components are built. The usual folders may be locked by the cargo that runs
/// the build script.
pub(crate) const FOLDER: &str = "components-build";

/// The folders of a build.
pub(crate) struct WasmBuild<'a> {
    /// The folder of the workspace with the source.
    pub(crate) workspace: &'a Path,
    /// A target directory that no running cargo has locked.
    pub(crate) target_dir: &'a Path,
    /// The file with another toolchain, if `cargo xtask set-up` has written one.
    pub(crate) record: Option<&'a Path>,
}

impl WasmBuild<'_> {
    /// Builds `package` as a component, and returns the path of its file. `tool` makes a command of the program cargo: the
    /// one that runs this program, or the recorded one.
    pub(crate) fn run(&self, package: &str, tool: impl FnOnce(&str) -> Command) -> Result<PathBuf, String> {
        let other = self.record.map(read).transpose()?;
        match self.command(package, other.as_ref(), tool).status() {
            Ok(status) if status.success() => Ok(self.file(package)),
            Ok(status) => Err(format!(
                "the component {package} did not build ({status}); if the {TARGET} target is missing: \
                 `rustup target add {TARGET}`, or `cargo xtask set-up` where rustup cannot"
            )),
            Err(error) => Err(format!("cannot run cargo: {error}")),
        }
    }

    /// Returns the command. `cargo rustc --crate-type` makes a component of a crate that is a plain library on other
    /// targets.
    fn command(&self, package: &str, other: Option<&WasmToolchain>, tool: impl FnOnce(&str) -> Command) -> Command {
        let own = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let mut cargo = tool(other.map_or(own.as_str(), |other| &other.cargo));
        cargo.args(["rustc", "--quiet", "--package", package, "--lib", "--crate-type", "cdylib"]);
        cargo.args(["--target", TARGET, "--profile", PROFILE, "--target-dir"]).arg(self.target_dir);
        // The component must get neither flags for the program's target, nor clippy in place of rustc, nor a profile that was
        // changed for the program.
        inherited::remove(&mut cargo, env::vars_os().map(|(name, _)| name));
        let mut flags = remapping(self.workspace);
        if let Some(other) = other {
            cargo.args(other.flags.split_whitespace()).env("RUSTC", &other.rustc).env("RUSTC_BOOTSTRAP", "1");
            flags.extend(other.rustflags.split_whitespace().map(str::to_owned));
        }
        // In this variable, flags may contain spaces.
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}")).current_dir(self.workspace);
        cargo
    }

    fn file(&self, package: &str) -> PathBuf {
        self.target_dir.join(TARGET).join(PROFILE).join(package.replace('-', "_")).with_extension("wasm")
    }
}

fn read(record: &Path) -> Result<WasmToolchain, String> {
    let text = fs::read_to_string(record).map_err(|error| format!("cannot read {}: {error}", record.display()))?;
    WasmToolchain::parse(&text)
}

/// Returns the flags that replace the folders of this machine, which messages of panics would contain.
fn remapping(workspace: &Path) -> Vec<String> {
    let workspace = workspace.canonicalize().unwrap_or_else(|_| workspace.to_owned());
    let home = env::var_os("HOME").or_else(|| env::var_os("USERPROFILE")).map(|home| Path::new(&home).join(".cargo"));
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from).or(home);
    let folders = [(Some(workspace), "/ftp-uploader"), (cargo_home, "/cargo")];
    let known = folders.into_iter().filter_map(|(folder, name)| Some((folder?, name)));
    known.map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display())).collect()
}

#[cfg(test)]
mod tests {
    use super::{WasmBuild, WasmToolchain};
    use std::path::Path;
    use std::process::Command;

    /// Returns the arguments of a build, after the program's name, and the flags for rustc.
    fn of(workspace: &Path, other: Option<&WasmToolchain>) -> (String, Vec<String>) {
        let build = WasmBuild { workspace, target_dir: Path::new("/t"), record: None };
        let command = build.command("guest", other, |program| Command::new(program));
        let words: Vec<_> = [command.get_program()].into_iter().chain(command.get_args()).collect();
        let line = words.join(" ".as_ref()).into_string().unwrap();
        let flags = command.get_envs().find(|(name, _)| *name == "CARGO_ENCODED_RUSTFLAGS").unwrap().1.unwrap();
        (line, flags.to_str().unwrap().split('\u{1f}').map(str::to_owned).collect())
    }

    #[test]
    fn the_folders_of_this_machine_are_replaced_also_if_a_name_has_a_space() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = folder.path().canonicalize().unwrap().join("a folder");
        std::fs::create_dir(&workspace).unwrap();
        let (line, flags) = of(&workspace.join("../a folder"), None);
        assert!(line.ends_with("--target wasm32-wasip2 --profile guest --target-dir /t"), "{line}");
        assert_eq!(flags[0], format!("--remap-path-prefix={}=/ftp-uploader", workspace.display()));
        assert!(flags[1].starts_with("--remap-path-prefix=") && flags[1].ends_with("=/cargo"), "{flags:?}");
    }

    #[test]
    fn a_component_gets_no_settings_of_the_build_around_it_but_flags_of_its_own() {
        let build = WasmBuild { workspace: Path::new("/"), target_dir: Path::new("/t"), record: None };
        let command = build.command("guest", None, |program| Command::new(program));
        let value = |wanted: &str| command.get_envs().find(|(name, _)| *name == wanted).map(|(_, value)| value);
        for name in ["RUSTC_WRAPPER", "CARGO_BUILD_RUSTFLAGS", "RUSTC_WORKSPACE_WRAPPER"] {
            assert_eq!(value(name), Some(None), "{name}");
        }
        assert!(value("CARGO_ENCODED_RUSTFLAGS").flatten().is_some());
    }

    #[test]
    fn a_recorded_toolchain_builds_with_its_own_flags_and_the_same_names_of_folders() {
        let other = WasmToolchain {
            cargo: "/usr/bin/cargo".to_owned(),
            rustc: "/usr/bin/rustc".to_owned(),
            rustflags: "-Clink-arg=x --cfg=no_wasi_libc".to_owned(),
            flags: "-Zbuild-std=core,alloc".to_owned(),
        };
        let (line, flags) = of(Path::new("/"), Some(&other));
        assert!(line.starts_with("/usr/bin/cargo rustc ") && line.ends_with(" -Zbuild-std=core,alloc"), "{line}");
        assert_eq!(flags[2..], ["-Clink-arg=x", "--cfg=no_wasi_libc"]);
    }
}
