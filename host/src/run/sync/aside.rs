//! Replaces a file on a server that does not rename over an existing one: the old file is moved aside, the new one gets
//! its name, and the old one is removed. Each step is chosen by what the server has, so that the steps can be taken again
//! after a lost connection.

use ftp_delivery::Found;

use crate::report::error::UploadError;
use crate::run::sync::switch::{Staged, Switched, not_renamed};
use crate::sandbox::guest::GuestSession;
use crate::sandbox::values::{Inquiry, Refusal, Renaming};

/// The most steps: three are needed, and each may be taken again once.
const MAX_STEPS: usize = 6;

/// The files that the server has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct There {
    /// Under the own name, with its size.
    own: Option<u64>,
    temporary: bool,
    aside: bool,
}

/// The next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    MoveAside,
    TakeName,
    RemoveOld,
    Done,
    /// The server has neither the temporary file nor a file of its size under the name.
    Lost,
}

impl There {
    /// Returns the next step for a file of `size` bytes.
    fn next(self, size: u64) -> Step {
        match self {
            Self { temporary: true, own: Some(_), .. } => Step::MoveAside,
            Self { temporary: true, own: None, .. } => Step::TakeName,
            Self { temporary: false, own: Some(there), .. } if there != size => Step::Lost,
            Self { temporary: false, own: Some(_), aside: true } => Step::RemoveOld,
            Self { temporary: false, own: Some(_), aside: false } => Step::Done,
            Self { temporary: false, own: None, .. } => Step::Lost,
        }
    }
}

/// Replaces the old file by `file`. `refusal` is the reply with which the server refused to rename over it.
pub(super) fn replace(session: &mut GuestSession, file: &Staged, refusal: Refusal) -> Result<Switched, UploadError> {
    let aside = name_aside(&file.temporary);
    for _ in 0..MAX_STEPS {
        let Some(there) = look(session, file, &aside)? else { break };
        match there.next(file.stored.size) {
            // A file that is aside already belongs to another run.
            Step::MoveAside if there.aside => break,
            Step::MoveAside => match session.rename(&file.stored.remote, &aside)? {
                Renaming::Done => {}
                Renaming::NotFrom(_) | Renaming::NotTo(_) => break,
            },
            Step::TakeName => match session.rename(&file.temporary, &file.stored.remote)? {
                Renaming::Done => {}
                Renaming::NotFrom(refusal) | Renaming::NotTo(refusal) => {
                    return bring_back(session, file, &aside, refusal);
                }
            },
            Step::RemoveOld => match session.remove(&aside) {
                // The new file has its name. The old one remains, and the next run says so.
                Ok(()) | Err(UploadError::Refused { .. }) => return Ok(Switched::Done { time_set: true }),
                Err(error) => return Err(error),
            },
            Step::Done => return Ok(Switched::Done { time_set: true }),
            Step::Lost => return Ok(Switched::Failed(UploadError::Unknown)),
        }
    }
    Ok(Switched::Failed(not_renamed(refusal, false)))
}

/// Gives the old file its name again.
fn bring_back(
    session: &mut GuestSession,
    file: &Staged,
    aside: &[u8],
    refusal: Refusal,
) -> Result<Switched, UploadError> {
    let Refusal { code, text, .. } = refusal;
    let old_is_aside = !matches!(session.rename(aside, &file.stored.remote)?, Renaming::Done);
    Ok(Switched::Failed(UploadError::NotRenamed { forbidden: false, old_is_aside, code, text }))
}

/// Asks for the three files. Returns `None` if the server does not tell.
fn look(session: &mut GuestSession, file: &Staged, aside: &[u8]) -> Result<Option<There>, UploadError> {
    let names = [file.stored.remote.clone(), file.temporary.clone(), aside.to_vec()];
    let known = session.ask(&names, Inquiry::Size, false)?;
    let size = |found| match found {
        Found::Bytes(size) => Some(Some(size)),
        Found::Refused => Some(None),
        Found::Untold => None,
    };
    let [own, temporary, old] = &known[..] else { return Ok(None) };
    Ok((|| {
        let (own, temporary, old) = (size(own.found)?, size(temporary.found)?, size(old.found)?);
        Some(There { own, temporary: temporary.is_some(), aside: old.is_some() })
    })())
}

/// Returns the name for the old file: that of the temporary file, with another ending.
fn name_aside(temporary: &[u8]) -> Vec<u8> {
    let stem = temporary.strip_suffix(b"part").unwrap_or(temporary);
    [stem, b"old"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there(own: Option<u64>, temporary: bool, aside: bool) -> There {
        There { own, temporary, aside }
    }

    /// Takes the steps on a model of the server, from its first state, and returns the states.
    fn states() -> Vec<There> {
        let (mut now, mut states) = (there(Some(3), true, false), Vec::new());
        loop {
            states.push(now);
            now = match now.next(5) {
                Step::MoveAside => there(None, true, true),
                Step::TakeName => there(Some(5), false, now.aside),
                Step::RemoveOld => there(Some(5), false, false),
                Step::Done | Step::Lost => return states,
            };
        }
    }

    #[test]
    fn the_steps_lead_to_the_new_file_alone_and_the_old_one_is_never_missing_without_it() {
        let states = states();
        assert_eq!(states.len(), 4);
        assert!(states.iter().all(|now| now.own.is_some() || now.aside && now.temporary));
        assert_eq!(states.last(), Some(&there(Some(5), false, false)));
    }

    #[test]
    fn a_file_of_another_size_is_not_taken_for_the_new_one() {
        assert_eq!(there(Some(4), false, true).next(5), Step::Lost);
        assert_eq!(there(None, false, true).next(5), Step::Lost);
    }

    #[test]
    fn the_old_file_has_a_name_beside_the_temporary_one() {
        assert_eq!(name_aside(b"css/.a.0123456789abcdef.part"), b"css/.a.0123456789abcdef.old");
    }
}
