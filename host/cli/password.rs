//! Where the password comes from: a file, a descriptor, standard input, the environment, or a prompt without echo.
//! Never an argument, which every user of the machine can read.
//!
//! Errors name the place, never what was read there. Next: `display.rs`.

use std::env;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::os::fd::AsFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use ftp_uploader::{Escaped, Password};
use zeroize::Zeroizing;

use crate::args::Args;
use crate::signals;
use crate::trouble::Trouble;

/// The longest first line that is read, in bytes.
const MAX_LINE: usize = 4096;

/// Looks in the place that the options name, else in `FTP_PASSWORD`, else asks.
pub fn find(args: &Args) -> Result<Password, Trouble> {
    let line = if let Some(path) = &args.password_file {
        first_line_of(path, "--password-file")?
    } else if let Some(number) = args.password_fd {
        first_line_of(&PathBuf::from(format!("/dev/fd/{number}")), "--password-fd")?
    } else if args.password_stdin {
        // Not through std's buffer, which would keep a copy and take more than the line.
        let stdin = io::stdin().as_fd().try_clone_to_owned().map(File::from);
        stdin.and_then(first_line).map_err(|error| unreadable("--password-stdin", &error))?
    } else if let Some(value) = env::var_os("FTP_PASSWORD") {
        Zeroizing::new(value.into_vec())
    } else {
        prompt(args)?
    };
    Password::new(line)
        .map_err(|why| Trouble::Usage(format!("the password {why}. No FTP command can carry that; nothing was sent.")))
}

fn first_line_of(path: &Path, option: &str) -> Result<Zeroizing<Vec<u8>>, Trouble> {
    File::open(path).and_then(first_line).map_err(|error| unreadable(option, &error))
}

/// Byte by byte: what stands behind the line is for whoever reads next.
fn first_line(mut from: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    // Room for all of it at once: growing would leave a copy behind.
    let mut line = Zeroizing::new(Vec::with_capacity(MAX_LINE + 1));
    let mut byte = Zeroizing::new([0]);
    while line.len() <= MAX_LINE && from.read(byte.as_mut())? == 1 && *byte != *b"\n" {
        line.push(byte[0]);
    }
    line.pop_if(|byte| *byte == b'\r');
    Ok(line)
}

fn prompt(args: &Args) -> Result<Zeroizing<Vec<u8>>, Trouble> {
    if !io::stdin().is_terminal() && !io::stderr().is_terminal() {
        return Err(Trouble::Usage(
            "no password. There is no terminal to ask on; set FTP_PASSWORD, or use --password-file, --password-fd or \
             --password-stdin."
                .to_owned(),
        ));
    }
    let question =
        format!("Enter password for {} on {}: ", Escaped(args.user.as_bytes()), Escaped(args.host().as_bytes()));
    let _echo = signals::restore_echo_on_signal();
    let answer = rpassword::prompt_password(question).map_err(|error| unreadable("the terminal", &error))?;
    Ok(Zeroizing::new(answer.into_bytes()))
}

fn unreadable(place: &str, error: &io::Error) -> Trouble {
    Trouble::Usage(format!(
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
    fn a_line_that_never_ends_is_read_only_so_far_that_it_is_seen_to_be_too_long() {
        assert!(Password::new(first_line(io::repeat(b'x')).unwrap()).is_err());
    }
}
