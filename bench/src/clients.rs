//! The clients that are measured, and the command line of each for a job. All of them run without progress output.
//!
//! The clients `bare …` are this program itself: the lower bound (`bare.rs`).

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bare;

/// The script that ftp-uploader replaces: 8 KiB at a time.
const SCRIPT: &str = r#"
import ftplib, os, ssl, sys
host, port, user, password, directory, authority, *files = sys.argv[1:]
if authority:
    ftp = ftplib.FTP_TLS(context=ssl.create_default_context(cafile=authority))
else:
    ftp = ftplib.FTP()
ftp.connect(host, int(port))
ftp.login(user, password)
if authority:
    ftp.prot_p()
ftp.cwd(directory)
for path in files:
    with open(path, "rb") as file:
        ftp.storbinary("STOR " + os.path.basename(path), file, 8192)
ftp.quit()
"#;

/// A client that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    /// ftp-uploader.
    Ours,
    /// curl.
    Curl,
    /// lftp, with one connection.
    Lftp,
    /// ncftpput, which has no TLS in Debian.
    Ncftpput,
    /// A Python script with ftplib, in blocks of 8 KiB.
    Python,
    /// Only sendfile(2).
    BareSendfile,
    /// Only read and write, 256 KiB at a time.
    BareCopy,
    /// Only rustls, 256 KiB at a time.
    BareTls,
}

/// The job of a client.
pub(crate) struct Job {
    /// The server's port on this machine.
    pub(crate) port: u16,
    /// The certificate to trust, if there is TLS.
    pub(crate) authority: Option<PathBuf>,
    /// The user name.
    pub(crate) user: &'static str,
    /// The directory to upload to, relative to the directory after the login.
    pub(crate) directory: &'static str,
    /// The files to upload.
    pub(crate) files: Vec<PathBuf>,
    /// A folder for the configuration files of a client.
    pub(crate) scratch: PathBuf,
}

/// The password on every server that the benchmark starts. It has no special characters.
pub(crate) const PASSWORD: &str = "secret";

impl Client {
    /// Returns the name in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ftp-uploader",
            Self::Curl => "curl",
            Self::Lftp => "lftp",
            Self::Ncftpput => "ncftpput",
            Self::Python => "ftplib",
            Self::BareSendfile => "bare sendfile",
            Self::BareCopy => "bare read/write",
            Self::BareTls => "bare TLS",
        }
    }

    /// Returns its version, as it reports it itself; `None` if it is not on this machine.
    pub(crate) fn version(self, ours: &Path) -> Option<String> {
        let (program, argument) = match self {
            Self::Ours => (ours.as_os_str(), "--version"),
            Self::Curl => ("curl".as_ref(), "--version"),
            Self::Lftp => ("lftp".as_ref(), "--version"),
            Self::Ncftpput => ("ncftpput".as_ref(), "--version"),
            Self::Python => ("python3".as_ref(), "--version"),
            Self::BareSendfile | Self::BareCopy | Self::BareTls => return Some(self.name().to_owned()),
        };
        let output = Command::new(program).arg(argument).output().ok()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        let line = said.lines().find(|line| line.contains(|c: char| c.is_ascii_digit()))?;
        Some(line.split_whitespace().take(4).collect::<Vec<_>>().join(" ").trim_end_matches(',').to_owned())
    }

    /// Returns the command that does `job`.
    pub(crate) fn command(self, job: &Job, ours: &Path) -> Result<Command, String> {
        match self {
            Self::Ours => Ok(uploader(job, ours)),
            Self::Curl => curl(job),
            Self::Lftp => Ok(lftp(job)),
            Self::Ncftpput => Ok(ncftpput(job)),
            Self::Python => Ok(python(job)),
            Self::BareSendfile => bare::command(bare::Way::Sendfile, job),
            Self::BareCopy => bare::command(bare::Way::Copy, job),
            Self::BareTls => bare::command(bare::Way::Tls, job),
        }
    }
}

impl Job {
    fn host(&self) -> &'static str {
        if self.authority.is_some() { "localhost" } else { "127.0.0.1" }
    }

    fn names(&self) -> impl Iterator<Item = (&PathBuf, String)> {
        self.files.iter().map(|path| (path, path.file_name().unwrap_or_default().to_string_lossy().into_owned()))
    }
}

fn uploader(job: &Job, ours: &Path) -> Command {
    let mut command = Command::new(ours);
    command.arg("--quiet").env("FTP_PASSWORD", PASSWORD);
    if let Some(authority) = &job.authority {
        command.arg("--ca-file").arg(authority);
    }
    command.arg(format!("{}:{}", job.host(), job.port)).arg(job.user).args(&job.files).arg(job.directory);
    command
}

/// Writes a list of files with their addresses, so that one connection serves them all.
fn curl(job: &Job) -> Result<Command, String> {
    let mut list = String::new();
    for (path, name) in job.names() {
        let (host, port, directory) = (job.host(), job.port, job.directory);
        list += &format!("upload-file = \"{}\"\nurl = \"ftp://{host}:{port}/{directory}/{name}\"\n", path.display());
    }
    let file = job.scratch.join("curl.list");
    fs::write(&file, list).map_err(|error| error.to_string())?;
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--disable", "--user", &format!("{}:{PASSWORD}", job.user)]);
    if let Some(authority) = &job.authority {
        command.arg("--ssl-reqd").arg("--cacert").arg(authority);
    }
    command.arg("--config").arg(file);
    Ok(command)
}

fn lftp(job: &Job) -> Command {
    let mut script = String::from("set cmd:interactive no; set net:max-retries 1; set cmd:fail-exit yes; ");
    match &job.authority {
        None => script += "set ftp:ssl-allow no; ",
        Some(authority) => {
            script += "set ftp:ssl-force yes; set ftp:ssl-protect-data yes; ";
            script += &format!("set ssl:ca-file {}; ", authority.display());
        }
    }
    script += &format!("open -u {},{PASSWORD} -p {} {}; cd {}; ", job.user, job.port, job.host(), job.directory);
    let files: Vec<_> = job.files.iter().map(|path| path.display().to_string()).collect();
    script += &format!("mput {}; bye", files.join(" "));
    let mut command = Command::new("lftp");
    // Only these settings must apply.
    command.arg("--norc").arg("-c").arg(script).env("HOME", &job.scratch);
    command
}

fn ncftpput(job: &Job) -> Command {
    let mut command = Command::new("ncftpput");
    command.args(["-V", "-u", job.user, "-p", PASSWORD, "-P", &job.port.to_string(), job.host(), job.directory]);
    command.args(&job.files).env("HOME", &job.scratch);
    command
}

fn python(job: &Job) -> Command {
    let mut command = Command::new("python3");
    let authority = job.authority.as_ref().map(OsString::from).unwrap_or_default();
    command.args(["-I", "-c", SCRIPT]).arg(job.host()).arg(job.port.to_string()).args([job.user, PASSWORD]);
    command.arg(job.directory).arg(authority).args(&job.files);
    command
}
