//! Removes files and directories that the plan names, and says so. A refusal is asked about: a file that is gone is
//! removed, whoever removed it.

use alloc::format;
use alloc::vec::Vec;

use ftp_plan::path::RemotePath;
use ftp_text::escape::Escaped;

use crate::bindings::ftp_uploader::upload::upload::{Found, Inquiry, Refusal, Removal, UploadError};
use crate::link::Link;

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

/// Returns those that may still be there. If SIZE is refused, too, there is no such file, as far as this user can see.
fn still_there(link: &Link, refused: Vec<(RemotePath, Refusal)>) -> Result<Vec<(RemotePath, Refusal)>, UploadError> {
    if refused.is_empty() {
        return Ok(refused);
    }
    let names: Vec<_> = refused.iter().map(|(path, _)| path.as_bytes().to_vec()).collect();
    let known = link.ask(&names, Inquiry::Size)?;
    let there = refused.into_iter().zip(known).filter(|(_, known)| !matches!(known.found, Found::Refused));
    Ok(there.map(|(refused, _)| refused).collect())
}

fn bytes(paths: &[RemotePath]) -> Vec<Vec<u8>> {
    paths.iter().map(|path| path.as_bytes().to_vec()).collect()
}
