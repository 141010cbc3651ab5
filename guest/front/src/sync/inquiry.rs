//! Answers the questions of `ftp_plan` about single files of the server.

use alloc::vec::Vec;

use ftp_plan::answers::{Answer, Answers, Size, Time};
use ftp_plan::local::LocalTree;
use ftp_plan::remote::RemoteTree;
use ftp_plan::rules::Rules;
use ftp_plan::{Ask, Inputs, questions};

use crate::bindings::ftp_uploader::upload::upload::{Found, Inquiry, Known, UploadError};
use crate::link::Link;

/// The most names in one call of the guest.
const PER_CALL: usize = 64;

/// Asks until `ftp_plan` has no question.
pub(super) fn answer_all(
    link: &Link,
    local: &LocalTree,
    remote: &RemoteTree,
    rules: &Rules<'_>,
) -> Result<Answers, UploadError> {
    let mut answers = Answers::new();
    loop {
        let open = questions(&Inputs { local, remote, manifest: None, answers: &answers, rules });
        // There is no manifest, and hashes are not compared: it asks for sizes and times only.
        if open.ask.is_empty() {
            return Ok(answers);
        }
        for time in [false, true] {
            let some: Vec<&Ask> = open.ask.iter().filter(|ask| ask.time == time).collect();
            some.chunks(PER_CALL).try_for_each(|some| ask(link, some, time, &mut answers))?;
        }
    }
}

fn ask(link: &Link, asks: &[&Ask], time: bool, answers: &mut Answers) -> Result<(), UploadError> {
    let names: Vec<_> = asks.iter().map(|ask| ask.path.as_bytes().to_vec()).collect();
    let known = link.ask(&names, if time { Inquiry::SizeAndTime } else { Inquiry::Size })?;
    asks.iter().zip(known).for_each(|(ask, known)| answers.add(ask.path.clone(), answer_of(&known, time)));
    Ok(())
}

fn answer_of(known: &Known, time: bool) -> Answer {
    let size = match known.found {
        Found::Bytes(bytes) => Size::Bytes(bytes),
        Found::Refused => Size::Refused,
        Found::Untold => Size::Untold,
    };
    let modified = time.then(|| known.modified.map_or(Time::Untold, Time::Seconds));
    Answer { size: Some(size), modified, hash: None }
}
