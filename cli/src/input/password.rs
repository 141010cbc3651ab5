//! Where the password comes from: a file, a descriptor, standard input, the environment, or a prompt without echo.
//! Never an argument, which every user of the machine can read.
//!
//! Errors name the place, never what was read there. Next: `display.rs`.

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
use crate::input::{descriptor, environment};
use crate::signals;

/// The longest first line that is read, in bytes.
const MAX_LINE: usize = 4096;

/// What to say where the password cannot be asked for.
const NO_TERMINAL: &str = "no password. There is no terminal to ask on; set FTP_PASSWORD, or use --password-file, \
                           --password-fd or --password-stdin.";

/// What to say where it is to be read from a place for output.
const PASSWORD_FROM_OUTPUT: &str = "no password: --password-fd 1 and 2 are for what this program prints. Nothing was \
                                    sent; open the password under another number, such as 3.";

/// Where the password is to be had.
pub enum PasswordSource {
    /// A file that is opened when the time comes.
    File(PathBuf),
    /// A descriptor that the caller has opened: `--password-fd`, `--password-stdin`.
    Descriptor(File),
    /// `FTP_PASSWORD`.
    Environment(Zeroizing<Vec<u8>>),
    /// A person.
    Prompt,
}

impl PasswordSource {
    /// The place that the options name, else `FTP_PASSWORD`, else the prompt.
    ///
    /// To be called before the program opens anything, so that the number of a descriptor can only mean the caller's, and
    /// before it has a second thread.
    pub fn of(args: &Args) -> Result<Self, CliError> {
        let variable = environment::take("FTP_PASSWORD");
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
            // Not through std's buffer, which would keep a copy and take more than the line.
            let stdin = io::stdin().as_fd().try_clone_to_owned();
            return stdin.map(|fd| Self::Descriptor(fd.into())).map_err(|error| unreadable("standard input", &error));
        }
        Ok(variable.map_or(Self::Prompt, Self::Environment))
    }

    /// Whether there is someone to be asked, if that is the place: to be known before the server is looked up.
    pub fn check(&self) -> Result<(), CliError> {
        let deaf = !io::stdin().is_terminal() && !io::stderr().is_terminal();
        match self {
            Self::Prompt if deaf => Err(CliError::Usage(NO_TERMINAL.to_owned())),
            Self::Prompt | Self::File(_) | Self::Descriptor(_) | Self::Environment(_) => Ok(()),
        }
    }

    /// Reads or asks.
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

/// Some editors write it at the beginning of a file in UTF-8 (U+FEFF); it is no part of the password.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Byte by byte: the bytes behind the line are for the next reader.
fn first_line(mut from: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    // Room for all of it at once: growing would leave a copy behind.
    let mut line = Zeroizing::new(Vec::with_capacity(MAX_LINE + 1));
    let mut byte = Zeroizing::new([0]);
    while line.len() <= MAX_LINE && from.read(byte.as_mut())? == 1 && *byte != *b"\n" {
        line.push(byte[0]);
    }
    line.pop_if(|byte| *byte == b'\r');
    if line.starts_with(BYTE_ORDER_MARK) {
        // In place: a new vector would be a second copy.
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
        "no password: {place} cannot be read ({error}). Nothing was sent; check that it exists and is open to you."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(bytes: &[u8]) -> Vec<u8> {
        first_line(bytes).unwrap().to_vec()
    }

    #[test]
    fn only_the_first_line_is_the_password_and_its_end_is_not() {
        for text in [&b"secret"[..], b"secret\n", b"secret\r\n", b"secret\nmore\n"] {
            assert_eq!(line(text), b"secret");
        }
        assert_eq!(line(b" s \n"), b" s ");
        assert_eq!(line(b""), b"");
    }

    #[test]
    fn a_byte_order_mark_before_the_password_is_no_part_of_it() {
        assert_eq!(line(b"\xef\xbb\xbfsecret\r\n"), b"secret");
        assert_eq!(line(b"\xef\xbb\xbf"), b"");
        assert_eq!(line(b"sec\xef\xbb\xbfret"), b"sec\xef\xbb\xbfret");
    }

    #[test]
    fn a_line_that_never_ends_is_read_only_so_far_that_it_is_seen_to_be_too_long() {
        assert!(Password::new(first_line(io::repeat(b'x')).unwrap()).is_err());
    }
}
