//! Finds the files of an upload whose names are taken on the server, before anything is stored
//! ([`Delivery::skip_existing`](crate::Delivery::skip_existing)).
//!
//! The directories are listed, and the server is asked about each file that is not listed. `evidence.rs` says what follows
//! from the answers.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use ftp_delivery::Found;

use crate::report::error::UploadError;
use crate::report::step::Step;
use crate::report::summary::{AlreadyThere, Failure};
use crate::run::evidence::{Folder, ROOT, Seen, Verdict, is_certain, judge, path_of, split};
use crate::run::plan::{FileTask, Plan};
use crate::run::sync::listing::listing_of;
use crate::run::sync::spread::spread;
use crate::run::worker::Worker;
use crate::run::workers::Run;
use crate::sandbox::values::{Inquiry, Known};

/// The most names in one call of the component.
const PER_CALL: usize = 64;

/// The questions for which another connection is worth its login.
const PER_CONNECTION: usize = 256;

/// The directories for which another connection is worth its login.
const DIRECTORIES_PER_CONNECTION: usize = 16;

/// The files that are left out.
#[derive(Default)]
pub(super) struct LeftOut {
    /// The files whose names are taken.
    pub(super) already_there: Vec<AlreadyThere>,
    /// The files of which it is not known if they are there.
    pub(super) failures: Vec<Failure>,
}

/// The directories of the upload, by their paths on the server.
type Folders = HashMap<Vec<u8>, Folder>;

/// The answers about the files that are not listed, by their paths on the server.
type Answers = HashMap<Vec<u8>, Known>;

