//! The source of the password: a file, a descriptor, standard input, a `.netrc` file, the keyring, the environment, or a
//! prompt without echo. It is never an argument, which every user of the machine can read. Errors name the source, never its content.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::PathBuf;

use ftp_uploader::words::without_code;
use ftp_uploader::{CancelToken, Context, Escaped, Password, Server, UploadError};
use zeroize::Zeroizing;

use crate::args::Args;
use crate::cli_error::CliError;
use crate::input::environment::sendable;
use crate::input::{desktop_keyring, netrc};
use crate::platform::prompt::{MAX_TEXT, NotTyped, Prompt};
use crate::platform::{descriptors, folders};

/// The longest first line that is read, in bytes. It is more than a command can carry.
const MAX_LINE: usize = 4096;

/// The number of times that a text which no command can carry may be typed.
const MAX_ANSWERS: u32 = 3;

/// The message if there is no terminal for the prompt.
const NO_TERMINAL: &str = "no password. There is no terminal for a prompt; set FTP_PASSWORD, or use --password-file, \
                           --password-fd or --password-stdin.";

/// The message if there is no terminal for the prompt, and the variable is set to nothing: the usual form of a secret that
/// is missing in CI.
const EMPTY_VARIABLE: &str = "no password: FTP_PASSWORD is empty, perhaps because the secret is not available here. \
                              Nothing was sent; set it, or use --password-file (/dev/null for an empty password).";

/// The note before the prompt in that case.
const EMPTY_VARIABLE_NOTE: &str = "Note: FTP_PASSWORD is empty.\n";

/// The message if the prompt was left without an answer.
const NOT_TYPED: &str = "no password was typed. Nothing was sent; type it, or use FTP_PASSWORD or --password-file.";

/// The message if `--password-fd` names an output stream.
const PASSWORD_FROM_OUTPUT: &str = "no password: --password-fd 1 and 2 are output streams of this program. Nothing was \
                                    sent; open the password under another number, such as 3.";

/// U+FEFF in UTF-8. Some editors write it at the beginning of a file; it is not a part of the password.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The source of the password.
pub enum PasswordSource {
    /// A file, which is opened when the password is read.
    File(PathBuf),
    /// A descriptor that the caller opened: `--password-fd`, `--password-stdin`.
    Descriptor(File),
    /// The value of `FTP_PASSWORD`.
    Environment(Zeroizing<Vec<u8>>),
    /// A file in the form of `~/.netrc`, which is opened when the password is read.
    Netrc(PathBuf),
    /// The keyring of the desktop.
    Keyring,
    /// A prompt on the terminal.
    Prompt {
        /// True if `FTP_PASSWORD` is set, but empty.
        empty_variable: bool,
    },
}

impl PasswordSource {
    /// Returns the source that the options name, else `variable` (`FTP_PASSWORD`), else the prompt. Call it before the
    /// program opens anything, so that the number of a descriptor can only be one that the caller opened.
    ///
    /// # Errors
    /// If the named descriptor is not open, or is an output stream; if the variable is not valid Unicode, on Windows.
    pub fn of(args: &Args, variable: Option<Zeroizing<Vec<u8>>>) -> Result<Self, CliError> {
        if let Some(path) = &args.password_file {
            return Ok(Self::File(path.clone()));
        }
        if let (Some(_), Some(why)) = (args.password_fd, descriptors::NO_NUMBERS) {
            return Err(CliError::Usage(why.to_owned()));
        }
        if let Some(1 | 2) = args.password_fd {
            return Err(CliError::Usage(PASSWORD_FROM_OUTPUT.to_owned()));
        }
        if let Some(number @ 3..) = args.password_fd {
            let inherited = descriptors::inherited(number);
            return inherited.map(Self::Descriptor).map_err(|error| unreadable("--password-fd", &error));
        }
        if args.password_stdin || args.password_fd == Some(0) {
            // std's buffer would keep a copy of the password, and take bytes after its line.
            let stdin = descriptors::copy_of_standard_input();
            return stdin.map(|fd| Self::Descriptor(fd.into())).map_err(|error| unreadable("standard input", &error));
        }
        if let Some(path) = &args.profile.netrc_file {
            return Ok(Self::Netrc(path.clone()));
        }
        if args.profile.netrc {
            let path = netrc::usual_path().ok_or_else(|| CliError::Usage(no_netrc()))?;
            return Ok(Self::Netrc(path));
        }
        if args.profile.keyring {
            return desktop_keyring::check().map(|()| Self::Keyring).map_err(CliError::Usage);
        }
        match variable {
            Some(value) if !value.is_empty() => sendable("FTP_PASSWORD", value).map(Self::Environment),
            // Servers that want no password are rare, and secrets that are missing are not.
            variable => Ok(Self::Prompt { empty_variable: variable.is_some() }),
        }
    }

    /// Opens the terminal, if a prompt is the source. The run, which `token` cancels, does this before it resolves the
    /// server's name.
    ///
    /// # Errors
    /// If neither standard input nor standard error is a terminal, or the terminal cannot be opened.
    pub fn prompt(&self, token: &CancelToken) -> Result<Option<Prompt>, CliError> {
        let &Self::Prompt { empty_variable } = self else { return Ok(None) };
        // Without both, nobody is there to answer, even if a terminal controls the program.
        if !io::stdin().is_terminal() && !io::stderr().is_terminal() {
            let message = if empty_variable { EMPTY_VARIABLE } else { NO_TERMINAL };
            return Err(CliError::Usage(message.to_owned()));
        }
        Prompt::open(token).map(Some).map_err(|error| unreadable("the terminal", &error))
    }

