//! The calls for many files of the simulated session.

use super::server::Server;
use super::{judge, name};
use crate::contract::{Change, Found, Inquiry, UploadError};
use crate::session::Conversation;

/// The commands of which a flight may be sent before the replies to the last one were received.
pub(super) const CHANGING: &[&str] = &["RNFR ", "RNTO ", "MFMT ", "MDTM "];

/// The most commands that may be unanswered.
pub(super) const MAX_UNANSWERED: usize = 16;

/// Calls one function for many files.
pub(super) fn many(server: &Server, session: &mut Conversation) {
    let flight = server.script.choice(2) == 1;
    let names = [name(server).to_vec(), name(server).to_vec(), b"c".to_vec()];
    let outcome: Result<usize, UploadError> = match server.script.choice(4) {
        0 => session.ask(&names, Inquiry::SizeAndTime, flight).map(|known| {
            for known in &known {
                if let Found::Bytes(size) = known.found {
                    assert!(server.told_size(size));
                }
            }
            known.len()
        }),
        1 => session.remove_all(&names, flight).map(|removals| removals.len()),
        2 => session.remove_directories(&names, flight).map(|removals| removals.len()),
        _ => {
            let time = (server.script.choice(2) == 1).then_some(86_400);
            let changes: [Change; 3] = names.map(|name| Change { name, to: b"d".to_vec(), time });
            session.rename_all(&changes, flight).map(|changed| changed.len())
        }
    };
    match outcome {
        Ok(results) => assert_eq!(results, 3),
        Err(error) => judge(server, &error),
    }
}
