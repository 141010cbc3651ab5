//! `cargo xtask dist --twice`: makes the files once more, from a copy of the source in another folder and with a new target
//! directory, and compares them byte by byte.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use xtask::cargo;
use xtask::target_dir;

use super::{FOLDER, build, date, failed, files_in};

/// Compares `made` with a second run for the same targets.
pub(super) fn compare(made: &Path, names: &[&str]) -> Result<(), String> {
    let root = target_dir::target_dir()?.join("dist-twice");
    if root.exists() {
        fs::remove_dir_all(&root).map_err(|error| failed("remove", &root, &error))?;
    }
    // A longer path than that of the workspace.
    let source = root.join("a-copy-of-the-source-in-a-folder-with-a-long-name");
    let target = root.join("target");
    copy_source(&source)?;
    println!("> cargo xtask dist {} # in {}", names.join(" "), source.display());
    let home = root.join("home");
    fs::create_dir_all(&home).map_err(|error| failed("create", &home, &error))?;
    let cargo = cargo::command();
    let status = elsewhere(cargo.get_program(), &home)
        .args(["run", "--quiet", "--package", "xtask", "--", "dist"])
        .args(names)
        .current_dir(&source)
        .env("CARGO_TARGET_DIR", &target)
        .env("SOURCE_DATE_EPOCH", date::of_the_source()?.to_string())
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if !status.success() {
        return Err(format!("the second run failed ({status})"));
    }
    same_files(made, &target.join(FOLDER))?;
    println!("Both runs have made the same bytes.");
    Ok(())
}

/// Returns a command for `program` with another umask, time zone, language and home, so that files which depend on them differ.
/// The folders of cargo and rustup stay the same: the second run needs the crates and the toolchain, too.
fn elsewhere(program: &OsStr, home: &Path) -> Command {
    let mut command = cargo::tool("sh");
    command.args(["-c", "umask 077 && exec \"$0\" \"$@\""]).arg(program);
    for (variable, usual) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        // Without rustup there is no such folder, and no need for it.
        if let Some(folder) = build::home(variable, usual).ok().filter(|folder| folder.is_dir()) {
            command.env(variable, folder);
        }
    }
    // A machine needs no list of time zones for this one. Without the language, programs take the one of C.
    command.envs([("TZ", "XXX-05:45"), ("LC_ALL", "tr_TR.UTF-8"), ("LANGUAGE", "tr")]).env("HOME", home);
    command
}

/// Copies the files of the workspace that git knows, with changes that are not committed.
fn copy_source(to: &Path) -> Result<(), String> {
    let output = cargo::tool("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).output();
    let output = output.map_err(|error| format!("cannot run git: {error}"))?;
    if !output.status.success() {
        return Err(format!("git ls-files: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    for name in String::from_utf8_lossy(&output.stdout).split_terminator('\0') {
        let (from, copy) = (target_dir::workspace().join(name), to.join(name));
        if from.is_file() {
            let folder = copy.parent().unwrap_or(to);
            fs::create_dir_all(folder).map_err(|error| failed("create", folder, &error))?;
            fs::copy(&from, &copy).map_err(|error| failed("copy", &from, &error))?;
        }
    }
    Ok(())
}

/// Compares the names and the bytes of all files.
fn same_files(one: &Path, other: &Path) -> Result<(), String> {
    let names = |folder: &Path| {
        let files = files_in(folder)?;
        Ok::<_, String>(files.iter().filter_map(|file| Some(file.file_name()?.to_owned())).collect::<Vec<_>>())
    };
    let (first, second) = (names(one)?, names(other)?);
    if first != second {
        return Err(format!("the first run has made {first:?}, the second one {second:?}"));
    }
    for name in first {
        let bytes = |folder: &Path| fs::read(folder.join(&name)).map_err(|error| failed("read", folder, &error));
        let (here, there) = (bytes(one)?, bytes(other)?);
        if here != there {
            let at = here.iter().zip(&there).position(|(one, other)| one != other);
            let (name, folder) = (name.display(), other.display());
            return Err(format!("{name} differs from the one in {folder}, first at byte {at:?}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{elsewhere, same_files};
    use std::fs;
    use std::process::Command;
    use xtask::cargo;

    #[test]
    fn the_second_run_has_another_umask_time_zone_language_and_home() {
        let script = "umask; date +%z; echo \"$LC_ALL:$LANGUAGE:$HOME:$1\"; cargo --version";
        let output = |mut command: Command| {
            let output = command.args(["-c", script, "sh", "an argument"]).output().unwrap();
            String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (output(cargo::tool("sh")), output(elsewhere("sh".as_ref(), folder.path())));
        let [umask, zone, words, version] = &second[..] else { panic!("{second:?}") };
        assert_eq!((&**umask, &**zone), ("0077", "+0545"));
        assert_eq!(*words, format!("tr_TR.UTF-8:tr:{}:an argument", folder.path().display()));
        // The toolchain is the same.
        assert_eq!(Some(version), first.last());
    }

    #[test]
    fn a_missing_file_and_a_changed_byte_are_named() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let compared = || same_files(one.path(), other.path());
        fs::write(one.path().join("a.tgz"), "abc").unwrap();
        assert!(compared().unwrap_err().contains("a.tgz"));
        fs::write(other.path().join("a.tgz"), "abc").unwrap();
        assert_eq!(compared(), Ok(()));
        fs::write(other.path().join("a.tgz"), "aXc").unwrap();
        assert!(compared().unwrap_err().contains("first at byte Some(1)"));
    }
}
