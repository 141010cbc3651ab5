//! Lists the directories of the server, spread over the sessions. `ftp_plan` says which ones; nothing is concluded from a
//! directory that could not be listed.

use std::sync::{Mutex, PoisonError};

use ftp_plan::local::LocalTree;
use ftp_plan::manifest::Manifest;
use ftp_plan::remote::{Directory, Entry, Form, Kind, Listing, NotListed, RemoteTree};
use ftp_plan::{Branch, directories_to_list};

use crate::report::error::UploadError;
use crate::report::step::{Connection, Step};
use crate::run::sync::context::Context;
use crate::run::sync::spread::spread;
use crate::run::worker::Worker;
use crate::sandbox::values::{self, Listed};

/// The directories for which another connection is worth its login.
const DIRECTORIES_PER_CONNECTION: usize = 16;

/// Lists the directory of the job and, from there, all directories that the plan needs.
///
/// # Errors
/// If the directory of the job itself cannot be listed, or there is no session any more.
pub(super) fn list(
    context: &Context<'_>,
    local: &LocalTree,
    manifest: Option<&Manifest>,
) -> Result<RemoteTree, UploadError> {
    let (tree, run) = (Mutex::new(RemoteTree::new()), context.run);
    let connections = run.request.delivery.jobs.get().min(1 + local.directories().len() / DIRECTORIES_PER_CONNECTION);
    spread(run, [Branch::root()], connections, &|worker, branch: Branch| {
        let directory = list_one(worker, &branch)?;
        let next = match &directory {
            Directory::Listed(listing) => {
                context.with_rules(|rules| directories_to_list(local, manifest, rules, &branch, listing))
            }
            Directory::NotListed(_) | Directory::Absent => Vec::new(),
        };
        tree.lock().unwrap_or_else(PoisonError::into_inner).insert(branch.path, directory);
        Ok(next)
    })?;
    Ok(tree.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Lists one directory, with the retries that the request allows.
pub(super) fn list_one(worker: &mut Worker<'_>, branch: &Branch) -> Result<Directory, UploadError> {
    let path = if branch.path.is_root() { b".".as_slice() } else { branch.path.as_bytes() };
    match worker.persist(|session, flight| session.list(path, flight)) {
        Ok(listed) => Ok(Directory::Listed(listing_of(listed))),
        // Without the listing of the job's directory, nothing is known about the server.
        Err(error) if branch.path.is_root() => Err(error),
        Err(UploadError::Refused { step: Step::Inspection, .. }) => Ok(Directory::NotListed(NotListed::Refused)),
        Err(UploadError::Broken { connection: Connection::Data, .. } | UploadError::Refused { .. }) => {
            Ok(Directory::NotListed(NotListed::Failed))
        }
        Err(error) => Err(error),
    }
}

/// Returns the listing in the terms of `ftp_plan`.
pub(in crate::run) fn listing_of(listed: Listed) -> Listing {
    let mut listing = Listing::new();
    for entry in &listed.entries {
        let kind = match entry.kind {
            values::Kind::File => Kind::File,
            values::Kind::Directory => Kind::Directory,
            values::Kind::Link => Kind::Link,
            values::Kind::Other => Kind::Other,
        };
        // A name that cannot be a part of a path is counted by `insert`.
        let _ = listing.insert(&entry.name, Entry { kind, size: entry.size, modified: entry.modified });
    }
    listing.complete = !listed.truncated;
    listing.ignored = listing.ignored.saturating_add(listed.ignored);
    listing.form = match listed.form {
        values::Form::Facts => Form::Facts,
        values::Form::Unix | values::Form::Dos => Form::Lines,
        values::Form::Untold => Form::Untold,
    };
    listing
}
