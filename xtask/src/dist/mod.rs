//! `cargo xtask dist`: the files that are handed out, in `<target>/dist/`. For each target an archive with the program and
//! all that belongs to it, a `.deb`, and the list of its parts (SBOM); then the components, and the SHA-256 of all files.
//!
//! The same source gives the same bytes in every folder, as long as the toolchain and the C compiler are the same;
//! `--twice` proves that (`twice.rs`).

mod archive;
mod build;
mod contents;
mod crates;
mod date;
mod deb;
mod installed;
mod licences;
mod sbom;
mod target;
mod twice;

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use xtask::ci;
use xtask::components::{self, Components};
use xtask::target_dir;
use xtask::wasm_target;

use build::Folders;
use contents::{Contents, Texts};
use crates::Crates;
use target::System;
pub(crate) use target::Target;

/// The names of the folder below the target directory, and of the list of sums in it.
const FOLDER: &str = "dist";
const SUMS: &str = "SHA256SUMS";

/// The version of all packages of the workspace, this one among them.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Runs `cargo xtask dist [--twice] [TARGET...]`.
pub(crate) fn run(arguments: &[&str]) -> Result<(), String> {
    let names: Vec<_> = arguments.iter().copied().filter(|word| *word != "--twice").collect();
    let made = make(&names)?;
    println!("{}", fs::read_to_string(made.join(SUMS)).map_err(|error| failed("read", &made.join(SUMS), &error))?);
    if names.len() == arguments.len() {
        return Ok(());
    }
    twice::compare(&made, &names)
}

/// Builds the static program of a target, and returns its path.
pub(crate) fn program(target: &Target) -> Result<PathBuf, String> {
    target.set_up()?;
    build::program(target, &Folders::of_this_machine()?)
}

/// Makes all files, and returns their folder.
fn make(names: &[&str]) -> Result<PathBuf, String> {
    let targets = match names {
        [] => target::TARGETS.to_vec(),
        _ => names.iter().map(|name| Target::named(name)).collect::<Result<_, _>>()?,
    };
    wasm_target::set_up()?;
    let folders = Folders::of_this_machine()?;
    let components = components::build()?;
    let texts = Texts::of(&program_for_texts(&targets, &folders)?)?;
    let folder = new_folder()?;
    for target in &targets {
        let is_optional = names.is_empty() && target.is_experimental();
        match if is_optional { target.check_tools() } else { target.set_up() } {
            Ok(()) => pack(target, &folders, &texts, &components, &folder)?,
            Err(why) if is_optional || (names.is_empty() && !ci::is_set()) => {
                println!("SKIPPED, {}: {why}", target.triple);
            }
            Err(why) => return Err(format!("{}: {why}", target.triple)),
        }
    }
    for file in [&components.guest, &components.command] {
        let bytes = fs::read(file).map_err(|error| failed("read", file, &error))?;
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        write(&folder, &name, &bytes)?;
    }
    write_sums(&folder)?;
    Ok(folder)
}

/// Builds a program that runs on this machine: the one to be packed, if there is one, else one without optimization.
fn program_for_texts(targets: &[Target], folders: &Folders) -> Result<PathBuf, String> {
    match Target::native() {
        Some(native) if targets.iter().any(|target| target.triple == native.triple) => {
            native.set_up()?;
            build::program(&native, folders)
        }
        _ => build::for_this_machine(),
    }
}

/// Writes the files of one target.
fn pack(
    target: &Target,
    folders: &Folders,
    texts: &Texts,
    components: &Components,
    folder: &Path,
) -> Result<(), String> {
    let time = date::of_the_source()?;
    let program = build::program(target, folders)?;
    let size = fs::metadata(&program).map_err(|error| failed("read", &program, &error))?.len();
    println!("The program for {} has {size} bytes.", target.triple);
    let crates = Crates::of(target.triple)?;
    let sbom = sbom::cyclonedx(&crates, target.triple, &build::rust_version()?, time)?;
    let contents = Contents::new(&program, texts, components, licences::of_others(&crates)?, sbom.clone())?;
    let entries = contents.entries(target.system);
    for entry in &entries {
        if let Some(path) = folders.found_in(&entry.bytes) {
            return Err(format!("{} of {} contains the path {}", entry.path, target.triple, path.display()));
        }
    }
    let name = archive_name(target.triple);
    let prefix = format!("{name}/");
    let (ending, packed) = match target.system {
        System::Linux { .. } => ("tgz", archive::tar_gz(&prefix, &entries, time)),
        System::Windows => ("zip", archive::zip(&prefix, &entries, time)),
    };
    write(folder, &format!("{name}.{ending}"), &packed.map_err(|error| format!("cannot pack {name}: {error}"))?)?;
    write(folder, &format!("{name}.cdx.json"), sbom.as_bytes())?;
    if let System::Linux { deb } = target.system {
        let made = deb::package(&contents, VERSION, deb, time);
        let (name, bytes) = made.map_err(|error| format!("cannot make the package for {deb}: {error}"))?;
        write(folder, &name, &bytes)?;
        try_package(&folder.join(name), target, &contents)?;
    }
    Ok(())
}