/// A way to ask about files: it returns one answer for each name.
type AskFor = dyn Fn(&mut Worker<'_>, &[Vec<u8>]) -> Result<Vec<Known>, UploadError> + Sync;

impl Run<'_> {
    /// Takes out of `plan` the files that must not be stored.
    ///
    /// # Errors
    /// If there is no session any more.
    pub(super) fn leave_out_existing(&self, plan: &mut Plan) -> Result<LeftOut, UploadError> {
        if plan.files.is_empty() {
            return Ok(LeftOut::default());
        }
        self.with_worker(|worker| worker.log_in())?;
        let folders = self.list_folders(plan)?;
        let (unlisted, witnesses) = questions(plan, &folders);
        let answers = self.ask_about(&unlisted, &ask)?;
        let witnesses = self.ask_about(&witnesses, &ask_singly)?;
        Ok(sort_out(plan, &folders, &answers, &witnesses))
    }

    /// Lists the directories of `plan`, each after the one above it. Those that cannot exist are not listed.
    /// A directory that its listing excludes counts as absent only if it cannot be hidden, or if it cannot be listed, either.
    fn list_folders(&self, plan: &Plan) -> Result<Folders, UploadError> {
        let mut below: HashMap<&[u8], Vec<&[u8]>> = HashMap::new();
        for directory in &plan.directories {
            below.entry(split(&directory.remote).0).or_default().push(&directory.remote);
        }
        let folders = Mutex::new(Folders::new());
        let connections = self.request.delivery.jobs.get().min(1 + plan.directories.len() / DIRECTORIES_PER_CONNECTION);
        spread(self, [ROOT], connections, &|worker, path: &[u8]| {
            let listed = list(worker, path)?;
            let (parent, name) = split(path);
            let mut folders = folders.lock().unwrap_or_else(PoisonError::into_inner);
            let folder = match (listed, folders.get(parent)) {
                // Neither the directory above nor a question about it shows the directory.
                (Folder::NotListed, Some(above)) if path != ROOT && above.excludes(name) => Folder::Absent,
                (listed, _) => listed,
            };
            let children = below.get(path).map(Vec::as_slice).unwrap_or_default();
            let may_exist = |child: &&&[u8]| folder.may_have_directory(split(child).1);
            let next = children.iter().filter(may_exist).copied().collect();
            folders.insert(path.to_vec(), folder);
            Ok(next)
        })?;
        Ok(folders.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn ask_about(&self, paths: &[Vec<u8>], ask: &AskFor) -> Result<Answers, UploadError> {
        let answers = Mutex::new(Answers::new());
        let connections = self.request.delivery.jobs.get().min(1 + paths.len() / PER_CONNECTION);
        spread(self, paths.chunks(PER_CALL), connections, &|worker, names: &[Vec<u8>]| {
            let told = names.iter().cloned().zip(ask(worker, names)?);
            answers.lock().unwrap_or_else(PoisonError::into_inner).extend(told);
            Ok(Vec::new())
        })?;
        Ok(answers.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Lists one directory, with the retries that the request allows.
fn list(worker: &mut Worker<'_>, path: &[u8]) -> Result<Folder, UploadError> {
    let argument = if path == ROOT { b".".as_slice() } else { path };
    match worker.persist(|session, flight| session.list(argument, flight)) {
        Ok(listed) => Ok(Folder::Listed(Seen::new(listing_of(listed)))),
        // Without a data connection no file can be stored, and this error says why.
        Err(error @ UploadError::Refused { step: Step::DataConnection, .. }) => Err(error),
        Err(error @ UploadError::Refused { .. }) if error.consequence().session_survives => Ok(Folder::NotListed),
        Err(error) => Err(error),
    }
}

/// Asks about files. Some servers reply to the commands of a flight in another order (libunftp), so that the answers to one
/// count only if all are the same and tell nothing. Otherwise the files are asked about one after the other.
fn ask(worker: &mut Worker<'_>, names: &[Vec<u8>]) -> Result<Vec<Known>, UploadError> {
    let known = worker.persist(|session, flight| session.ask(names, Inquiry::SizeAndTime, flight))?;
    if is_unambiguous(&known) { Ok(known) } else { ask_singly(worker, names) }
}

fn ask_singly(worker: &mut Worker<'_>, names: &[Vec<u8>]) -> Result<Vec<Known>, UploadError> {
    worker.persist(|session, _| session.ask(names, Inquiry::SizeAndTime, false))
}

/// Returns true if the answers mean the same in any order.
fn is_unambiguous(known: &[Known]) -> bool {
    let is_refused = known.iter().all(|known| *known == Known { found: Found::Refused, modified: None });
    is_refused || known.iter().all(|known| *known == Known { found: Found::Untold, modified: None })
}

/// Returns the paths of the files about which the listings are not certain; and for each directory in which one of them is
/// not excluded, a file that is there: it shows if the server tells sizes.
fn questions(plan: &Plan, folders: &Folders) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let (mut unlisted, mut witnesses, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for task in &plan.files {
        let (parent, name) = split(&task.remote);
        let Some(folder) = folders.get(parent) else { continue };
        if is_certain(folder, name) {
            continue;
        }
        unlisted.push(task.remote.to_vec());
        if !folder.excludes(name)
            && seen.insert(parent)
            && let Some(witness) = folder.witness()
        {
            witnesses.push(path_of(parent, witness));
        }
    }
    (unlisted, witnesses)
}

/// Takes the files that must not be stored out of `plan`.
fn sort_out(plan: &mut Plan, folders: &Folders, answers: &Answers, witnesses: &Answers) -> LeftOut {
    let tells_sizes: HashSet<&[u8]> = witnesses
        .iter()
        .filter(|(_, known)| matches!(known.found, Found::Bytes(_)))
        .map(|(path, _)| split(path).0)
        .collect();
    let mut left_out = LeftOut::default();
    plan.files.retain(|task| {
        let (parent, name) = split(&task.remote);
        let folder = folders.get(parent).unwrap_or(&Folder::Absent);
        match judge(folder, name, answers.get(&*task.remote), tells_sizes.contains(parent)) {
            Verdict::Absent => return true,
            Verdict::There => left_out.already_there.push(already_there(task)),
            Verdict::Unknown(why) => {
                let failure = Failure::of_run(UploadError::MayExist { why });
                left_out.failures.push(Failure { file: Some(task.path()), ..failure });
            }
        }
        false
    });
    left_out
}

fn already_there(task: &FileTask) -> AlreadyThere {
    AlreadyThere { file: task.path(), remote: task.remote.to_vec() }
}
