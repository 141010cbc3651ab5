//! Asks a session if files are on the server, after an answer that can mean two things. `evidence.rs` says what follows from
//! the answers.

use std::collections::HashMap;

use ftp_delivery::Found;

use crate::report::error::UploadError;
use crate::report::step::Connection;
use crate::run::evidence::{Folder, Seen, Verdict, is_certain, judge, path_of, split};
use crate::run::sync::listing::listing_of;
use crate::sandbox::guest::GuestSession;
use crate::sandbox::values::{Inquiry, Known};

/// Returns for each of `paths` whether a file is there. Their directories are listed, each once.
///
/// # Errors
/// If the session has ended.
pub(super) fn examine(session: &mut GuestSession, paths: &[Vec<u8>]) -> Result<Vec<Verdict>, UploadError> {
    let mut folders = HashMap::new();
    let mut verdicts = Vec::with_capacity(paths.len());
    for path in paths {
        let (parent, name) = split(path);
        if !folders.contains_key(parent) {
            folders.insert(parent, list(session, parent)?);
        }
        verdicts.push(examine_one(session, &folders[parent], parent, name)?);
    }
    Ok(verdicts)
}

fn examine_one(
    session: &mut GuestSession,
    folder: &Folder,
    parent: &[u8],
    name: &[u8],
) -> Result<Verdict, UploadError> {
    if is_certain(folder, name) {
        return Ok(judge(folder, name, None, false));
    }
    let known = ask(session, path_of(parent, name))?;
    let verdict = judge(folder, name, known.as_ref(), false);
    match (verdict, folder.witness()) {
        (Verdict::Unknown(_), Some(witness)) => {
            let told = ask(session, path_of(parent, witness))?;
            let tells_sizes = told.is_some_and(|told| matches!(told.found, Found::Bytes(_)));
            Ok(judge(folder, name, known.as_ref(), tells_sizes))
        }
        (verdict, _) => Ok(verdict),
    }
}

fn ask(session: &mut GuestSession, path: Vec<u8>) -> Result<Option<Known>, UploadError> {
    Ok(session.ask(&[path], Inquiry::SizeAndTime, false)?.pop())
}

/// Lists one directory. One that cannot be listed tells nothing.
fn list(session: &mut GuestSession, path: &[u8]) -> Result<Folder, UploadError> {
    let argument = if path.is_empty() { b".".as_slice() } else { path };
    match session.list(argument, false) {
        Ok(listed) => Ok(Folder::Listed(Seen::new(listing_of(listed)))),
        Err(UploadError::Broken { connection: Connection::Data, .. }) => Ok(Folder::NotListed),
        Err(error @ UploadError::Refused { .. }) if error.consequence().session_survives => Ok(Folder::NotListed),
        Err(error) => Err(error),
    }
}
