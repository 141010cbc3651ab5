//! Messages for files of which every byte was sent, and that are in doubt, differ, or are not proved.

use crate::report::step::{Algorithm, Cause};
use crate::request::context::Context;
use crate::request::setting::Setting;
use crate::words::algorithm_name;
use crate::words::connection::control;
use crate::words::message::Message;

/// The server cannot tell whether the file is stored.
pub fn unknown(host: &str) -> Message {
    Message::new(
        format!("every byte was sent, but {host} does not say whether the file is stored"),
        "The file may be whole; check it on the server before you send it again",
    )
}

/// The connection failed before the server confirmed the file, or, if it was `completed`, before that was verified.
pub fn unconfirmed(context: &Context, cause: Cause, completed: bool) -> Message {
    let (host, cause) = (context.server(), control(context, cause));
    if completed {
        Message::new(
            format!("{host} reported the file stored, but this could not be verified: {cause}"),
            "The file may not be whole; check it on the server before you send it again",
        )
    } else {
        Message::new(
            format!("every byte was sent, but {host} did not confirm the file: {cause}"),
            "The file may be whole; check it on the server before you send it again",
        )
    }
}

/// The server confirmed the file, and later reported that it does not exist.
pub fn missing(host: &str) -> Message {
    Message::new(
        format!("{host} reported the file stored, and then that it does not exist"),
        "It may have another name, or someone may have removed it; check the server before you send it again",
    )
}

/// The server reports another size, in bytes.
pub fn mismatch(host: &str, sent: u64, stored: u64) -> Message {
    Message::new(
        format!("{sent} bytes were sent, but {host} says that it has {stored}"),
        "A device on the network, or another writer, may have changed the file; check it, and send it again",
    )
}

/// The server reports another hash.
pub fn corrupt(host: &str, algorithm: Algorithm) -> Message {
    Message::new(
        format!("the file on {host} is not the one that was sent: the {} differs", algorithm_name(algorithm)),
        "A device on the network, or another writer, may have changed the file; check it, and send it again",
    )
}

/// The server does not offer the proof that `--verify` requires.
pub fn unverified(context: &Context) -> Message {
    let (host, option) = (context.server(), context.name(Setting::Verify));
    Message::new(
        format!("the file was sent, but {host} cannot give the proof that {option} requires, or not in time"),
        format!("Use another {option}, or check the file in another way"),
    )
}