/// Installs the package and removes it again; in between, the program is the one that was built, and runs if it is for this
/// machine.
fn try_package(deb: &Path, target: &Target, contents: &Contents) -> Result<(), String> {
    if !installed::has_dpkg() {
        return without_dpkg(deb, ci::is_set());
    }
    installed::with(deb, |root| {
        let program = root.join("usr/bin/ftp-uploader");
        let installed = fs::read(&program).map_err(|error| failed("read", &program, &error))?;
        if installed != contents.program {
            return Err("the installed program is not the one that was built".to_owned());
        }
        if Target::native().is_some_and(|native| native.triple == target.triple) {
            Texts::of(&program)?;
        }
        Ok(())
    })?;
    println!("dpkg has installed and removed {}.", deb.display());
    Ok(())
}

/// Tells that a package is not tried; in CI that is a failure.
fn without_dpkg(deb: &Path, in_ci: bool) -> Result<(), String> {
    if in_ci {
        return Err(format!("no dpkg to install {}, and with CI=true nothing is skipped", deb.display()));
    }
    println!("SKIPPED, no dpkg: {} is not installed", deb.display());
    Ok(())
}

/// Returns the name of an archive without its ending, which is also the name of the folder in it. `cli/Cargo.toml` tells it to
/// `cargo binstall`.
fn archive_name(triple: &str) -> String {
    format!("ftp-uploader-{triple}-v{VERSION}")
}

/// Returns an empty folder for the files.
fn new_folder() -> Result<PathBuf, String> {
    let folder = target_dir::target_dir()?.join(FOLDER);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| failed("remove", &folder, &error))?;
    }
    fs::create_dir_all(&folder).map_err(|error| failed("create", &folder, &error))?;
    Ok(folder)
}

/// Writes the file that `sha256sum --check` reads.
fn write_sums(folder: &Path) -> Result<(), String> {
    let mut lines = Vec::new();
    for file in files_in(folder)? {
        let bytes = fs::read(&file).map_err(|error| failed("read", &file, &error))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        lines.push(format!("{}  {name}\n", base16ct::lower::encode_string(&Sha256::digest(&bytes))));
    }
    write(folder, SUMS, lines.concat().as_bytes())
}

/// Returns the files in a folder, ordered by name.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| failed("read", folder, &error))?;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    Ok(files)
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), String> {
    let file = folder.join(name);
    fs::write(&file, bytes).map_err(|error| failed("write", &file, &error))?;
    println!("{name}: {} bytes", bytes.len());
    Ok(())
}

fn failed(verb: &str, path: &Path, error: &std::io::Error) -> String {
    format!("cannot {verb} {}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::target::TARGETS;
    use super::{VERSION, archive_name, without_dpkg, write_sums};
    use std::path::Path;
    use std::process::Command;

    const MANIFEST: &str = include_str!("../../../cli/Cargo.toml");

    /// Returns the value of `key` in a table of the manifest, for a target and the ending of its programs.
    fn told(table: &str, key: &str, triple: &str, ending: &str) -> Option<String> {
        let (_, rest) = MANIFEST.split_once(&format!("[{table}]\n"))?;
        let table = rest.split("\n[").next()?;
        let line = table.lines().find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix("= "));
        let filled = line?.trim_matches('"').replace("{ name }", "ftp-uploader").replace("{ target }", triple);
        let filled = filled.replace("{ version }", VERSION).replace("{ bin }", "ftp-uploader");
        Some(filled.replace("{ binary-ext }", ending))
    }

    #[test]
    fn cargo_binstall_is_told_the_names_of_the_archives() {
        let windows = "x86_64-pc-windows-gnu";
        let asked = TARGETS.map(|target| target.triple).into_iter().map(|triple| (triple, triple));
        // There is no archive for the other target of Windows.
        for (triple, packed) in asked.chain([("x86_64-pc-windows-msvc", windows)]) {
            let (archive, ending) = if packed == windows { ("zip", ".exe") } else { ("tgz", "") };
            let table = format!("package.metadata.binstall.overrides.{triple}");
            let value = |key: &str| {
                let special = told(&table, key, triple, ending);
                special.or_else(|| told("package.metadata.binstall", key, triple, ending)).unwrap()
            };
            let name = archive_name(packed);
            assert!(value("pkg-url").ends_with(&format!("/{name}.{archive}")), "{}", value("pkg-url"));
            assert_eq!(value("bin-dir"), format!("{name}/ftp-uploader{ending}"));
            assert_eq!(value("pkg-fmt"), archive);
        }
    }

    #[test]
    fn without_dpkg_the_package_is_not_tried_and_in_ci_that_is_a_failure() {
        let deb = Path::new("x.deb");
        assert_eq!(without_dpkg(deb, false), Ok(()));
        assert!(without_dpkg(deb, true).unwrap_err().contains("x.deb"));
    }

    #[test]
    fn sha256sum_checks_the_list_of_sums() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("one.tgz"), "1").unwrap();
        write_sums(folder.path()).unwrap();
        let checked = || {
            let mut command = Command::new("sha256sum");
            command.args(["--check", "--strict", "SHA256SUMS"]).current_dir(&folder).output().unwrap().status
        };
        assert!(checked().success());
        std::fs::write(folder.path().join("one.tgz"), "2").unwrap();
        assert!(!checked().success());
    }
}
