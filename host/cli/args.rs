//! What the user typed, and how it becomes a `Request`.
//!
//! Typed text is shown again only where it cannot hold a password. Next: `password.rs`.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use ftp_uploader::{Escaped, Request, Server};

use crate::delivery::DeliveryArgs;
use crate::descriptor;
use crate::environment;
use crate::exit_code::{self, ExitCode};
use crate::explain::Format;
use crate::network::NetworkArgs;
use crate::stderr;
use crate::tls::TlsArgs;
use crate::trouble::Trouble;

/// Uploads files over FTP and FTPS, in a sandbox.
///
/// Each LOCALFILE is stored under its own name in REMOTEDIR, and is reported as stored only when the server has
/// confirmed every byte. The code that reads what the server sends runs in a WebAssembly sandbox that can reach no
/// other machine and can read neither the files nor the password.
#[derive(Parser)]
#[command(version, override_usage = "ftp-uploader [OPTIONS] HOST USERNAME LOCALFILE... REMOTEDIR", max_term_width = 100, after_long_help = exit_code::table(), after_help = "Exit codes: see --help")]
pub struct Args {
    /// The server: name, name:port or [IPv6]:port; with ftps:// in front for TLS from the first byte, with ftp:// for
    /// none
    #[arg(value_name = "HOST")]
    host: OsString,

    /// Who logs in
    #[arg(value_name = "USERNAME")]
    pub user: OsString,

    /// The files to upload, and last an existing directory on the server; . for the one after login
    #[arg(value_name = "LOCALFILE... REMOTEDIR", num_args = 1.., required = true)]
    files_and_directory: Vec<OsString>,

    /// Read the password from the first line of PATH, instead of FTP_PASSWORD or the prompt
    #[arg(long, value_name = "PATH", group = "source")]
    pub password_file: Option<PathBuf>,

    /// Read the password from the first line of the open file descriptor N, which is not 1 or 2
    #[arg(long, value_name = "N", group = "source")]
    pub password_fd: Option<u32>,

    /// Read the password from the first line of standard input
    #[arg(long, group = "source")]
    pub password_stdin: bool,

    /// The account, for servers that ask for one. Every user of this machine can read it here; FTP_ACCOUNT hides it
    #[arg(long, value_name = "TEXT")]
    account: Option<OsString>,

    /// How long the server may be silent, in seconds
    #[arg(long, value_name = "SECS", default_value = "60", value_parser = seconds)]
    timeout: Duration,

    /// How long connecting may take, in seconds
    #[arg(long, value_name = "SECS", default_value = "15", value_parser = seconds)]
    connect_timeout: Duration,

    /// Upload what comes from standard input, to be stored as NAME, besides or instead of files. It can be sent only once:
    /// there is no resuming, and no new try after its first byte. A writer that fails looks like one that is done: what
    /// it had written is stored
    #[arg(long, value_name = "NAME", conflicts_with_all = ["password_stdin", "resume"])]
    pub from_stdin: Option<OsString>,

    /// Print what this run would lend to the component that speaks FTP, and within which walls; then end. The server's name
    /// is looked up, but nothing is connected to or sent, and no password is asked for
    #[arg(long, value_enum, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    pub explain: Option<Format>,

    /// Upload only if every part of the fence around the process stands, as --explain shows them; else exit 2 before the
    /// password is sent
    #[arg(long)]
    pub require_fence: bool,

    /// Print errors, warnings and notes, but no progress and no success
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Show the conversation with the server, with the password and the account masked
    #[arg(short, long)]
    pub verbose: bool,

    /// Run this component instead of the built-in one: for the tests of the sandbox
    #[cfg(feature = "compiler")]
    #[arg(long, value_name = "PATH", hide = true)]
    pub component: Option<PathBuf>,

    #[command(flatten)]
    pub delivery: DeliveryArgs,

    #[command(flatten)]
    pub network: NetworkArgs,

    #[command(flatten)]
    pub tls: TlsArgs,

    /// Whether REMOTEDIR is the name of a local file, so that it may be forgotten behind a list of files. Found out early:
    /// later, the process may look at no path.
    #[arg(skip)]
    pub last_is_local_file: bool,

    /// Set when the password was read and is empty.
    #[arg(skip)]
    empty_password: OnceLock<()>,
}

