//! The clients of `bench many`, and the command line of each for a job. All are passive and binary, and print nothing.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::bare;
use super::rows::Connections;
use super::source::Source;

/// The password on every server of `bench many`.
pub(super) use test_servers::PLAIN_PASSWORD as PASSWORD;

/// A client that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Client {
    /// ftp-uploader.
    Ours,
    /// curl, with a list of files.
    Curl,
    /// lftp's mput, and with several connections its queue of puts.
    LftpPut,
    /// The same with `ftp:sync-mode off`, so that lftp sends some commands without waiting for replies.
    LftpPutFast,
    /// lftp's mirror.
    LftpMirror,
    /// lftp's mirror with `ftp:sync-mode off`.
    LftpMirrorFast,
    /// ncftpput.
    Ncftpput,
    /// rclone copy.
    Rclone,
    /// The lower bound of one command at a time (`bare.rs`).
    Bare,
}

/// All clients, in the order of the tables.
pub(super) const CLIENTS: [Client; 9] = [
    Client::Ours,
    Client::Curl,
    Client::LftpPut,
    Client::LftpPutFast,
    Client::LftpMirror,
    Client::LftpMirrorFast,
    Client::Ncftpput,
    Client::Rclone,
    Client::Bare,
];

/// The job of a client.
pub(super) struct Job<'a> {
    pub(super) host: String,
    pub(super) port: u16,
    /// The certificate to trust, if there is TLS.
    pub(super) authority: Option<PathBuf>,
    pub(super) user: &'static str,
    /// The directory to upload to, relative to the directory after the login.
    pub(super) directory: String,
    pub(super) source: &'a Source,
    pub(super) connections: Connections,
    /// Refused logins are part of the job, so the client may try as often as it does by default.
    pub(super) patient: bool,
    /// A folder for the configuration files of this client.
    pub(super) scratch: PathBuf,
}

impl Client {
    /// Returns the name in the table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ftp-uploader",
            Self::Curl => "curl",
            Self::LftpPut => "lftp put",
            Self::LftpPutFast => "lftp put, sync-mode off",
            Self::LftpMirror => "lftp mirror",
            Self::LftpMirrorFast => "lftp mirror, sync-mode off",
            Self::Ncftpput => "ncftpput",
            Self::Rclone => "rclone",
            Self::Bare => "one command at a time",
        }
    }

    /// Returns the program, and the option that prints its version.
    pub(super) fn program(self, ours: &Path) -> (&OsStr, &'static str) {
        match self {
            Self::Ours | Self::Bare => (ours.as_os_str(), "--version"),
            Self::Curl => (OsStr::new("curl"), "--version"),
            Self::LftpPut | Self::LftpPutFast | Self::LftpMirror | Self::LftpMirrorFast => {
                (OsStr::new("lftp"), "--version")
            }
            Self::Ncftpput => (OsStr::new("ncftpput"), "--version"),
            Self::Rclone => (OsStr::new("rclone"), "version"),
        }
    }

    /// Returns the command that does `job`.
    pub(super) fn command(self, job: &Job<'_>, ours: &Path, jobs_option: bool) -> Result<Command, String> {
        match self {
            Self::Ours => Ok(uploader(job, ours, jobs_option)),
            Self::Curl => curl(job),
            Self::LftpPut => lftp(job, &puts(job), ""),
            Self::LftpPutFast => lftp(job, &puts(job), SYNC_MODE_OFF),
            Self::LftpMirror => lftp(job, &mirror(job), ""),
            Self::LftpMirrorFast => lftp(job, &mirror(job), SYNC_MODE_OFF),
            Self::Ncftpput => Ok(ncftpput(job)),
            Self::Rclone => rclone(job),
            Self::Bare => bare::command(job),
        }
    }
}

const SYNC_MODE_OFF: &str = "set ftp:sync-mode off\n";

impl Job<'_> {
    /// Returns the paths of all files.
    pub(super) fn paths(&self) -> impl Iterator<Item = PathBuf> {
        self.source.files.iter().map(|file| self.source.folder.join(file))
    }

    /// Returns the number of connections, if the command line has to say it.
    fn number(&self) -> Option<&'static str> {
        match self.connections {
            Connections::One => Some("1"),
            Connections::Eight => Some("8"),
            Connections::Default => None,
        }
    }

    /// Writes a file for this client.
    fn write(&self, name: &str, text: &str) -> Result<PathBuf, String> {
        let path = self.scratch.join(name);
        fs::write(&path, text).map_err(|error| error.to_string())?;
        Ok(path)
    }
}

