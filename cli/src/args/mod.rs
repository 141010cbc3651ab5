//! The command line: options as they were typed. An option that was not typed is `None`, an empty list or `false`;
//! `settings/` takes its default from the library.

mod delivery;
mod network;
mod tls;
mod usage_error;
pub mod values;

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{Command, CommandFactory, FromArgMatches, Parser};
use ftp_uploader::{Delivery, Network};

use crate::exit_code::{self, ExitCode};
use crate::output::explain::Format;
use crate::output::stderr;

pub use delivery::{DeliveryArgs, Proof};
pub use network::NetworkArgs;
pub use tls::{Mode, TlsArgs};

/// Uploads files over FTP and FTPS, in a sandbox.
///
/// Each LOCALFILE is stored under its own name in REMOTEDIR, and is reported as stored only when the server has
/// confirmed every byte. The code that parses the server's replies runs in a WebAssembly sandbox: it can reach no
/// other machine, and it can read neither the files nor the password.
#[derive(Parser)]
#[command(
    name = "ftp-uploader",
    version,
    override_usage = "ftp-uploader [OPTIONS] HOST USERNAME LOCALFILE... REMOTEDIR",
    max_term_width = 100,
    after_long_help = exit_code::table(),
    after_help = "Exit codes: see --help"
)]
pub struct Args {
    /// The server: name, name:port or [IPv6]:port. A scheme in front selects TLS: ftpes:// after AUTH TLS, ftps:// from
    /// the first byte, ftp:// none
    #[arg(value_name = "HOST")]
    pub host: OsString,

    /// The user name for the login
    #[arg(value_name = "USERNAME")]
    pub user: OsString,

    /// The files to upload, then an existing directory on the server; . is the directory after the login
    #[arg(value_name = "LOCALFILE... REMOTEDIR", num_args = 1.., required = true)]
    pub files_and_directory: Vec<OsString>,

    /// Read the password from the first line of PATH, instead of FTP_PASSWORD or the prompt
    #[arg(long, value_name = "PATH", group = "source")]
    pub password_file: Option<PathBuf>,

    /// Read the password from the first line of the open file descriptor N, except 1 and 2
    #[arg(long, value_name = "N", group = "source")]
    pub password_fd: Option<u32>,

    /// Read the password from the first line of standard input
    #[arg(long, group = "source")]
    pub password_stdin: bool,

    /// Send this account to a server that asks for one. Every user of this machine can see it on the command line; set
    /// FTP_ACCOUNT instead to hide it
    #[arg(long, value_name = "TEXT")]
    pub account: Option<OsString>,

    /// Upload standard input and store it as NAME, after the files or without any. It can be sent only once: it cannot
    /// be resumed, and there is no new try after its first byte. If the program that writes it fails, the truncated
    /// data is stored as if complete
    #[arg(long, value_name = "NAME", conflicts_with_all = ["password_stdin", "resume"])]
    pub from_stdin: Option<OsString>,

    /// Print the rights that this run would lend to the component that speaks FTP, and the parts of the fence around
    /// the process, then exit. The server's name is resolved, but nothing is connected to or sent, and no password is
    /// asked for
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "text"
    )]
    pub explain: Option<Format>,

    /// Upload only if every part of the fence around the process is active, as --explain shows; otherwise exit with 2
    /// before anything is sent
    #[arg(long)]
    pub require_fence: bool,

    /// Print errors, warnings and notes, but no progress and no success
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print the conversation with the server, with the password and the account masked
    #[arg(short, long)]
    pub verbose: bool,

    /// Run this component instead of the built-in one, for tests of the sandbox
    #[cfg(feature = "compiler")]
    #[arg(long, value_name = "PATH", hide = true)]
    pub component: Option<PathBuf>,

    #[command(flatten)]
    pub delivery: DeliveryArgs,

    #[command(flatten)]
    pub network: NetworkArgs,

    #[command(flatten)]
    pub tls: TlsArgs,
}

impl Args {
    /// Reads the command line.
    ///
    /// # Errors
    /// The exit code: 0 after `--help` or `--version` was printed, 2 after the line about a usage error was printed.
    pub fn parse() -> Result<Self, ExitCode> {
        let parsed = command().try_get_matches().and_then(|matches| Self::from_arg_matches(&matches));
        parsed.map_err(|error| match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                // A closed standard output is no error of the program.
                let _ = write!(io::stdout(), "{error}");
                ExitCode::Stored
            }
            _ => {
                stderr::say_last(&format!(
                    "ftp-uploader: {}. The command line is incomplete or wrong; see ftp-uploader --help.",
                    usage_error::one_line(&error)
                ));
                ExitCode::Usage
            }
        })
    }

    /// The files to upload.
    pub fn files(&self) -> &[OsString] {
        self.files_and_directory.split_last().map_or(&[], |(_, files)| files)
    }

    /// The directory on the server.
    pub fn directory(&self) -> &[u8] {
        self.files_and_directory.last().map_or(b"", |directory| directory.as_bytes())
    }

    /// Returns true if the last argument is the name of a local file, so that REMOTEDIR may have been forgotten.
    pub fn last_is_local_file(&self) -> bool {
        !self.files().is_empty() && Path::new(OsStr::from_bytes(self.directory())).is_file()
    }
}

/// The parser. The help texts show the library's defaults.
fn command() -> Command {
    let (network, delivery) = (Network::default(), Delivery::default());
    let defaults = [
        ("timeout", network.timeout.as_secs_f64()),
        ("connect_timeout", network.connect_timeout.as_secs_f64()),
        ("retries", f64::from(delivery.retry.limit)),
        ("retry_delay", delivery.retry.delay.as_secs_f64()),
    ];
    defaults.into_iter().fold(Args::command(), |command, (option, default)| {
        command.mut_arg(option, |argument| {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            argument.help(format!("{help} [default: {default}]"))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn the_help_texts_are_those_of_the_snapshots() {
        let command = || command().term_width(100);
        insta::assert_snapshot!("help", command().render_long_help());
        insta::assert_snapshot!("short_help", command().render_help());
    }

    #[test]
    fn defaults_are_shown_as_the_library_has_them() {
        let help = command().render_help().to_string();
        for shown in ["[default: 60]", "[default: 15]", "[default: 3]", "[default: 1]"] {
            assert!(help.contains(shown), "{shown}");
        }
    }
}
