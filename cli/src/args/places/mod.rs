//! The places of a run: the server, the user, the local files and the remote directory, read from the words of the
//! command line that are no options.
//!
//! Nothing here looks at a file or at the network. No error repeats a typed text, which may contain a password.

mod url;

use std::ffi::{OsStr, OsString};

use url::LoginUrl;

/// The message for a USERNAME with a colon.
const SECRET_IN_USER: &str = "USERNAME has a colon, so that it seems to include the password, which every user of this \
                              machine can read there. Nothing was sent; leave it out, and set FTP_PASSWORD, use \
                              --password-file, or wait for the prompt. A colon that belongs to the name is %3A in \
                              ftpes://USERNAME@HOST/REMOTEDIR.";

/// The message for a USERNAME of the form `alice@host:directory`.
const ADDRESS_OF_SCP: &str = "USERNAME has a colon, as an address of scp has. Nothing was sent; write the address as \
                              ftpes://USERNAME@HOST/REMOTEDIR, and a password into FTP_PASSWORD, a file for \
                              --password-file, or at the prompt. A colon that belongs to the name is %3A in the URL.";

/// The message for a profile that has only a part of the account.
const HALF_A_PROFILE: &str = "the profile has only one of host and user. Nothing was sent; write both into it, or \
                              neither and name them on the command line.";

/// The message for `-t` beside a URL.
const TWO_DIRECTORIES: &str = "the URL has the remote directory, and --target-directory names one, too. Nothing was sent; \
                               leave --target-directory out.";

/// The words that select a command, if one of them is the first word after the name of the program.
const COMMANDS: [&str; 4] = ["sync", "check", "completions", "man"];

/// The job that the words are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// `ftp-uploader`.
    Upload,
    /// `ftp-uploader sync`.
    Sync,
    /// `ftp-uploader check`.
    Check,
}

/// The places that are known from elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The host of the profile.
    pub host: Option<OsString>,
    /// The user of the profile.
    pub user: Option<OsString>,
    /// The directory of the profile.
    pub directory: Option<OsString>,
    /// True if `--profile` was given.
    pub has_profile: bool,
    /// `--target-directory`.
    pub target_directory: Option<OsString>,
}

/// The places of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// The server, with a scheme if one was typed. It is not parsed yet.
    pub host: OsString,
    /// The user name for the login.
    pub user: OsString,
    /// The local files and directories that were typed. For `sync` this is LOCALDIR; for `check` it is empty.
    pub files: Vec<OsString>,
    /// The directory on the server.
    pub directory: OsString,
    /// True if the last word is the directory, so that it may be a file whose user forgot REMOTEDIR.
    pub directory_is_last_word: bool,
}

/// The directory, if it is known before the words are read.
enum Directory {
    /// It is part of a URL, or the value of `--target-directory`: no word is the directory.
    Fixed(OsString),
    /// It is part of a profile.
    Usual(OsString),
    /// A word names it.
    Typed,
}

impl Places {
    /// Reads the words of a command line.
    ///
    /// # Errors
    /// A line for the user, if a place is missing, or a word can be none.
    pub fn read(kind: JobKind, words: &[OsString], known: &Known) -> Result<Self, String> {
        refuse_misplaced_command(kind, words)?;
        match url::find(words)? {
            Some((url, others)) if known.target_directory.is_none() => Self::of_url(kind, url, &others),
            Some(_) => Err(TWO_DIRECTORIES.to_owned()),
            None if known.has_profile && !url::starts_with_host(words) => Self::of_profile(kind, words, known),
            None => Self::of_words(kind, words, known),
        }
    }

    fn of_url(kind: JobKind, url: LoginUrl, others: &[OsString]) -> Result<Self, String> {
        Self::of_account(kind, (url.host, url.user), others, Directory::Fixed(url.directory))
    }

    fn of_profile(kind: JobKind, words: &[OsString], known: &Known) -> Result<Self, String> {
        match (known.host.clone(), known.user.clone()) {
            (Some(host), Some(user)) => {
                refuse_colon(&user)?;
                Self::of_account(kind, (host, user), words, directory(known))
            }
            (None, None) => Self::of_words(kind, words, known),
            (Some(_), None) | (None, Some(_)) => Err(HALF_A_PROFILE.to_owned()),
        }
    }

    fn of_words(kind: JobKind, words: &[OsString], known: &Known) -> Result<Self, String> {
        match words {
            [] => Err(incomplete(kind, "HOST and USERNAME are")),
            [_] => Err(incomplete(kind, "USERNAME is")),
            [host, user, others @ ..] => {
                refuse_colon(user)?;
                Self::of_account(kind, (host.clone(), user.clone()), others, directory(known))
            }
        }
    }

