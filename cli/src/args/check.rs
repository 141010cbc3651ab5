//! The command line of `check`: the options for the login, the network and TLS, and its own.

use clap::parser::ValueSource;
use clap::{ArgMatches, Args as _, Command, Error, FromArgMatches};

use super::{Args, other_command};
use crate::output::shell_word;

/// The word that selects this command.
pub const NAME: &str = "check";

/// The options of an upload that `check` does not have, each with the identifier that clap knows it by.
const NOT_OF_CHECK: [&str; 22] = [
    "recursive",
    "exclude",
    "include",
    "exclude_from",
    "links",
    "fail_fast",
    "unique",
    "skip_existing",
    "atomic",
    "replace",
    "resume",
    "verify",
    "create_dirs",
    "preserve_time",
    "chmod",
    "from_stdin",
    "target_directory",
    "files_from",
    "null",
    "as",
    "retry_max_time",
    "limit_rate",
];

/// The options that an upload to the same server needs, too. An account is none of them: the output of a check may be
/// kept in a log.
const FOR_UPLOADS: [&str; 14] = [
    "password_file",
    "site",
    "timeout",
    "connect_timeout",
    "active",
    "proxy",
    "source_address",
    "interface",
    "tls",
    "ca_file",
    "pin",
    "insecure",
    "cert",
    "key",
];

/// The help text of `--jobs`.
const JOBS: &str = "Open up to N sessions at the same time, to see if the server accepts them; never more";

/// The help text of `--json`.
const JSON: &str = "Print the result as one JSON object, which docs/check.md describes, instead of a table";

/// The options under the heading Check.
#[derive(clap::Args)]
#[command(next_help_heading = "Check")]
pub struct CheckArgs {
    /// Change nothing on the server: leave out the temporary file, and so all questions about writing
    #[arg(long)]
    pub read_only: bool,

    /// The options that were typed and that an upload to the same server needs, each with its value, as words of a shell.
    #[arg(skip)]
    pub for_uploads: Vec<String>,
}

/// The parser of `check`.
pub(super) fn command() -> Command {
    // The own options come first in the help text. The texts of the command replace those of both structures.
    let command = Args::augment_args(CheckArgs::augment_args(Command::new("ftp-uploader-check")))
        .bin_name("ftp-uploader check")
        .about("Prints what an FTP or FTPS server offers and whether an upload would work")
        .long_about(
            "Connects to a server, logs in, and prints what it offers and whether an upload would work. A host that is \
             called check is written as ftpes://check.",
        )
        .override_usage(
            "ftp-uploader check [OPTIONS] HOST USERNAME [REMOTEDIR]\n       \
             ftp-uploader check [OPTIONS] ftpes://USERNAME@HOST[/REMOTEDIR]",
        );
    let command = other_command::hide(command, &NOT_OF_CHECK);
    let command = command.mut_arg("json", |argument| argument.help(JSON).help_heading("Check"));
    command.mut_arg("jobs", |argument| argument.help(JOBS).help_heading("Check"))
}

/// Reads the options.
///
/// # Errors
/// For an option of an upload that `check` does not have.
pub(super) fn read(matches: &ArgMatches) -> Result<Args, Error> {
    other_command::refuse(matches, &NOT_OF_CHECK, NAME).map_err(|text| other_command::error(command(), text))?;
    let args = Args::from_arg_matches(matches)?;
    let options = CheckArgs::from_arg_matches(matches)?;
    Ok(Args { check: Some(CheckArgs { for_uploads: for_uploads(matches), ..options }), ..args })
}

/// Returns the options of [`FOR_UPLOADS`] that were typed.
fn for_uploads(matches: &ArgMatches) -> Vec<String> {
    let command = command();
    let typed = |id: &&str| matches.value_source(id) == Some(ValueSource::CommandLine);
    let options = FOR_UPLOADS.into_iter().filter(typed).flat_map(|id| {
        let name = format!("--{}", id.replace('_', "-"));
        let takes_value = command.get_arguments().any(|it| it.get_id() == id && it.get_action().takes_values());
        let values = matches.get_raw(id).into_iter().flatten().filter(move |_| takes_value);
        let options: Vec<_> =
            values.map(|value| format!("{name} {}", shell_word::of(value.as_encoded_bytes()))).collect();
        if takes_value { options } else { vec![name] }
    });
    options.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(options: &[&str]) -> Result<Args, Error> {
        let line = ["ftp-uploader check"].iter().chain(options).chain(&["host", "user"]);
        command().try_get_matches_from(line).and_then(|matches| read(&matches))
    }

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn options_for_the_connection_are_kept_for_the_recommended_command() {
        let check = |options: &[&str]| parse(options).ok().unwrap().check.unwrap();
        let pin = "sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let kept =
            check(&["--tls=explicit", "--pin", pin, "--pin", pin, "--active", "--account", "secret", "--jobs", "2"]);
        let pin = format!("--pin {pin}");
        assert_eq!(kept.for_uploads, ["--active", "--tls explicit", &pin, &pin]);
        assert_eq!(check(&["--ca-file", "a b"]).for_uploads, ["--ca-file 'a b'"]);
        assert_eq!(check(&["--insecure"]).for_uploads, ["--insecure"]);
        let args = parse(&["--read-only", "--json", "--retries", "1"]).ok().unwrap();
        let check = args.check.unwrap();
        assert!(check.read_only && args.output.json && check.for_uploads.is_empty());
    }

    #[test]
    fn options_of_an_upload_are_refused() {
        for option in
            [&["-r"][..], &["--resume"], &["--from-stdin", "x"], &["--chmod", "644"], &["-t", "x"], &["--as", "x"]]
        {
            let error = parse(option).err().unwrap().to_string();
            assert!(error.contains("not of check"), "{option:?}: {error}");
        }
    }
}
