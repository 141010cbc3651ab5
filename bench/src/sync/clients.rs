//! The clients of `bench sync`, and the command line of each for a job. All are passive and binary, and print nothing.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::many;

/// The password on every server of `bench sync`.
pub(super) use test_servers::PLAIN_PASSWORD as PASSWORD;

/// A client with its options.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client {
    program: Program,
    options: &'static [&'static str],
    /// True if an earlier run of ftp-uploader has stored the files, with its manifest. Only where nothing is to do.
    pub(super) has_manifest: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Program {
    Ours,
    Lftp,
    Rclone,
}

/// The job of a client.
pub(super) struct Job<'a> {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: &'static str,
    pub(super) local: &'a Path,
    /// The directory on the server, relative to the directory after the login.
    pub(super) directory: &'a str,
    /// A folder for the configuration files of this client.
    pub(super) scratch: &'a Path,
}

impl Client {
    /// `ftp-uploader sync`.
    pub(super) const fn ours(options: &'static [&'static str]) -> Self {
        Self { program: Program::Ours, options, has_manifest: false }
    }

    /// lftp's `mirror -R`.
    pub(super) const fn lftp(options: &'static [&'static str]) -> Self {
        Self { program: Program::Lftp, options, has_manifest: false }
    }

    /// `rclone sync`.
    pub(super) const fn rclone(options: &'static [&'static str]) -> Self {
        Self { program: Program::Rclone, options, has_manifest: false }
    }

    /// Returns the client for files that an earlier run of ftp-uploader has stored, with its manifest.
    pub(super) const fn with_manifest(self) -> Self {
        Self { has_manifest: true, ..self }
    }

    /// Returns true for ftp-uploader.
    pub(super) fn is_ours(&self) -> bool {
        self.program == Program::Ours
    }

    /// Returns the name in the table.
    pub(super) fn name(&self) -> String {
        let name = match self.program {
            Program::Ours => "ftp-uploader sync",
            Program::Lftp => "lftp mirror -R",
            Program::Rclone => "rclone sync",
        };
        [&[name], self.options].concat().join(" ")
    }

    /// Returns the program, and the option that prints its version.
    pub(super) fn program<'a>(&self, ours: &'a Path) -> (&'a OsStr, &'static str) {
        match self.program {
            Program::Ours => (ours.as_os_str(), "--version"),
            Program::Lftp => (OsStr::new("lftp"), "--version"),
            Program::Rclone => (OsStr::new("rclone"), "version"),
        }
    }

    /// Returns the command that does `job`.
    pub(super) fn command(&self, job: &Job<'_>, ours: &Path) -> Result<Command, String> {
        match self.program {
            Program::Ours => Ok(uploader(job, ours, self.options)),
            Program::Lftp => lftp(job, self.options),
            Program::Rclone => rclone(job, self.options),
        }
    }
}

impl Job<'_> {
    /// Writes a file for this client.
    fn write(&self, name: &str, text: &str) -> Result<PathBuf, String> {
        let path = self.scratch.join(name);
        fs::write(&path, text).map_err(|error| error.to_string())?;
        Ok(path)
    }
}

/// Returns the command of `ftp-uploader sync`.
pub(super) fn uploader(job: &Job<'_>, ours: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(ours);
    command.args(["sync", "--quiet", "--tls", "off"]).args(options).arg(format!("{}:{}", job.host, job.port));
    command.arg(job.user).arg(job.local).arg(job.directory);
    command.env("FTP_PASSWORD", PASSWORD).env("HOME", job.scratch).env("XDG_STATE_HOME", job.scratch);
    command
}

/// Runs a script of lftp's commands.
fn lftp(job: &Job<'_>, options: &[&str]) -> Result<Command, String> {
    let Job { host, port, user, directory, .. } = job;
    let (local, options) = (job.local.display(), options.join(" "));
    let script = format!(
        "set cmd:interactive no\nset net:max-retries 1\nset cmd:fail-exit yes\nset ftp:ssl-allow no\n\
         open -u {user},{PASSWORD} -p {port} {host}\nmirror -R {options} {local} {directory}\nbye\n"
    );
    let mut command = Command::new("lftp");
    // Only these settings must apply.
    command.arg("--norc").arg("-f").arg(job.write("lftp.script", &script)?).env("HOME", job.scratch);
    Ok(command)
}

fn rclone(job: &Job<'_>, options: &[&str]) -> Result<Command, String> {
    let mut command = Command::new("rclone");
    command.arg("sync").arg("--config").arg(job.write("rclone.conf", "")?);
    command.args(["--ftp-host", &job.host, "--ftp-port", &job.port.to_string(), "--ftp-user", job.user]);
    command.args(["--ftp-pass", &many::obscured()?, "--ftp-explicit-tls=false"]).args(options);
    command.arg(job.local).arg(format!(":ftp:{}", job.directory)).env("HOME", job.scratch);
    Ok(command)
}
