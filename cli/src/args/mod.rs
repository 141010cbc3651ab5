//! The command line: options as they were typed. An option that was not typed is `None`, an empty list or `false`;
//! `settings/` takes its default from the library.

mod check;
mod completions;
mod delivery;
mod files;
mod foreign;
mod help;
mod invocation;
mod manual;
mod network;
mod other_command;
mod output;
pub mod places;
mod plain;
mod profile;
mod profiled;
mod sync;
mod tls;
mod tree;
mod usage_error;
pub mod values;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::{Command, CommandFactory, Parser};
use ftp_uploader::{Delivery, Network};

use crate::output::explain::Format;
use crate::profile::Commands;

pub use check::CheckArgs;
pub use completions::completions;
pub use delivery::{DeliveryArgs, Proof};
pub use files::FilesArgs;
pub use invocation::Invocation;
pub use manual::manual;
pub use network::NetworkArgs;
pub use output::OutputArgs;
pub use places::{JobKind, Known, Places};
pub use profile::ProfileArgs;
pub use sync::{Comparing, Removing, Switching, SyncArgs};
pub use tls::{Mode, TlsArgs};
pub use tree::{LinkHandling, TreeArgs, TypedRule};

/// Uploads files over FTP and FTPS, in a sandbox.
///
/// Each LOCALFILE is stored under its own name in REMOTEDIR, and is reported as stored only when the server has
/// confirmed every byte. The code that parses the server's replies runs in a WebAssembly sandbox: it can reach no
/// other machine, and it can read neither the files nor the password.
#[derive(Parser)]
#[command(
    name = "ftp-uploader",
    version,
    override_usage = "ftp-uploader [OPTIONS] HOST USERNAME LOCALFILE... REMOTEDIR\n       \
                      ftp-uploader [OPTIONS] LOCALFILE... ftpes://USERNAME@HOST[/REMOTEDIR]\n       \
                      ftp-uploader sync [OPTIONS] HOST USERNAME LOCALDIR REMOTEDIR\n       \
                      ftp-uploader check [OPTIONS] HOST USERNAME [REMOTEDIR]",
    max_term_width = 100
)]
pub struct Args {
    /// The words that are no options, in their order. [`Places`] gives them their meaning.
    #[arg(value_name = "WORD", hide = true)]
    pub words: Vec<OsString>,

    #[command(flatten)]
    pub files: FilesArgs,

    /// Upload standard input and store it as NAME, after the files or without any. It can be sent only once: it cannot
    /// be resumed, and there is no new try after its first byte. If the program that writes it fails, the truncated
    /// data is stored as if complete
    #[arg(long, value_name = "NAME", conflicts_with_all = ["password_stdin", "resume"], help_heading = "Files")]
    pub from_stdin: Option<OsString>,

    #[command(flatten)]
    pub tree: TreeArgs,

    /// Read the password from the first line of PATH, instead of FTP_PASSWORD or the prompt
    #[arg(long, value_name = "PATH", group = "source", help_heading = "Login")]
    pub password_file: Option<PathBuf>,

    /// Read the password from the first line of the open file descriptor N, except 1 and 2
    #[arg(long, value_name = "N", group = "source", help_heading = "Login")]
    pub password_fd: Option<u32>,

    /// Read the password from the first line of standard input
    #[arg(long, group = "source", help_heading = "Login")]
    pub password_stdin: bool,

    /// Send this account to a server that asks for one. Every user of this machine can see it on the command line; set
    /// FTP_ACCOUNT instead to hide it
    #[arg(long, value_name = "TEXT", help_heading = "Login")]
    pub account: Option<OsString>,

    #[command(flatten)]
    pub profile: ProfileArgs,

    #[command(flatten)]
    pub delivery: DeliveryArgs,

    #[command(flatten)]
    pub tls: TlsArgs,

    #[command(flatten)]
    pub network: NetworkArgs,

    /// Print errors, warnings and notes, but no progress and no success
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output")]
    pub quiet: bool,

