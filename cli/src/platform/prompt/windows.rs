//! The prompt for the password, on the console, without echo. The system edits the line.
//!
//! The file is separate because the calls for consoles need `unsafe`.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::io::AsRawHandle;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

use ftp_uploader::CancelToken;
use windows_sys::Win32::Foundation::{ERROR_OPERATION_ABORTED, SetLastError};
use windows_sys::Win32::System::Console::{
    CONSOLE_READCONSOLE_CONTROL, ENABLE_ECHO_INPUT, ENABLE_LINE_INPUT, ENABLE_PROCESSED_INPUT, FlushConsoleInputBuffer,
    GetConsoleMode, ReadConsoleW, SetConsoleMode, WriteConsoleW,
};
use zeroize::Zeroizing;

/// The longest line that is read, with its end, in units of UTF-16.
const MAX_LINE: usize = 4096;

/// The longest text that is certainly whole.
pub const MAX_TEXT: usize = MAX_LINE - 2;

/// The keys that end the input at once, without the Enter key: Ctrl-Z, as in other programs for Windows, and Ctrl-D, as in
/// those of Unix. No password has them.
const END_KEYS: [u16; 2] = [0x1a, 0x04];

/// The console whose echo is off, and its mode before.
static SILENCED: Mutex<Option<(Arc<File>, u32)>> = Mutex::new(None);

/// A console on which a password can be asked for.
pub struct Prompt {
    input: Arc<File>,
    output: File,
    token: CancelToken,
}

/// The reason why no password was typed.
#[derive(Debug)]
pub enum NotTyped {
    /// The user interrupted the program.
    Interrupted,
    /// The user ended the input ([`END_KEYS`]).
    End,
    /// The text is longer than [`MAX_TEXT`].
    TooLong,
    /// The console failed.
    Failed(io::Error),
}

impl From<io::Error> for NotTyped {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

/// The echo is off while this lives.
struct Quiet;

impl Drop for Quiet {
    fn drop(&mut self) {
        restore();
    }
}

impl Prompt {
    /// Opens the console of the program. `token` tells if the program was interrupted meanwhile.
    ///
    /// # Errors
    /// If there is none.
    pub fn open(token: &CancelToken) -> io::Result<Self> {
        let input = Arc::new(OpenOptions::new().read(true).write(true).open("CONIN$")?);
        let output = OpenOptions::new().write(true).open("CONOUT$")?;
        Ok(Self { input, output, token: token.clone() })
    }

