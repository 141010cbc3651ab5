//! `cargo xtask bench`: builds the program and the benchmark, lists the missing clients, and runs the benchmark
//! (`bench/src/main.rs`).

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use xtask::cargo;
use xtask::target_dir;
use xtask::wasm_target;

use crate::dist::{self, Target};
use crate::ftp_servers;

const BUILD: [&str; 6] = ["build", "--release", "-p", "ftp-uploader", "-p", "ftp-uploader-bench"];

/// The mode that measures the static program, too.
const SYSTEMS: &str = "systems";

/// Programs, and the Debian packages that contain them.
const PROGRAMS: [(&str, &str); 7] = [
    ("curl", "curl"),
    ("lftp", "lftp"),
    ("ncftpput", "ncftp"),
    ("rclone", "rclone"),
    ("python3", "python3"),
    ("ip", "iproute2"),
    ("unshare", "util-linux"),
];

/// Runs `cargo xtask bench` with the benchmark's own arguments: a mode (none for the whole benchmark), then options.
pub(crate) fn run(arguments: &[&str]) -> Result<(), String> {
    wasm_target::set_up()?;
    let target = target_dir::target_dir()?;
    if arguments.first() != Some(&"sandbox") {
        ftp_servers::set_up(&target);
        print_missing_programs();
    }
    let built = cargo::build(&BUILD)?;
    let component = component(&built)?;
    let (mode, options) = arguments.split_at(arguments.iter().take_while(|word| !word.starts_with('-')).count());
    let mut command = cargo::tool(&cargo::program(&built, "bench")?.display().to_string());
    command.args(mode).arg("--program").arg(cargo::program(&built, "ftp-uploader")?).arg("--target").arg(&target);
    command.arg("--out").arg(target.join("bench")).arg("--component").arg(component).args(options);
    if mode == [SYSTEMS] {
        let native = Target::native().ok_or("there is no static program for this system")?;
        command.arg("--beside").arg(dist::program(&native)?);
    }
    match command.stdin(Stdio::inherit()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("the benchmark failed ({status})")),
        Err(error) => Err(format!("cannot run the benchmark: {error}")),
    }
}

/// Returns the path of the precompiled component that the program contains. It is in the output folder of the library's
/// build script, which cargo prints.
fn component(built: &str) -> Result<PathBuf, String> {
    let folder = folder_of_build_script(built);
    folder.map(|folder| folder.join("component.cwasm")).ok_or_else(|| "cargo does not name the component".to_owned())
}

fn folder_of_build_script(messages: &str) -> Option<PathBuf> {
    let ours = |line: &&str| line.contains("\"build-script-executed\"") && line.contains("#ftp-uploader-lib@");
    let message = messages.lines().find(ours)?;
    target_dir::string_field(message, "out_dir").map(PathBuf::from)
}

/// Prints one line if a program is missing. The tables omit a missing client. Without iproute2 and unshare the
/// benchmark fails, because it cannot create a network namespace.
fn print_missing_programs() {
    let path = env::var_os("PATH").unwrap_or_default();
    let missing: Vec<_> = PROGRAMS.iter().filter(|(program, _)| !is_there(program, &path)).map(|one| one.1).collect();
    if !missing.is_empty() {
        println!("MISSING on this machine (on Debian: apt-get install {})", missing.join(" "));
    }
}

fn is_there(program: &str, path: &OsString) -> bool {
    env::split_paths(path).any(|folder| Path::new(&folder).join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::{folder_of_build_script, is_there};
    use std::path::PathBuf;

    #[test]
    fn the_build_script_of_the_library_is_found() {
        let messages = [
            r#"{"reason":"build-script-executed","package_id":"path+file:///w/bench#ftp-uploader-bench@0.1.0","out_dir":"/b"}"#,
            r#"{"reason":"compiler-artifact","package_id":"path+file:///w/host#ftp-uploader-lib@0.1.0","out_dir":"/c"}"#,
            r#"{"reason":"build-script-executed","package_id":"path+file:///w/host#ftp-uploader-lib@0.1.0","out_dir":"/a"}"#,
        ];
        assert_eq!(folder_of_build_script(&messages.join("\n")), Some(PathBuf::from("/a")));
        assert_eq!(folder_of_build_script(messages[0]), None);
    }

    #[test]
    fn a_program_is_looked_for_in_every_folder_of_the_path() {
        assert!(is_there("sh", &"/nowhere:/bin".into()));
        assert!(!is_there("sh", &"/nowhere".into()));
    }
}
