//! The source of the password: a file, a descriptor, standard input, the environment, or a prompt without echo. It is
//! never an argument, which every user of the machine can read. Errors name the source, never its content.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use ftp_uploader::{Escaped, Password, UploadError};
use zeroize::Zeroizing;

use crate::args::Args;
use crate::cli_error::CliError;
use crate::context::Context;
use crate::input::descriptor;
use crate::messages::without_code;
use crate::signals;

/// The longest first line that is read, in bytes. It is more than a command can carry.
const MAX_LINE: usize = 4096;

/// The message if there is no terminal for the prompt.
const NO_TERMINAL: &str = "no password. There is no terminal for a prompt; set FTP_PASSWORD, or use --password-file, \
                           --password-fd or --password-stdin.";

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
    /// A prompt on the terminal.
    Prompt,
}

impl PasswordSource {
    /// Returns the source that the options name, else `variable` (`FTP_PASSWORD`), else the prompt. Call it before the
    /// program opens anything, so that the number of a descriptor can only be one that the caller opened.
    ///
    /// # Errors
    /// If the named descriptor is not open, or is an output stream.
    pub fn of(args: &Args, variable: Option<Zeroizing<Vec<u8>>>) -> Result<Self, CliError> {
        if let Some(path) = &args.password_file {
            return Ok(Self::File(path.clone()));
        }
        if let Some(1 | 2) = args.password_fd {
            return Err(CliError::Usage(PASSWORD_FROM_OUTPUT.to_owned()));
        }
        if let Some(number @ 3..) = args.password_fd {
            let inherited = descriptor::inherited(number);
            return inherited.map(Self::Descriptor).map_err(|error| unreadable("--password-fd", &error));
        }
        if args.password_stdin || args.password_fd == Some(0) {
            // std's buffer would keep a copy of the password, and take bytes after its line.
            let stdin = io::stdin().as_fd().try_clone_to_owned();
            return stdin.map(|fd| Self::Descriptor(fd.into())).map_err(|error| unreadable("standard input", &error));
        }
        Ok(variable.map_or(Self::Prompt, Self::Environment))
    }

    /// Checks that a prompt is possible, if it is the source. The run checks this before it resolves the server's name.
    ///
    /// # Errors
    /// If neither standard input nor standard error is a terminal.
    pub fn check(&self) -> Result<(), CliError> {
        let no_terminal = !io::stdin().is_terminal() && !io::stderr().is_terminal();
        match self {
            Self::Prompt if no_terminal => Err(CliError::Usage(NO_TERMINAL.to_owned())),
            Self::Prompt | Self::File(_) | Self::Descriptor(_) | Self::Environment(_) => Ok(()),
        }
    }

    /// Reads the password, or prompts for it.
    ///
    /// # Errors
    /// If the source cannot be read, or no FTP command can carry its first line; if a signal ends the prompt.
    pub fn read(self, context: &Context) -> Result<Password, CliError> {
        let line = match self {
            Self::File(path) => {
                let name = Escaped(path.as_os_str().as_bytes()).to_string();
                File::open(&path).and_then(first_line).map_err(|error| unreadable(&name, &error))?
            }
            Self::Descriptor(file) => first_line(file).map_err(|error| unreadable("the descriptor", &error))?,
            Self::Environment(value) => value,
            Self::Prompt => prompt(context)?,
        };
        if line.is_empty() {
            context.note_empty_password();
        }
        let unfit =
            |why| CliError::Usage(format!("the password {why}. No FTP command can carry that; nothing was sent."));
        Password::new(line).map_err(unfit)
    }
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

fn prompt(context: &Context) -> Result<Zeroizing<Vec<u8>>, CliError> {
    let question = format!("Enter password for {} on {}: ", Escaped(&context.user), Escaped(context.host.as_bytes()));
    let _echo = signals::restore_echo_on_signal();
    match rpassword::prompt_password(question) {
        Ok(answer) => Ok(Zeroizing::new(answer.into_bytes())),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(UploadError::Interrupted { step: None }.into()),
        Err(error) => Err(unreadable("the terminal", &error)),
    }
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
