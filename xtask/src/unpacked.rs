//! Fetches, unpacks and tests Debian packages without installing them: servers for the tests, and tools.
//!
//! Every command runs without standard input and with a time limit (coreutils' `timeout`), so that none can wait for an
//! answer forever.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The exit code of `timeout` after it has stopped the program.
const TIMED_OUT: i32 = 124;

const SIMULATE_SECONDS: u32 = 60;
const UPDATE_SECONDS: u32 = 180;
const DOWNLOAD_SECONDS: u32 = 300;
const EXTRACT_SECONDS: u32 = 180;
const TRIAL_SECONDS: u32 = 20;

/// The state of apt's package lists. They are refreshed at most once in a run, and only if a download fails.
#[derive(Debug, Default)]
pub struct Lists {
    refreshed: bool,
}

/// Downloads `packages`, and their dependencies that this machine lacks, as `.deb` files into `folder`.
///
/// If the download fails, the package lists may be empty or out of date: it refreshes them and tries again.
///
/// # Errors
///
/// If a package cannot be downloaded.
pub fn download(packages: &[&str], folder: &Path, lists: &mut Lists) -> Result<(), String> {
    let first_try = download_with_these_lists(packages, folder);
    if first_try.is_ok() || lists.refreshed {
        return first_try;
    }
    lists.refreshed = true;
    let refresh = output_of(apt_get(UPDATE_SECONDS).arg("update"));
    // The refresh may have failed for one of several sources, and the others may be sufficient.
    download_with_these_lists(packages, folder).map_err(|reason| match refresh {
        Ok(_) => reason,
        Err(refused) => format!("{reason} (and apt-get update: {refused})"),
    })
}

/// Unpacks every `.deb` in `debs` into `tree`.
///
/// # Errors
///
/// If a file is no package, or there is no room.
pub fn extract_all(debs: &Path, tree: &Path) -> Result<(), String> {
    for deb in entries(debs) {
        output_of(limited(EXTRACT_SECONDS, "dpkg-deb").arg("-x").arg(&deb).arg(tree))?;
    }
    Ok(())
}

/// Runs `program` of `tree` (or of the machine, if the tree does not contain it) in `tree`.
///
/// # Errors
///
/// If it fails, for example after an upgrade of Debian, or if a library was removed from the machine.
pub fn try_program(tree: &Path, program: &str, arguments: &[&str]) -> Result<(), String> {
    let unpacked = tree.join(program);
    let mut command = if unpacked.exists() {
        limited(TRIAL_SECONDS, &unpacked)
    } else {
        limited(TRIAL_SECONDS, Path::new("/").join(program))
    };
    if tree.join("usr/bin/python3").exists() {
        command.env("PYTHONHOME", tree.join("usr"));
    }
    command.env("PYTHONPATH", tree.join("usr/lib/python3/dist-packages"));
    command.env("LD_LIBRARY_PATH", library_path(tree));
    output_of(command.args(arguments).current_dir(tree)).map(|_| ())
}

/// Returns a command for `program` of `tree`, with the tree's libraries.
#[must_use]
pub fn command(tree: &Path, program: &str) -> Command {
    let mut command = Command::new(tree.join(program));
    command.env("LD_LIBRARY_PATH", library_path(tree));
    command
}

/// The packages are downloaded even if they are installed, because only the files in the tree are used. If the
/// simulation fails (for example, because a held package conflicts), only the packages are downloaded: the trial run
/// shows whether they are sufficient.
fn download_with_these_lists(packages: &[&str], folder: &Path) -> Result<(), String> {
    let mut simulation = apt_get(SIMULATE_SECONDS);
    let plan = output_of(simulation.args(["-s", "install", "--no-install-recommends"]).args(packages));
    let mut wanted = lacking(&plan.unwrap_or_default());
    for package in packages {
        if !wanted.iter().any(|name| name == package) {
            wanted.push((*package).to_owned());
        }
    }
    let mut download = apt_get(DOWNLOAD_SECONDS);
    output_of(download.arg("download").args(&wanted).current_dir(folder)).map(|_| ())
}

/// Returns the package names in the `Inst NAME (VERSION ...)` lines of a simulated installation.
fn lacking(plan: &str) -> Vec<String> {
    plan.lines().filter_map(|line| line.strip_prefix("Inst ")?.split_whitespace().next()).map(str::to_owned).collect()
}

/// Debian keeps libraries in `lib/<architecture>`. The folder is searched, so that every architecture works.
fn library_path(tree: &Path) -> String {
    ["usr/lib", "lib"]
        .iter()
        .flat_map(|folder| entries(&tree.join(folder)))
        .filter(|folder| folder.to_string_lossy().contains("-linux-"))
        .map(|folder| folder.display().to_string())
        .collect::<Vec<_>>()
        .join(":")
}

/// Returns the paths in a folder; none if the folder does not exist.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(found) = fs::read_dir(folder) else { return Vec::new() };
    found.flatten().map(|entry| entry.path()).collect()
}

fn apt_get(seconds: u32) -> Command {
    let mut command = limited(seconds, "apt-get");
    command.args(["-q", "-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=30"]);
    command
}

/// Returns a command that is stopped after this time, and that finds no standard input.
#[must_use]
pub fn limited(seconds: u32, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("timeout");
    command.arg("--kill-after=5").arg(seconds.to_string()).arg(program);
    command.env("DEBIAN_FRONTEND", "noninteractive").env("LC_ALL", "C.UTF-8");
    command.stdin(Stdio::null());
    command
}

/// Runs a command to its end, and returns its standard output.
///
/// # Errors
///
/// The reason of its failure, in one line.
pub fn output_of(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("cannot run {:?}: {error}", command.get_program()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let error = said.lines().find(|line| line.starts_with("E: ")).or(said.lines().last());
    match (output.status.code(), error) {
        (Some(TIMED_OUT), _) => Err("it took too long and was stopped".to_owned()),
        (_, Some(line)) => Err(line.to_owned()),
        (_, None) => Err(format!("ended with {}, and said nothing", output.status)),
    }
}