    /// Shows `question`, and returns the line that is typed.
    ///
    /// # Errors
    /// If no line was typed.
    pub fn ask(&self, question: &str) -> Result<Zeroizing<Vec<u8>>, NotTyped> {
        let quiet = silence(&self.input)?;
        write(&self.output, question)?;
        let typed = read_line(&self.input);
        drop(quiet);
        if matches!(typed, Err(NotTyped::Interrupted)) {
            // The handler of Ctrl-C runs in another thread, and may come later.
            self.token.cancel();
        }
        write(&self.output, "\r\n")?;
        if self.token.is_cancelled() { Err(NotTyped::Interrupted) } else { typed }
    }
}

/// Restores the console. Returns true if a password was being typed.
pub fn restore_echo() -> bool {
    restore()
}

fn restore() -> bool {
    let silenced = SILENCED.lock().unwrap_or_else(PoisonError::into_inner).take();
    silenced.is_some_and(|(console, mode)| {
        // An error means that the console is gone.
        let _ = set_mode(&console, mode);
        true
    })
}

/// Turns the echo off, and forgets all text that was typed before.
fn silence(console: &Arc<File>) -> io::Result<Quiet> {
    let mode = mode(console)?;
    *SILENCED.lock().unwrap_or_else(PoisonError::into_inner) = Some((Arc::clone(console), mode));
    let quiet = Quiet;
    set_mode(console, (mode & !ENABLE_ECHO_INPUT) | ENABLE_LINE_INPUT | ENABLE_PROCESSED_INPUT)?;
    forget_typed(console);
    Ok(quiet)
}

/// Forgets the keys that were typed so far.
#[allow(unsafe_code, reason = "no kept crate has safe calls for consoles")]
pub fn forget_typed(console: &File) {
    // SAFETY: the handle is open during the call.
    unsafe { FlushConsoleInputBuffer(console.as_raw_handle()) };
}

#[allow(unsafe_code, reason = "no kept crate has safe calls for consoles")]
fn mode(console: &File) -> io::Result<u32> {
    let mut mode = 0;
    // SAFETY: the handle is open, and the number is valid during the call.
    match unsafe { GetConsoleMode(console.as_raw_handle(), &raw mut mode) } {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(mode),
    }
}

#[allow(unsafe_code, reason = "no kept crate has safe calls for consoles")]
fn set_mode(console: &File, mode: u32) -> io::Result<()> {
    // SAFETY: the handle is open during the call.
    match unsafe { SetConsoleMode(console.as_raw_handle(), mode) } {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Writes `text` on a console. It is not written as bytes, which the console would take in its code page.
///
/// # Errors
/// If the console fails.
#[allow(unsafe_code, reason = "no kept crate has safe calls for consoles")]
pub fn write(console: &File, text: &str) -> io::Result<()> {
    let units: Vec<_> = text.encode_utf16().collect();
    let mut rest = &units[..];
    while !rest.is_empty() {
        let (length, mut count) = (u32::try_from(rest.len()).unwrap_or(u32::MAX), 0);
        // SAFETY: the handle is open, `rest` has `length` units, and all pointers are valid during the call.
        let written =
            unsafe { WriteConsoleW(console.as_raw_handle(), rest.as_ptr(), length, &raw mut count, ptr::null()) };
        if written == 0 {
            return Err(io::Error::last_os_error());
        }
        rest = match usize::try_from(count) {
            Ok(count @ 1..) => rest.get(count..).unwrap_or_default(),
            _ => return Err(io::ErrorKind::WriteZero.into()),
        };
    }
    Ok(())
}

/// Reads one line, and returns it in UTF-8, without its end.
///
/// # Errors
/// If Ctrl-C was pressed, if the input has ended, or the line is not valid Unicode or too long.
pub fn read_line(console: &File) -> Result<Zeroizing<Vec<u8>>, NotTyped> {
    // The full sizes at once, because growing would leave a copy in freed memory.
    let mut units = Zeroizing::new(vec![0_u16; MAX_LINE]);
    let count = read_units(console, &mut units)?;
    let typed = &units[..count];
    if typed.iter().any(|unit| END_KEYS.contains(unit)) {
        return Err(NotTyped::End);
    }
    let Some(text) = typed.strip_suffix(&[u16::from(b'\n')]) else {
        return Err(if count == MAX_LINE { NotTyped::TooLong } else { NotTyped::End });
    };
    let text = text.strip_suffix(&[u16::from(b'\r')]).unwrap_or(text);
    let mut line = Zeroizing::new(Vec::with_capacity(MAX_LINE * 3));
    for letter in char::decode_utf16(text.iter().copied()) {
        let letter = letter.map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        line.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Ok(line)
}

#[allow(unsafe_code, reason = "no kept crate has safe calls for consoles")]
fn read_units(console: &File, units: &mut [u16]) -> Result<usize, NotTyped> {
    let (length, mut count) = (u32::try_from(units.len()).unwrap_or(u32::MAX), 0);
    let keys = CONSOLE_READCONSOLE_CONTROL {
        nLength: size_of::<CONSOLE_READCONSOLE_CONTROL>() as u32,
        nInitialChars: 0,
        // A bit for each control character.
        dwCtrlWakeupMask: END_KEYS.iter().fold(0, |mask, key| mask | 1 << key),
        dwControlKeyState: 0,
    };
    // SAFETY: the handle is open, the buffer has `length` units, and all pointers are valid during the calls. The system
    // does not write to `keys`.
    let read = unsafe {
        SetLastError(0);
        ReadConsoleW(console.as_raw_handle(), units.as_mut_ptr().cast(), length, &raw mut count, &raw const keys)
    };
    let error = io::Error::last_os_error();
    // After Ctrl-C and Ctrl-Break the call succeeds with this error and without any unit.
    if count == 0 && error.raw_os_error() == Some(ERROR_OPERATION_ABORTED as i32) {
        return Err(NotTyped::Interrupted);
    }
    if read == 0 { Err(error.into()) } else { Ok(usize::try_from(count).unwrap_or_default()) }
}
