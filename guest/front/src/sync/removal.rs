//! Removes files and directories that the plan names, and says so. A refusal is asked about: a file that is gone is
//! removed, whoever removed it.

use alloc::format;
use alloc::vec::Vec;

use ftp_plan::path::RemotePath;
use ftp_plan::remote::Form;
use ftp_text::escape::Escaped;

use crate::bindings::ftp_uploader::upload::upload::{Found, Inquiry, Refusal, Removal, UploadError};
use crate::link::Link;
use crate::sync::listing;

/// The most names in one call of the guest.
const PER_CALL: usize = 64;

/// The result of removing some paths.
#[derive(Default)]
pub(super) struct Removed {
    /// The number that this run has removed.
    pub(super) count: u64,
    /// Those that the server has refused to remove.
    pub(super) refused: Vec<(RemotePath, Refusal)>,
}

/// Removes files. With `tells`, each is printed.
pub(super) fn remove_files(link: &Link, paths: &[RemotePath], tells: bool) -> Result<Removed, UploadError> {
    let mut removed = Removed::default();
    for some in paths.chunks(PER_CALL) {
        let removals = link.remove_all(&bytes(some))?;
        let refused = removed.take(some, removals, |path| {
            if tells {
                ftp_guest_console::say(&format!("Removed {}", Escaped(path.as_bytes())));
            }
        });
        removed.refused.extend(still_there(link, refused)?);
    }
    Ok(removed)
}

/// Removes directories, each before the one above it.
pub(super) fn remove_directories(link: &Link, paths: &[RemotePath]) -> Result<Removed, UploadError> {
    let mut removed = Removed::default();
    for some in paths.chunks(PER_CALL) {
        let removals = link.remove_directories(&bytes(some))?;
        let refused = removed.take(some, removals, |path| {
            ftp_guest_console::say(&format!("Removed directory {}", Escaped(path.as_bytes())));
        });
        removed.refused.extend(refused);
    }
    Ok(removed)
}

impl Removed {
    /// Counts those that are removed, and returns the others.
    fn take(
        &mut self,
        paths: &[RemotePath],
        removals: Vec<Removal>,
        mut tell: impl FnMut(&RemotePath),
    ) -> Vec<(RemotePath, Refusal)> {
        let mut refused = Vec::new();
        for (path, removal) in paths.iter().zip(removals) {
            match removal {
                Removal::Removed => {
                    self.count += 1;
                    tell(path);
                }
                Removal::Refused(refusal) => refused.push((path.clone(), refusal)),
            }
        }
        refused
    }
}

/// Returns those that may still be there. A refused SIZE has many meanings (RFC 959 §4.2.1), so that a file counts as gone only
/// if a whole listing of its directory, in facts, does not have it.
fn still_there(link: &Link, refused: Vec<(RemotePath, Refusal)>) -> Result<Vec<(RemotePath, Refusal)>, UploadError> {
    let mut there = Vec::new();
    for (path, refusal) in refused {
        let known = link.ask(&[path.as_bytes().to_vec()], Inquiry::Size)?;
        let is_told = known.iter().any(|known| !matches!(known.found, Found::Refused));
        let above = if path.parent_bytes().is_empty() { b".".as_slice() } else { path.parent_bytes() };
        let is_gone = !is_told
            && match listing::pages(link, above) {
                Ok(listing) => listing.form == Form::Facts && listing.excludes(path.name()),
                Err(UploadError::Refused(_)) if !link.is_over() => false,
                Err(error) => return Err(error),
            };
        if !is_gone {
            there.push((path, refusal));
        }
    }
    Ok(there)
}

fn bytes(paths: &[RemotePath]) -> Vec<Vec<u8>> {
    paths.iter().map(|path| path.as_bytes().to_vec()).collect()
}
