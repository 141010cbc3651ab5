//! Connections that only receive: files in place of listings, more than a listing may have, and names that are paths.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::bindings::exports::ftp_uploader::upload::upload::{Entry, Form, Kind, Page};
use crate::bindings::ftp_uploader::upload::capabilities::ListingConnection;
use crate::reach::tries;
use crate::{Evil, Step, UploadError, report, word};

/// Answers a call of `list`, or reports the answers of the host.
pub(crate) fn listed(evil: &Evil, path: &[u8]) -> Result<Page, UploadError> {
    let path = String::from_utf8_lossy(path);
    let own = format!("MLSD {path}");
    let told = match evil.attack.as_str() {
        "fetches by a listing" => {
            let listing = listing(evil);
            let tried = tries(evil, &["RETR hello.txt", "retr hello.txt", "MLSD other", "STOR hello.txt", &own]);
            format!("{tried}, {} bytes", received(&listing).0)
        }
        "fetches while it lists" => {
            let tried = tries(evil, &[&own, "RETR hello.txt"]);
            let (bytes, end) = received(&listing(evil));
            format!("{tried}, {bytes} bytes, {end}, {}", tries(evil, &["RETR hello.txt"]))
        }
        "receives without end" => {
            let (bytes, end) = received(&listing(evil));
            format!("{bytes} bytes, then {end}")
        }
        "lists paths" => return Ok(page(&["a", "../x"], false)),
        "lists without end" => return Ok(page(&[], true)),
        _ => return Ok(page(&[], false)),
    };
    Err(report(Step::Inspection, told))
}

pub(crate) fn next_page(evil: &Evil) -> Page {
    page(&[], evil.attack == "lists without end")
}

fn page(names: &[&str], more: bool) -> Page {
    let entry = |name: &&str| Entry { name: name.as_bytes().to_vec(), kind: Kind::File, size: None, modified: None };
    Page { entries: names.iter().map(entry).collect(), ignored: 0, form: Form::Facts, more, truncated: false }
}

/// Without a connection there is nothing to attack.
fn listing(evil: &Evil) -> ListingConnection {
    evil.control.open_listing(evil.port).unwrap_or_else(|_| crate::computing::trap())
}

/// Receives to the end. Returns the number of bytes, and the end.
fn received(listing: &ListingConnection) -> (u64, &'static str) {
    let mut count = 0;
    loop {
        match listing.receive(u32::MAX) {
            Ok(bytes) if bytes.is_empty() => return (count, "the end"),
            Ok(bytes) => count += bytes.len() as u64,
            failed => return (count, word::<Vec<u8>>(&failed)),
        }
    }
}
