//! Answers the questions of `ftp_plan` about single files: the server's by SIZE, MDTM and hashes, and the hashes of local
//! files.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, PoisonError};

use ftp_delivery::Found;
use ftp_plan::answers::{Answer, Answers, HashAnswer, Size, Time};
use ftp_plan::local::LocalTree;
use ftp_plan::path::RemotePath;
use ftp_plan::{Ask, Inputs, Questions, questions};

use crate::report::error::UploadError;
use crate::report::skipped::{SkipReason, Skipped};
use crate::report::step::Algorithm;
use crate::run::sync::context::Context;
use crate::run::sync::spread::spread;
use crate::run::worker::Worker;
use crate::sandbox::values::{Comparison, Inquiry, Known};

/// The most names in one call of the component.
const PER_CALL: usize = 64;

/// The questions for which another connection is worth its login.
const PER_CONNECTION: usize = 256;

/// Calls a function with the inputs of the plan, of which this local tree and these answers are parts.
pub(super) type WithInputs<'a> = dyn Fn(&LocalTree, &Answers, &mut dyn FnMut(&Inputs<'_>)) + 'a;

/// Asks until `ftp_plan` has no question. A local file that cannot be read is left out of `local`.
///
/// # Errors
/// If there is no session any more.
pub(super) fn answer_all(
    context: &Context<'_>,
    local: &mut LocalTree,
    inputs: &WithInputs<'_>,
    answers: &mut Answers,
) -> Result<Vec<Skipped>, UploadError> {
    let mut skipped = Vec::new();
    loop {
        let mut open = Questions::default();
        inputs(local, answers, &mut |inputs| open = questions(inputs));
        if open.is_empty() {
            return Ok(skipped);
        }
        hash_locally(context, local, &open.hash_locally, &mut skipped);
        context.check_cancellation()?;
        let asked = Mutex::new(Vec::new());
        ask(context, &open.ask, &asked)?;
        compare(context, local, &open.compare, &asked)?;
        for (path, answer) in asked.into_inner().unwrap_or_else(PoisonError::into_inner) {
            answers.add(path, answer);
        }
    }
}

/// The answers so far.
type Asked = Mutex<Vec<(RemotePath, Answer)>>;

fn ask(context: &Context<'_>, questions: &[Ask], asked: &Asked) -> Result<(), UploadError> {
    let mut by_kind: BTreeMap<bool, Vec<&RemotePath>> = BTreeMap::new();
    questions.iter().for_each(|ask| by_kind.entry(ask.time).or_default().push(&ask.path));
    let calls: Vec<_> =
        by_kind.iter().flat_map(|(time, paths)| paths.chunks(PER_CALL).map(|some| (*time, some))).collect();
    let jobs = context.run.request.delivery.jobs.get();
    spread(context.run, calls, jobs.min(1 + questions.len() / PER_CONNECTION), &|worker, (time, paths)| {
        let names: Vec<_> = paths.iter().map(|path| path.as_bytes().to_vec()).collect();
        let inquiry = if time { Inquiry::SizeAndTime } else { Inquiry::Size };
        let known = worker.persist(|session, flight| session.ask(&names, inquiry, flight))?;
        let told = paths.iter().zip(known).map(|(path, known)| ((*path).clone(), answer_of(known, time)));
        asked.lock().unwrap_or_else(PoisonError::into_inner).extend(told);
        Ok(Vec::new())
    })
}

/// Returns the size in an answer, if it tells one.
pub(super) fn size_in(found: Found) -> Option<u64> {
    match found {
        Found::Bytes(bytes) => Some(bytes),
        Found::Refused | Found::Untold => None,
    }
}

fn answer_of(known: Known, time: bool) -> Answer {
    let size = match known.found {
        Found::Bytes(bytes) => Size::Bytes(bytes),
        Found::Refused => Size::Refused,
        Found::Untold => Size::Untold,
    };
    let modified = time.then(|| known.modified.map_or(Time::Untold, Time::Seconds));
    Answer { size: Some(size), modified, hash: None }
}

/// Compares the hashes that the server computes. A local file that cannot be read has no hash here, and is stored, which
/// reports it.
fn compare(context: &Context<'_>, local: &LocalTree, paths: &[RemotePath], asked: &Asked) -> Result<(), UploadError> {
    let jobs = context.run.request.delivery.jobs.get();
    spread(context.run, paths, jobs.min(1 + paths.len() / PER_CALL), &|worker, path: &RemotePath| {
        let hash = compare_one(context, worker, local, path)?;
        let answer = Answer { hash: Some(hash), ..Answer::default() };
        asked.lock().unwrap_or_else(PoisonError::into_inner).push((path.clone(), answer));
        Ok(Vec::new())
    })
}

fn compare_one(
    context: &Context<'_>,
    worker: &mut Worker<'_>,
    local: &LocalTree,
    path: &RemotePath,
) -> Result<HashAnswer, UploadError> {
    let (Some(file), Some(planned)) = (context.files.get(path), local.file(path.as_bytes())) else {
        return Ok(HashAnswer::Unavailable);
    };
    let Ok(source) = file.open() else { return Ok(HashAnswer::Unavailable) };
    if source.length() != planned.size {
        return Ok(HashAnswer::Unavailable);
    }
    let compared = worker.persist(|session, _| session.compare(&source, path.as_bytes(), planned.size));
    match compared {
        Ok(Comparison::Same(_)) => Ok(HashAnswer::Same),
        Ok(Comparison::Different(_)) => Ok(HashAnswer::Different),
        Ok(Comparison::Unavailable) | Err(UploadError::Source { .. } | UploadError::Refused { .. }) => {
            Ok(HashAnswer::Unavailable)
        }
        Err(error) => Err(error),
    }
}

/// Computes the SHA-256 of local files.
fn hash_locally(context: &Context<'_>, local: &mut LocalTree, paths: &[RemotePath], skipped: &mut Vec<Skipped>) {
    // An interruption shows at the next command.
    for path in paths.iter().take_while(|_| !context.run.is_cancelled()) {
        match hash_of(context, path) {
            Ok(hash) => drop(local.set_hash(path.as_bytes(), hash)),
            Err(file) => {
                local.leave_out(path);
                skipped.extend(file);
            }
        }
    }
}

/// Returns the SHA-256 of a local file, or the file as skipped if it cannot be read.
pub(super) fn hash_of(context: &Context<'_>, path: &RemotePath) -> Result<[u8; 32], Option<Skipped>> {
    let file = context.files.get(path).ok_or(None)?;
    let skipped = |why| Some(Skipped { path: file.path_shown().into_owned(), why });
    let source = file.open().map_err(|error| skipped(why_unreadable(error)))?;
    let go_on = || if context.run.is_cancelled() { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) };
    let digest = source.digest::<io::Error>(Algorithm::Sha256, source.length(), go_on);
    let digest = digest.map_err(|error| skipped(SkipReason::Unreadable(error)))?;
    digest.and_then(|digest| <[u8; 32]>::try_from(digest).ok()).ok_or_else(|| skipped(SkipReason::Vanished))
}

fn why_unreadable(error: UploadError) -> SkipReason {
    match error {
        UploadError::Source { problem, .. } => SkipReason::of(problem).unwrap_or(SkipReason::Vanished),
        error => SkipReason::Unreadable(io::Error::other(error.to_string())),
    }
}