/// Without the option `--jobs`, the program has one connection.
fn uploader(job: &Job<'_>, ours: &Path, jobs_option: bool) -> Command {
    let mut command = Command::new(ours);
    command.arg("--quiet").env("FTP_PASSWORD", PASSWORD);
    if let Some(number) = job.number().filter(|_| jobs_option) {
        command.args(["--jobs", number]);
    }
    match &job.authority {
        Some(authority) => command.arg("--ca-file").arg(authority),
        None => command.args(["--tls", "off"]),
    };
    command.args(job.source.is_tree.then_some("--recursive")).arg(format!("{}:{}", job.host, job.port)).arg(job.user);
    match job.source.is_tree {
        true => command.arg(&job.source.folder),
        false => command.args(job.paths()),
    };
    command.arg(&job.directory);
    command
}

/// A list of files with their addresses; one connection serves them all, unless curl is told to use more.
fn curl(job: &Job<'_>) -> Result<Command, String> {
    let (host, port, directory) = (&job.host, job.port, &job.directory);
    let entry = |(file, path): (&PathBuf, PathBuf)| {
        let (file, path) = (file.display(), path.display());
        format!("upload-file = \"{path}\"\nurl = \"ftp://{host}:{port}/{directory}/{file}\"\n")
    };
    let list: String = job.source.files.iter().zip(job.paths()).map(entry).collect();
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--disable", "--user", &format!("{}:{PASSWORD}", job.user)]);
    if job.connections == Connections::Eight {
        command.args(["--parallel", "--parallel-max", "8"]);
    }
    command.args(job.source.is_tree.then_some("--ftp-create-dirs"));
    if let Some(authority) = &job.authority {
        command.arg("--ssl-reqd").arg("--cacert").arg(authority);
    }
    command.arg("--config").arg(job.write("curl.list", &list)?);
    Ok(command)
}

/// Runs a script of lftp's commands.
fn lftp(job: &Job<'_>, upload: &str, settings: &str) -> Result<Command, String> {
    let mut script = String::from("set cmd:interactive no\n") + settings;
    if !job.patient {
        script += "set net:max-retries 1\nset cmd:fail-exit yes\n";
    }
    match &job.authority {
        None => script += "set ftp:ssl-allow no\n",
        Some(authority) => {
            script += "set ftp:ssl-force yes\nset ftp:ssl-protect-data yes\n";
            script += &format!("set ssl:ca-file {}\n", authority.display());
        }
    }
    script += &format!("open -u {},{PASSWORD} -p {} {}\n{upload}bye\n", job.user, job.port, job.host);
    let mut command = Command::new("lftp");
    // Only these settings must apply.
    command.arg("--norc").arg("-f").arg(job.write("lftp.script", &script)?).env("HOME", &job.scratch);
    Ok(command)
}

fn mirror(job: &Job<'_>) -> String {
    let parallel = job.number().map_or_else(String::new, |number| format!(" --parallel={number}"));
    format!("mirror -R{parallel} {} {}\n", job.source.folder.display(), job.directory)
}

/// mput has one connection. More are used only by the commands in lftp's queue.
fn puts(job: &Job<'_>) -> String {
    let paths: Vec<_> = job.paths().map(|path| path.display().to_string()).collect();
    let directory = &job.directory;
    match job.connections {
        Connections::One | Connections::Default => format!("mput -O {directory} {}\n", paths.join(" ")),
        Connections::Eight => {
            let put = |path| format!("queue put -O {directory} {path}\n");
            let puts: String = paths.iter().map(put).collect();
            format!("set cmd:queue-parallel 8\nqueue stop\n{puts}queue start\nwait\n")
        }
    }
}

fn ncftpput(job: &Job<'_>) -> Command {
    let mut command = Command::new("ncftpput");
    command.arg("-V").args(job.source.is_tree.then_some("-R"));
    command.args(["-u", job.user, "-p", PASSWORD, "-P", &job.port.to_string(), &job.host, &job.directory]);
    match job.source.is_tree {
        true => command.arg(&job.source.folder),
        false => command.args(job.paths()),
    };
    command.env("HOME", &job.scratch);
    command
}

fn rclone(job: &Job<'_>) -> Result<Command, String> {
    let mut command = Command::new("rclone");
    command.arg("copy").arg("--config").arg(job.write("rclone.conf", "")?);
    command.args(["--ftp-host", &job.host, "--ftp-port", &job.port.to_string(), "--ftp-user", job.user]);
    command.args(["--ftp-pass", &obscured()?, "--ftp-explicit-tls=false"]);
    if let Some(number) = job.number() {
        command.args(["--transfers", number, "--checkers", number]);
    }
    command.arg(&job.source.folder).arg(format!(":ftp:{}", job.directory)).env("HOME", &job.scratch);
    Ok(command)
}

/// Returns the password in the only form in which rclone takes it.
pub(crate) fn obscured() -> Result<String, String> {
    let output = Command::new("rclone").args(["obscure", PASSWORD]).output().map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
