//! False claims: files that were not sent, impossible numbers and names, and errors that control a terminal.
//!
//! The expected results are in `tests/sandbox/`.

use alloc::vec;
use alloc::vec::Vec;

use crate::bindings::exports::ftp_uploader::upload::upload::{SizeMismatch, Verification};
use crate::data::dial;
use crate::{Evil, Found, Receipt, Refusal, SourceFile, Step, UploadError};

/// Text that a terminal would interpret.
const ESCAPES: &[u8] = b"\x1b]0;owned\x07\x1b[2J\r\nftp-uploader: all is well.\xff\xc2\x9b31m\xe2\x80\xae";

pub(crate) fn at_login(evil: &Evil) -> Result<(), UploadError> {
    let refused = |step, code, text: Vec<u8>| Err(UploadError::Refused(Refusal { step, code, text }));
    match evil.attack.as_str() {
        "a refusal of the goodbye" => refused(Step::Quit, 226, b"Stored".into()),
        "a refusal of TLS that nobody wants" => {
            let _ = evil.control.send(&evil.login_line());
            refused(Step::Protection, 534, b"No TLS".into())
        }
        "a refusal full of escapes" => refused(Step::Login, 0, ESCAPES.into()),
        "a refusal without end" => refused(Step::Login, 530, ESCAPES.repeat(900)),
        "a refusal of a megabyte" => refused(Step::Login, 530, vec![b'x'; 1 << 20]),
        "trouble that may pass, again and again" => refused(Step::Greeting, 400, b"Later".into()),
        _ => Ok(()),
    }
}

/// Returns the claim about the file on the server.
pub(crate) fn found(evil: &Evil) -> Found {
    match (evil.attack.as_str(), *evil.kept.borrow()) {
        ("absurd sizes", _) => Found::Bytes(u64::MAX),
        ("a file that was not sent and is seen", size) if size > 0 => Found::Bytes(size.into()),
        _ => Found::Refused,
    }
}

pub(crate) fn receipt(evil: &Evil, source: &SourceFile) -> Result<Receipt, UploadError> {
    let size = source.size().unwrap_or_default();
    let (sends, sent, name) = match evil.attack.as_str() {
        "a refusal of the goodbye after the file" => {
            return Err(UploadError::Refused(Refusal { step: Step::Quit, code: 226, text: b"Stored".into() }));
        }
        "absurd sizes" => return Err(UploadError::Mismatch(SizeMismatch { sent: u64::MAX, stored: u64::MAX - 1 })),
        "a file that was not sent" => (false, size, None),
        // The first size does not match; `look` then reports one that does.
        "a file that was not sent and is seen" => {
            evil.kept.replace(size as u32);
            return Err(UploadError::Mismatch(SizeMismatch { sent: size, stored: 0 }));
        }
        "more bytes than there are" => (true, u64::MAX, None),
        "a name full of escapes" => (true, size, Some(ESCAPES.into())),
        "a name without end" => (true, size, Some(ESCAPES.repeat(200))),
        "a name of a megabyte" => (true, size, Some(vec![b'x'; 1 << 20])),
        _ => (true, size, None),
    };
    if sends {
        let data = dial(evil);
        let _ = data.splice(source, 0, u64::MAX);
        let _ = data.finish();
    }
    Ok(Receipt { sent, verified: Verification::None, name })
}