impl Args {
    /// Reads the command line.
    ///
    /// # Errors
    /// With the exit code, when all has been said: usage errors, `--help`, `--version`.
    pub fn parse() -> Result<Self, ExitCode> {
        let parsed = <Self as Parser>::try_parse().map(|args| Self {
            last_is_local_file: !args.files().is_empty() && Path::new(OsStr::from_bytes(args.directory())).is_file(),
            ..args
        });
        parsed.map_err(|error| match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                // There is nothing else to do when no one reads it.
                let _ = write!(io::stdout(), "{error}");
                ExitCode::Stored
            }
            _ => {
                stderr::say_last(&format!(
                    "ftp-uploader: {}. The command line is incomplete or wrong; see ftp-uploader --help.",
                    one_line(&error)
                ));
                ExitCode::Usage
            }
        })
    }

    /// The host as it was typed. Show it only when it has parsed: it could hold a password before.
    pub fn host(&self) -> std::borrow::Cow<'_, str> {
        self.host.to_string_lossy()
    }

    /// The files to upload.
    pub fn files(&self) -> &[OsString] {
        self.files_and_directory.split_last().map_or(&[], |(_, files)| files)
    }

    /// How many files are to be stored, standard input included.
    pub fn count(&self) -> usize {
        self.files().len() + usize::from(self.from_stdin.is_some())
    }

    /// Where on the server they go.
    pub fn directory(&self) -> &[u8] {
        self.files_and_directory.last().map_or(b"", |directory| directory.as_bytes())
    }

    /// Whether a file gets its name only when it is whole.
    pub fn is_atomic(&self) -> bool {
        self.delivery.atomic
    }

    /// Whether an existing file may be removed for that.
    pub fn replaces(&self) -> bool {
        self.delivery.replace
    }

    /// Notes that the password is empty, which explains why a server refuses it.
    pub fn note_empty_password(&self) {
        let _ = self.empty_password.set(());
    }

    /// Whether the password is empty.
    pub fn password_is_empty(&self) -> bool {
        self.empty_password.get().is_some()
    }

    /// Whether the upload is, or may be, in clear: all that can be said without asking for an address.
    pub fn may_be_clear(&self) -> bool {
        self.tls.may_be_clear(&self.host(), self.network.proxy.is_some())
    }

    /// What is asked for, without the password.
    ///
    /// # Errors
    /// When something in it can never be: a malformed host, text that no command can carry, a key that is none.
    pub fn to_request(&self) -> Result<Request, Trouble> {
        self.check_directory()?;
        let server: Server = self.host().parse()?;
        let request = Request::new(server.clone(), self.user.as_bytes(), self.directory())?;
        let request = self.network.apply(self.delivery.apply(self.tls.apply(&server, request)?)?)?;
        let mut request = request.timeout(self.timeout).connect_timeout(self.connect_timeout);
        let variable = environment::take("FTP_ACCOUNT").filter(|account| !account.is_empty());
        let typed = self.account.as_ref().map(|account| account.as_bytes());
        if let Some(account) = typed.or(variable.as_ref().map(|account| account.as_slice())) {
            request = request.account(account)?;
        }
        let request = self.files().iter().try_fold(request, Request::file)?;
        match &self.from_stdin {
            Some(name) => Ok(request.stream(descriptor::standard_input()?, name.as_bytes())?),
            None if self.files().is_empty() => Err(Trouble::Usage(NO_FILE.to_owned())),
            None => Ok(request),
        }
    }

    /// With a list of files and no REMOTEDIR, the last file would become a directory, and not be stored. Without
    /// `--create-dirs` the server can tell, because it has no such directory.
    fn check_directory(&self) -> Result<(), Trouble> {
        if !(self.delivery.create_dirs && self.last_is_local_file) {
            return Ok(());
        }
        let name = Escaped(self.directory());
        Err(Trouble::Usage(format!(
            "REMOTEDIR forgotten? The last argument, {name}, is a local file, and --create-dirs would make a directory of \
             that name. Nothing was sent; add REMOTEDIR, or write {name}/ if that directory is meant."
        )))
    }
}

/// What to say where LOCALFILE is missing: clap cannot know that only --from-stdin makes up for it.
const NO_FILE: &str = "LOCALFILE or REMOTEDIR is missing. The command line is incomplete; see ftp-uploader --help.";

/// Clap explains over several lines; scripts and logs want one.
fn one_line(error: &clap::Error) -> String {
    let text = without_secrets(error);
    // The last one: what was typed, and is quoted, may have such a line too.
    let explanation = text.rsplit_once("\n\nUsage:").map_or(text.as_str(), |(explanation, _)| explanation);
    let words: Vec<_> = explanation.split_whitespace().collect();
    let line = words.join(" ");
    Escaped(line.strip_prefix("error: ").unwrap_or(&line).as_bytes()).to_string()
}

/// What clap says, but for the value of an option that someone may have taken for the place of the password itself.
fn without_secrets(error: &clap::Error) -> String {
    let text = error.to_string();
    match (error.get(ContextKind::InvalidArg), error.get(ContextKind::InvalidValue)) {
        (Some(ContextValue::String(option)), Some(ContextValue::String(value)))
            if option.starts_with("--password") && !value.is_empty() =>
        {
            text.replace(value.as_str(), "****")
        }
        _ => text,
    }
}

pub fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
        _ => Err("not a whole number of seconds from 1 to 86400".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn an_error_of_clap_becomes_one_line() {
        let error = Args::try_parse_from(["ftp-uploader", "host"]).err().unwrap();
        let line = one_line(&error);
        assert!(line.contains("REMOTEDIR") && !line.contains('\n') && !line.starts_with("error"), "{line}");
    }
}
