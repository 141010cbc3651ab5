//! Lists the directories of the server. `ftp_plan` says which ones.

use alloc::vec;

use ftp_plan::local::LocalTree;
use ftp_plan::remote::{Directory, Entry, Form, Kind, Listing, NotListed, RemoteTree};
use ftp_plan::rules::Rules;
use ftp_plan::{Branch, directories_to_list};

use crate::bindings::ftp_uploader::upload::capabilities::Step;
use crate::bindings::ftp_uploader::upload::upload::{self as wit, Page, Refusal, UploadError};
use crate::link::Link;

/// The most entries of one directory: more than any server has in one, and a bound for a guest that never ends.
const MAX_ENTRIES: usize = 1_000_000;

/// Lists the target's directory and, from there, all directories that the plan needs.
///
/// # Errors
/// If the target's directory cannot be listed, or the session has ended.
pub(super) fn list(link: &Link, local: &LocalTree, rules: &Rules<'_>) -> Result<RemoteTree, UploadError> {
    let mut tree = RemoteTree::new();
    let mut open = vec![Branch::root()];
    while let Some(branch) = open.pop() {
        let directory = list_one(link, &branch)?;
        if let Directory::Listed(listing) = &directory {
            open.extend(directories_to_list(local, None, rules, &branch, listing));
        }
        tree.insert(branch.path, directory);
    }
    Ok(tree)
}

fn list_one(link: &Link, branch: &Branch) -> Result<Directory, UploadError> {
    let path = if branch.path.is_root() { b".".as_slice() } else { branch.path.as_bytes() };
    match pages(link, path) {
        Ok(listing) => Ok(Directory::Listed(listing)),
        // Without the listing of the target's directory, nothing is known about the server.
        Err(error) if branch.path.is_root() || link.is_over() => Err(error),
        Err(UploadError::Refused(Refusal { step: Step::Inspection, .. })) => {
            Ok(Directory::NotListed(NotListed::Refused))
        }
        Err(_) => Ok(Directory::NotListed(NotListed::Failed)),
    }
}

/// Returns the whole listing of `path`.
pub(super) fn pages(link: &Link, path: &[u8]) -> Result<Listing, UploadError> {
    let mut listing = Listing::new();
    let mut page = link.list(path)?;
    let mut count = 0;
    loop {
        count += page.entries.len().max(1);
        let more = page.more;
        add(&mut listing, &page);
        if !more {
            return Ok(listing);
        }
        if count > MAX_ENTRIES {
            return Err(crate::failure::broken_contract());
        }
        page = link.next_page(path)?;
    }
}

fn add(listing: &mut Listing, page: &Page) {
    for entry in &page.entries {
        let kind = match entry.kind {
            wit::Kind::File => Kind::File,
            wit::Kind::Directory => Kind::Directory,
            wit::Kind::Link => Kind::Link,
            wit::Kind::Other => Kind::Other,
        };
        // A name that cannot be a part of a path is counted by `insert`.
        let _ = listing.insert(&entry.name, Entry { kind, size: entry.size, modified: entry.modified });
    }
    listing.complete = !page.more && !page.truncated;
    listing.ignored = listing.ignored.saturating_add(page.ignored);
    listing.form = match page.form {
        wit::Form::Facts => Form::Facts,
        wit::Form::Unix | wit::Form::Dos => Form::Lines,
        wit::Form::Untold => Form::Untold,
    };
}
