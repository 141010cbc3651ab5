//! Builds the program of one target so that the same source gives the same bytes in every folder: the paths of the
//! workspace, of cargo and of the toolchain are replaced by fixed ones.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use xtask::cargo;
use xtask::target_dir;

use super::target::Target;

/// The separator of CARGO_ENCODED_RUSTFLAGS.
const UNIT_SEPARATOR: &str = "\x1f";

/// The folder of all replaced paths. No machine has it: otherwise its own paths were found in every program.
const REPLACED: &str = "/ftp-uploader-build";

/// The folders of the machine that builds, and their names in the program.
pub(super) struct Folders {
    /// The general ones come first: for a path below two of them, the last one counts.
    replaced: Vec<(PathBuf, String)>,
}

impl Folders {
    /// Returns the folders of this machine.
    pub(super) fn of_this_machine() -> Result<Self, String> {
        let cargo_home = home("CARGO_HOME", ".cargo")?;
        let rustc = output_of("rustc", &["-vV"])?;
        let commit = rustc.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("unknown");
        let sysroot = PathBuf::from(output_of("rustc", &["--print", "sysroot"])?.trim());
        let mut replaced = vec![
            (target_dir::workspace().to_owned(), format!("{REPLACED}/source")),
            (target_dir::target_dir()?, format!("{REPLACED}/target")),
            (cargo_home.clone(), format!("{REPLACED}/cargo")),
        ];
        // The folder of a registry has the name of its server and a hash, which differ where there is a mirror.
        let registries = fs::read_dir(cargo_home.join("registry/src")).into_iter().flatten().flatten();
        replaced.extend(registries.map(|registry| (registry.path(), format!("{REPLACED}/crates"))));
        replaced.push((sysroot.clone(), format!("{REPLACED}/rust")));
        // The name that rustc uses where the sources of the standard library are not installed.
        replaced.push((sysroot.join("lib/rustlib/src/rust"), format!("/rustc/{commit}")));
        Ok(Self { replaced })
    }

    /// Returns the flags of rustc, as CARGO_ENCODED_RUSTFLAGS takes them.
    fn rust_flags(&self, more: Option<&str>) -> String {
        let flags = self.replaced.iter().map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()));
        flags.chain(more.map(str::to_owned)).collect::<Vec<_>>().join(UNIT_SEPARATOR)
    }

    /// Returns the flags of the C compiler.
    fn c_flags(&self) -> String {
        let flags = self.replaced.iter().map(|(from, to)| format!("-ffile-prefix-map={}={to}", from.display()));
        flags.collect::<Vec<_>>().join(" ")
    }

    /// Returns the first path of this machine that `bytes` contain.
    pub(super) fn found_in(&self, bytes: &[u8]) -> Option<&Path> {
        self.replaced.iter().map(|(path, _)| path.as_path()).find(|path| contains(bytes, path))
    }
}

/// Returns true if `bytes` contain the folder, or a path in it. `/src` is also a part of other paths, such as `/a/src/lib.rs`
/// and `/src-2`, which tell nothing of this machine.
fn contains(bytes: &[u8], folder: &Path) -> bool {
    let wanted = folder.as_os_str().as_encoded_bytes();
    // `/` alone is a part of every path.
    let Some(parent) = folder.parent() else { return false };
    // The texts in a program have nothing between them, so that a letter may stand before a path. `/home/a` is no part of
    // another path by chance, but `/src` is.
    let is_short = parent.parent().is_none();
    let continues = |byte: &u8| is_part_of_a_name(*byte) || *byte == b'/';
    bytes.windows(wanted.len()).enumerate().filter(|(_, window)| *window == wanted).any(|(at, _)| {
        let (before, after) = (at.checked_sub(1).and_then(|at| bytes.get(at)), bytes.get(at + wanted.len()));
        let is_part_of_another = is_short && before.is_some_and(continues);
        !is_part_of_another && after.is_none_or(|byte| !is_part_of_a_name(*byte))
    })
}

/// Returns true for a byte that makes the name of a file longer. Others may be a part of a name, too, but in a program they
/// are the end of it.
fn is_part_of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".-_".contains(&byte)
}

/// Builds the program, and returns its path.
pub(super) fn program(target: &Target, folders: &Folders) -> Result<PathBuf, String> {
    println!("> cargo build --release -p ftp-uploader --target {}", target.triple);
    let output = command(target, folders).output().map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!("the build for {} failed ({})", target.triple, output.status));
    }
    cargo::program(&String::from_utf8_lossy(&output.stdout), target.system.program())
}

/// Returns the command that builds the program.
fn command(target: &Target, folders: &Folders) -> Command {
    let mut command = cargo::command();
    command.args(["build", "--release", "--locked", "-p", "ftp-uploader", "--bin", "ftp-uploader"]);
    command.args(["--features", "ftp-uploader-lib/other-processors", "--target", target.triple]);
    command.args(["--message-format=json-render-diagnostics"]).stderr(Stdio::inherit());
    cargo::without_settings(&mut command);
    command.env("CARGO_ENCODED_RUSTFLAGS", folders.rust_flags(target.system.rust_flags()));
    command.env(format!("CFLAGS_{}", target.triple.replace('-', "_")), folders.c_flags());
    command.envs(target.tools());
    command
}