    /// Reads the password, or asks for it with `prompt`, the result of [`prompt`](Self::prompt).
    ///
    /// # Errors
    /// If the source cannot be read, or no FTP command can carry its first line; if a signal ends the prompt.
    pub fn read(self, context: &Context, prompt: Option<&Prompt>) -> Result<Password, CliError> {
        let line = match self {
            Self::File(path) => {
                let name = Escaped(path.as_os_str().as_encoded_bytes()).to_string();
                File::open(&path).and_then(first_line).map_err(|error| unreadable(&name, &error))?
            }
            Self::Descriptor(file) => first_line(file).map_err(|error| unreadable("the descriptor", &error))?,
            Self::Environment(value) => value,
            Self::Netrc(path) => netrc::password(&path, &host(context), &context.user).map_err(no_entry)?,
            Self::Keyring => desktop_keyring::password(&host(context), &context.user).map_err(no_entry)?,
            Self::Prompt { empty_variable } => {
                let note = if empty_variable { EMPTY_VARIABLE_NOTE } else { "" };
                let prompt = prompt.ok_or_else(|| CliError::Usage(NO_TERMINAL.to_owned()))?;
                return ask(prompt, context, note);
            }
        };
        if line.is_empty() {
            context.note_empty_password();
        }
        Password::new(line).map_err(|why| unfit(&why.to_string()))
    }
}

/// The name or address of the server, without scheme and port.
fn host(context: &Context) -> String {
    let server = context.host.parse::<Server>();
    server.map_or_else(|_| context.host.clone(), |server| server.host().to_owned())
}

/// The message if `--netrc` has no file to read.
fn no_netrc() -> String {
    let (file, home) = (folders::NETRC, folders::HOME);
    format!(
        "no password: --netrc reads {file} in the home folder, and the variable {home} is not set. Nothing was sent; use \
         --netrc-file."
    )
}

fn no_entry(why: String) -> CliError {
    CliError::Usage(format!("no password: {why}. Nothing was sent; correct that, or use --password-file."))
}

/// Asks for another password after the server has refused one; `refusal` is the short form of its message. Returns `None`
/// if the user gives up.
pub fn ask_again(prompt: &Prompt, context: &Context, refusal: &str) -> Option<Password> {
    ask(prompt, context, &format!("ftp-uploader: {refusal}. Try again, or end with Ctrl-D.\n")).ok()
}

/// Asks for the password, with a note before the question. A text that no command can carry, such as a whole document that
/// was pasted, is asked for again.
fn ask(prompt: &Prompt, context: &Context, note: &str) -> Result<Password, CliError> {
    let (user, host) = (Escaped(&context.user), Escaped(context.host.as_bytes()));
    let question = format!("Enter password for {user} on {host}: ");
    let mut answer = ask_once(prompt, &format!("{note}{question}"))?;
    for _ in 1..MAX_ANSWERS {
        let Err(why) = &answer else { break };
        answer = ask_once(prompt, &format!("ftp-uploader: the password {why}. Type it again.\n{question}"))?;
    }
    answer.map_err(|why| unfit(&why))
}

/// Returns the password, or the reason why the text that was typed is none.
fn ask_once(prompt: &Prompt, question: &str) -> Result<Result<Password, String>, CliError> {
    match prompt.ask(question) {
        Ok(text) => Ok(Password::new(text).map_err(|why| why.to_string())),
        Err(NotTyped::TooLong) => Ok(Err(format!("is longer than {MAX_TEXT} bytes"))),
        Err(NotTyped::Interrupted) => Err(UploadError::Interrupted { step: None }.into()),
        Err(NotTyped::End) => Err(CliError::Usage(NOT_TYPED.to_owned())),
        Err(NotTyped::Failed(error)) => Err(unreadable("the terminal", &error)),
    }
}

fn unfit(why: &str) -> CliError {
    CliError::Usage(format!("the password {why}. No FTP command can carry that; nothing was sent."))
}

/// Reads one line, byte by byte, because the bytes after it belong to the next reader.
fn first_line(mut from: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    // The full capacity at once, because growing would leave a copy in freed memory.
    let mut line = Zeroizing::new(Vec::with_capacity(MAX_LINE + 1));
    let mut byte = Zeroizing::new([0]);
    while line.len() <= MAX_LINE && from.read(byte.as_mut())? == 1 && *byte != *b"\n" {
        line.push(byte[0]);
    }
    line.pop_if(|byte| *byte == b'\r');
    if line.starts_with(BYTE_ORDER_MARK) {
        // In place, because a new vector would be a second copy.
        line.drain(..BYTE_ORDER_MARK.len());
    }
    Ok(line)
}

fn unreadable(place: &str, error: &io::Error) -> CliError {
    CliError::Usage(format!(
        "no password: {place} cannot be read ({}). Nothing was sent; check that it exists and that you may read it.",
        without_code(error)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(bytes: &[u8]) -> Vec<u8> {
        first_line(bytes).unwrap().to_vec()
    }

    #[test]
    fn the_password_is_the_first_line_without_its_end() {
        for text in [&b"secret"[..], b"secret\n", b"secret\r\n", b"secret\nmore\n"] {
            assert_eq!(line(text), b"secret");
        }
        assert_eq!(line(b" s \n"), b" s ");
        assert_eq!(line(b""), b"");
    }

    #[test]
    fn a_byte_order_mark_before_the_password_is_removed() {
        assert_eq!(line(b"\xef\xbb\xbfsecret\r\n"), b"secret");
        assert_eq!(line(b"\xef\xbb\xbf"), b"");
        assert_eq!(line(b"sec\xef\xbb\xbfret"), b"sec\xef\xbb\xbfret");
    }

    #[test]
    fn a_line_without_end_is_read_only_up_to_the_limit_and_refused() {
        assert!(Password::new(first_line(io::repeat(b'x')).unwrap()).is_err());
    }
}
