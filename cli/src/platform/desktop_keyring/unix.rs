//! Passwords in the keyring of the desktop: the Secret Service on Linux, the keychain on macOS.
//!
//! The keyring is asked by a process of its own, which is this program again. The clients of keyrings start threads that
//! the fence could not restrict, and keep copies of the password; both end with that process.

use std::env;
use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};

use ftp_uploader::{Escaped, forbid_dumps};
use keyring::v1::Entry;
use zeroize::Zeroizing;

/// The name under which the program starts itself. Nobody else starts it by this name.
const CHILD: &str = "ftp-uploader-keyring";

/// The longest password, in bytes: more than a command can carry.
const MAX_PASSWORD: u64 = 4096;

/// The longest reason, in bytes.
const MAX_REASON: u64 = 500;

/// Returns the password of an entry.
///
/// # Errors
/// The reason, for users.
pub fn password(service: &str, user: &[u8]) -> Result<Zeroizing<Vec<u8>>, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.arg0(CHILD).arg(service).arg(OsStr::from_bytes(user));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    // The full capacity at once, because growing would leave a copy in freed memory.
    let mut password = Zeroizing::new(Vec::with_capacity(MAX_PASSWORD as usize + 64));
    let read = child.stdout.take().map(|out| out.take(MAX_PASSWORD).read_to_end(&mut password));
    let mut reason = Vec::new();
    let _ = child.stderr.take().map(|out| out.take(MAX_REASON).read_to_end(&mut reason));
    let status = child.wait().map_err(|error| error.to_string())?;
    match read {
        Some(Ok(_)) if status.success() => Ok(password),
        _ => Err(Escaped(reason.trim_ascii()).to_string()),
    }
}

/// Asks the keyring and writes the password to standard output, if this process was started for that.
pub fn answer_as_child() -> Option<ExitCode> {
    let mut words = env::args_os();
    if words.next()? != CHILD {
        return None;
    }
    forbid_dumps();
    let (service, user) = (words.next()?, words.next()?);
    let answer = secret(&service, &user).and_then(|secret| {
        io::stdout().write_all(&secret).and_then(|()| io::stdout().flush()).map_err(|error| error.to_string())
    });
    Some(match answer {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "{why}");
            ExitCode::FAILURE
        }
    })
}

fn secret(service: &OsStr, user: &OsStr) -> Result<Zeroizing<Vec<u8>>, String> {
    let text = |word: &OsStr| word.to_str().map(str::to_owned).ok_or_else(|| "the name is not UTF-8".to_owned());
    let entry = Entry::new(&text(service)?, &text(user)?);
    entry.and_then(|entry| entry.get_secret()).map(Zeroizing::new).map_err(|error| error.to_string())
}