/// Builds the program for this machine, without optimization, and returns its path.
pub(super) fn for_this_machine() -> Result<PathBuf, String> {
    let built = cargo::build(&["build", "-p", "ftp-uploader", "--features", "ftp-uploader-lib/other-processors"])?;
    cargo::program(&built, "ftp-uploader")
}

/// Returns the version of the compiler, as `1.95.0`.
pub(super) fn rust_version() -> Result<String, String> {
    let text = output_of("rustc", &["-vV"])?;
    let release = text.lines().find_map(|line| line.strip_prefix("release: "));
    release.map(str::to_owned).ok_or_else(|| "rustc -vV tells no release".to_owned())
}

/// Returns the folder that a variable names, or else the one in the home directory.
pub(super) fn home(variable: &str, usual: &str) -> Result<PathBuf, String> {
    let in_home = || env::var_os("HOME").map(|home| Path::new(&home).join(usual));
    env::var_os(variable)
        .map(PathBuf::from)
        .or_else(in_home)
        .ok_or_else(|| format!("neither {variable} nor HOME is set"))
}

fn output_of(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = cargo::tool(program).args(arguments).output();
    let output = output.map_err(|error| format!("cannot run {program}: {error}"))?;
    String::from_utf8(output.stdout).map_err(|error| format!("{program} {}: {error}", arguments.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::{Folders, command};
    use crate::dist::target::TARGETS;

    fn folders() -> Folders {
        let replaced = [("/home/a/source", "/source"), ("/home/a/source/target", "/target"), ("/x", "/cargo")];
        Folders { replaced: replaced.map(|(from, to)| (from.into(), to.to_owned())).into() }
    }

    #[test]
    fn the_paths_of_the_machine_are_replaced_the_most_special_ones_last() {
        let flags = folders().rust_flags(None);
        let last = flags.split('\x1f').position(|flag| flag == "--remap-path-prefix=/home/a/source/target=/target");
        assert_eq!(last, Some(1));
        assert!(folders().c_flags().starts_with("-ffile-prefix-map=/home/a/source=/source -f"));
    }

    #[test]
    fn a_program_that_is_handed_out_gets_no_settings_of_this_machine() {
        for target in TARGETS {
            let command = command(&target, &folders());
            let value = |wanted: &str| command.get_envs().find(|(name, _)| *name == wanted).map(|(_, value)| value);
            for name in ["RUSTFLAGS", "RUSTC_WRAPPER", "CARGO_BUILD_RUSTFLAGS", "RUSTC_WORKSPACE_WRAPPER"] {
                assert_eq!(value(name), Some(None), "{name}");
            }
            assert!(value("CARGO_ENCODED_RUSTFLAGS").flatten().is_some());
        }
    }

    #[test]
    fn a_path_of_the_machine_inside_a_program_is_found() {
        let found = |bytes: &[u8]| folders().found_in(bytes).map(|path| path.display().to_string());
        assert_eq!(found(b"\0\xff/home/a/source/host/src/lib.rs\0").as_deref(), Some("/home/a/source"));
        assert_eq!(found(b"src/lib.rs/home/a/source/x.rs").as_deref(), Some("/home/a/source"));
        assert_eq!(found(b"/home/a/sour\0/y/x /home/a/source-2/x.rs"), None);
    }

    #[test]
    fn a_short_folder_is_found_only_where_a_path_begins_with_it() {
        let replaced = ["/src", "/target", "/"].map(|from| (from.into(), String::new())).into();
        let folders = Folders { replaced };
        let found = |bytes: &[u8]| folders.found_in(bytes).and_then(|path| path.to_str());
        for bytes in [&b"/src"[..], b"\0/src\0", b"x=/src/lib.rs", b"/src-2 /src:1", b"/a/src (/src)"] {
            assert_eq!(found(bytes), Some("/src"), "{}", bytes.escape_ascii());
        }
        assert_eq!(found(b"\xff/target/release/build\0"), Some("/target"));
        for bytes in [&b"host/src/lib.rs"[..], b"/a-/src", b"//src", b"/src_2/src.rs", b"\0/srcs", b"/targets/target"] {
            assert_eq!(found(bytes), None, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn the_names_in_the_program_are_no_folders_of_a_machine() {
        let ours = Folders::of_this_machine().unwrap();
        let names: Vec<_> = ours.replaced.iter().map(|(_, name)| name.as_bytes()).collect();
        let usual = ["/source", "/target", "/cargo", "/crates", "/rust", "/src", "/ftp-uploader"];
        let folders = Folders { replaced: usual.map(|from| (from.into(), String::new())).into() };
        assert_eq!(folders.found_in(&names.join(&b'\0')), None);
    }
}
