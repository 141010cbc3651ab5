//! Keeping the host busy with the file: waits that start again each time, and hashes of the whole file. Also hashes of
//! pieces, which would reveal its content.

use alloc::format;
use alloc::string::String;
use core::hint::black_box;

use crate::bindings::ftp_uploader::upload::capabilities::{Algorithm, DataConnection, IoError, Moved, SpliceError};
use crate::data::{dial, dial_at_once};
use crate::{Evil, SourceFile, word};

pub(crate) fn attack(evil: &Evil, source: &SourceFile) -> Option<String> {
    match evil.attack.as_str() {
        "finishing without end" => Some(again(|| dial(evil), DataConnection::finish)),
        "data handshakes without end" => {
            // If the control connection has no TLS, this is denied at once.
            let _ = evil.control.secure();
            Some(again(|| dial(evil), DataConnection::secure))
        }
        "a deaf ear" => Some(deaf(evil, source)),
        "the same bytes without end" => Some(resend(evil, source)),
        "hashes without end" => Some(hash(source)),
        "a hash of each piece" => Some(alloc::format!("{:?}", source.digest(Algorithm::Crc32, 1))),
        "hashes prepared without end" => loop {
            source.prepare_digest(black_box(Algorithm::Sha256));
        },
        _ => None,
    }
}

/// Waits for the same event until that is denied.
fn again(dial: impl Fn() -> DataConnection, wait: impl Fn(&DataConnection) -> Result<(), IoError>) -> String {
    let (data, mut count) = (dial(), 0);
    loop {
        match wait(&data) {
            Err(IoError::Denied) => return format!("{count} waits, then denied"),
            _ => count += 1,
        }
    }
}

/// Never receives the server's bytes, so that the control connection always has something to read.
fn deaf(evil: &Evil, source: &SourceFile) -> String {
    let (data, mut heard) = (dial_at_once(evil), 0_u64);
    // Receives only one byte, so that the rest stays unread.
    let _ = evil.control.receive(1);
    loop {
        match data.splice(source, 0, 1) {
            Ok(Moved::Heard) => heard += 1,
            Err(SpliceError::Connection(cause)) if heard > 1 => return word::<()>(&Err(cause)).into(),
            _ => return "not heard".into(),
        }
    }
}

fn resend(evil: &Evil, source: &SourceFile) -> String {
    let (data, mut sent) = (dial(evil), 0);
    loop {
        match data.splice(source, 0, u64::MAX) {
            Ok(Moved::Bytes(bytes)) => sent += bytes,
            _ => return format!("{sent} bytes, then no more"),
        }
    }
}

fn hash(source: &SourceFile) -> String {
    let mut count = 0;
    while source.digest(Algorithm::Sha256, u64::MAX).is_ok() {
        count += 1;
    }
    format!("{count}")
}