    /// Reads the words that do not name the account.
    fn of_account(
        kind: JobKind,
        (host, user): (OsString, OsString),
        words: &[OsString],
        directory: Directory,
    ) -> Result<Self, String> {
        let (files, directory, directory_is_last_word) = match kind {
            JobKind::Upload => files_and_directory(words, directory)?,
            JobKind::Sync => two_directories(words, directory)?,
            JobKind::Check => only_directory(words, directory)?,
        };
        Ok(Self { host, user, files, directory, directory_is_last_word })
    }
}

/// The local files, the remote directory, and true if the last word named it.
type Ends = (Vec<OsString>, OsString, bool);

fn files_and_directory(words: &[OsString], directory: Directory) -> Result<Ends, String> {
    match (directory, words) {
        (Directory::Fixed(directory) | Directory::Usual(directory), files) => Ok((files.to_vec(), directory, false)),
        (Directory::Typed, [files @ .., directory]) => Ok((files.to_vec(), directory.clone(), true)),
        (Directory::Typed, []) => Err(incomplete(JobKind::Upload, "LOCALFILE or REMOTEDIR is")),
    }
}

fn two_directories(words: &[OsString], directory: Directory) -> Result<Ends, String> {
    match (directory, words) {
        (Directory::Fixed(directory) | Directory::Usual(directory), [local]) => {
            Ok((vec![local.clone()], directory, false))
        }
        (Directory::Usual(_) | Directory::Typed, [local, directory]) => {
            Ok((vec![local.clone()], directory.clone(), true))
        }
        (Directory::Fixed(_) | Directory::Usual(_), []) => Err(incomplete(JobKind::Sync, "LOCALDIR is")),
        (Directory::Typed, [] | [_]) => Err(incomplete(JobKind::Sync, "LOCALDIR or REMOTEDIR is")),
        (Directory::Fixed(_), [_, ..]) | (Directory::Usual(_) | Directory::Typed, [_, _, ..]) => {
            Err(too_long(JobKind::Sync))
        }
    }
}

fn only_directory(words: &[OsString], directory: Directory) -> Result<Ends, String> {
    match (directory, words) {
        (Directory::Fixed(directory) | Directory::Usual(directory), []) => Ok((Vec::new(), directory, false)),
        (Directory::Typed, []) => Ok((Vec::new(), ".".into(), false)),
        (Directory::Usual(_) | Directory::Typed, [directory]) => Ok((Vec::new(), directory.clone(), true)),
        (Directory::Fixed(_), [_, ..]) | (Directory::Usual(_) | Directory::Typed, [_, ..]) => {
            Err(too_long(JobKind::Check))
        }
    }
}

/// Refuses the name of a command that is not the first word, because it would be taken for HOST.
fn refuse_misplaced_command(kind: JobKind, words: &[OsString]) -> Result<(), String> {
    match words.first().and_then(|word| COMMANDS.into_iter().find(|command| word == command)) {
        Some(command) if kind == JobKind::Upload => Err(format!(
            "{command} must be the first word after ftp-uploader. Nothing was sent; write the options after it. A server \
             that has this name is ftpes://{command}, and a file ./{command}."
        )),
        Some(_) | None => Ok(()),
    }
}

fn directory(known: &Known) -> Directory {
    match (&known.target_directory, &known.directory) {
        (Some(directory), _) => Directory::Fixed(directory.clone()),
        (None, Some(directory)) if known.has_profile => Directory::Usual(directory.clone()),
        (None, _) => Directory::Typed,
    }
}

/// Refuses a colon in a USERNAME. The text behind it is probably a password.
fn refuse_colon(user: &OsStr) -> Result<(), String> {
    let mut before = user.as_encoded_bytes().splitn(2, |byte| *byte == b':');
    match (before.next(), before.next()) {
        (Some(before), Some(_)) if before.contains(&b'@') => Err(ADDRESS_OF_SCP.to_owned()),
        (_, Some(_)) => Err(SECRET_IN_USER.to_owned()),
        (_, None) => Ok(()),
    }
}

/// The command as it is typed.
fn command(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Upload => "ftp-uploader",
        JobKind::Sync => "ftp-uploader sync",
        JobKind::Check => "ftp-uploader check",
    }
}

/// The words of a whole command line, in both forms.
fn forms(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Upload => "HOST USERNAME LOCALFILE... REMOTEDIR, or LOCALFILE... ftpes://USERNAME@HOST/REMOTEDIR",
        JobKind::Sync => "HOST USERNAME LOCALDIR REMOTEDIR, or LOCALDIR ftpes://USERNAME@HOST/REMOTEDIR",
        JobKind::Check => "HOST USERNAME [REMOTEDIR], or ftpes://USERNAME@HOST/REMOTEDIR",
    }
}

/// The line for a command line without some of its words. `missing` names them, with a verb.
pub fn incomplete(kind: JobKind, missing: &str) -> String {
    format!("{missing} missing. Write {}; see {} --help.", forms(kind), command(kind))
}

fn too_long(kind: JobKind) -> String {
    format!("the command line has too many words. Write {}; see {} --help.", forms(kind), command(kind))
}

#[cfg(test)]
mod tests;
