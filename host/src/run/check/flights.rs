//! The question if commands that are sent at once are answered in their order. Servers, and devices on the network path,
//! that cannot take them are known.

use std::time::Duration;

use ftp_delivery::Found;

use crate::report::check::{Finding, Problem};
use crate::report::error::UploadError;
use crate::run::check::probe::Probe;
use crate::run::check::settle;
use crate::run::temporary_name;
use crate::sandbox::values::Inquiry;

/// The longest wait for the replies. A device that drops all commands but the first leaves the client waiting.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Asks for the sizes of the file `name`, which has `length` bytes, and of files that do not exist, in turn. Only the order
/// tells the replies apart.
///
/// # Errors
/// If the run must end.
pub(super) fn of_sizes(probe: &mut Probe<'_>, name: &[u8], length: u64) -> Result<Finding<()>, UploadError> {
    let absent = || temporary_name::of_check(".");
    let names = [name.to_vec(), absent(), absent(), name.to_vec(), absent()];
    let known = probe.ask(|session| {
        session.limit_replies(Some(TIMEOUT));
        let known = session.ask(&names, Inquiry::Size, true);
        session.limit_replies(None);
        known
    });
    Ok(match settle(known)? {
        Finding::Works(known) => {
            let there = known.iter().map(|known| known.found == Found::Bytes(length));
            match there.eq([true, false, false, true, false]) {
                true => Finding::Works(()),
                false => Finding::Fails(Problem::new("the replies came in another order, or belong to other commands")),
            }
        }
        Finding::Unasked => Finding::Unasked,
        Finding::Missing => Finding::Missing,
        Finding::Fails(problem) => Finding::Fails(problem),
    })
}

/// Lists the directory with a flight of EPSV or PASV and the command that lists. It is one only after a first listing.
///
/// # Errors
/// If the run must end.
pub(super) fn of_listing(probe: &mut Probe<'_>) -> Result<Finding<()>, UploadError> {
    let listed = probe.ask(|session| {
        session.limit_replies(Some(TIMEOUT));
        let listed = session.list(b".", true);
        session.limit_replies(None);
        listed.map(drop)
    });
    settle(listed)
}