    /// Print the conversation with the server, with the password and the account masked
    #[arg(short, long, help_heading = "Output")]
    pub verbose: bool,

    #[command(flatten)]
    pub output: OutputArgs,

    /// Print the rights that this run would lend to the component that speaks FTP, and the parts of the fence around
    /// the process, then exit. The server's name is resolved, but nothing is connected to or sent, and no password is
    /// asked for
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "text",
        help_heading = "Output"
    )]
    pub explain: Option<Format>,

    /// Upload only if every part of the fence around the process is active, as --explain shows; otherwise exit with 2
    /// before anything is sent
    #[arg(long, help_heading = "Output")]
    pub require_fence: bool,

    /// Run this component instead of the built-in one, for tests of the sandbox
    #[cfg(feature = "compiler")]
    #[arg(long, value_name = "PATH", hide = true)]
    pub component: Option<PathBuf>,

    /// The options of `ftp-uploader sync`; `None` for another command.
    #[arg(skip)]
    pub sync: Option<SyncArgs>,

    /// The options of `ftp-uploader check`; `None` for another command.
    #[arg(skip)]
    pub check: Option<CheckArgs>,

    /// The places that a profile names.
    #[arg(skip)]
    pub known: Known,

    /// The file with the profile, if one was read.
    #[arg(skip)]
    pub profile_file: Option<PathBuf>,
}

impl Args {
    /// The job that the options are for.
    pub fn kind(&self) -> JobKind {
        match (&self.sync, &self.check) {
            (Some(_), _) => JobKind::Sync,
            (None, Some(_)) => JobKind::Check,
            (None, None) => JobKind::Upload,
        }
    }

    /// The name under which standard input is stored: that of `--as`, else that of `--from-stdin`.
    pub fn stream_name(&self) -> Option<&OsStr> {
        let name = self.from_stdin.as_deref()?;
        Some(self.files.as_name.as_deref().unwrap_or(name))
    }

    /// Reads the places of the run from the words.
    ///
    /// # Errors
    /// A line for the user, if a place is missing, or a word can be none.
    pub fn places(&self) -> Result<Places, String> {
        let target_directory = self.files.target_directory.clone();
        Places::read(self.kind(), &self.words, &Known { target_directory, ..self.known.clone() })
    }
}

/// The parser of an upload.
fn upload_parser() -> Command {
    help::with_help(with_defaults(Args::command()), JobKind::Upload)
}

/// The parser of `sync`.
fn sync_parser() -> Command {
    help::with_help(with_defaults(sync::command()), JobKind::Sync)
}

/// The parser of `check`.
fn check_parser() -> Command {
    help::with_help(with_defaults(check::command()), JobKind::Check)
}

/// The commands whose options are keys of a profile.
pub fn commands() -> Commands {
    Commands::new(upload_parser(), sync_parser(), vec![check_parser()])
}

/// The library's defaults of options that have a number: the identifier of each option, and the number.
fn defaults() -> [(&'static str, f64); 5] {
    let (network, delivery) = (Network::default(), Delivery::default());
    let jobs = u32::try_from(delivery.jobs.get()).unwrap_or(u32::MAX);
    [
        ("jobs", f64::from(jobs)),
        ("timeout", network.timeout.as_secs_f64()),
        ("connect_timeout", network.connect_timeout.as_secs_f64()),
        ("retries", f64::from(delivery.retry.limit)),
        ("retry_delay", delivery.retry.delay.as_secs_f64()),
    ]
}

/// Adds the library's defaults to the help texts.
fn with_defaults(command: Command) -> Command {
    defaults().into_iter().fold(command, |command, (option, default)| {
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
        upload_parser().debug_assert();
    }

    #[test]
    fn defaults_are_shown_as_the_library_has_them() {
        let help = upload_parser().render_long_help().to_string();
        for shown in ["[default: 60]", "[default: 15]", "[default: 3]", "[default: 1]"] {
            assert!(help.contains(shown), "{shown}");
        }
    }
}
