//! The operations of a plan in words, each with its reason.

use ftp_plan::operations::{Clear, Plan, Reason, RemoveReason};
use ftp_plan::path::RemotePath;

use super::notes::time;

/// One operation.
pub struct Operation<'a> {
    /// `make`, `store`, `remove` or `remove-directory`.
    pub name: &'static str,
    /// The path on the server, relative to the directory of the job.
    pub path: &'a RemotePath,
    /// The reason, without a full stop.
    pub reason: String,
}

/// The operations of `plan`, in the order in which they are carried out.
pub fn of(plan: &Plan) -> Vec<Operation<'_>> {
    let operation = |name, path, reason: String| Operation { name, path, reason };
    let cleared = plan.clear.iter().map(|clear| match clear {
        Clear::File(file) => operation("remove", &file.path, removed(file.reason).to_owned() + ", in the way"),
        Clear::Directory(path) => operation("remove-directory", path, "in the way, and empty by then".into()),
    });
    let made = plan.make.iter().map(|path| operation("make", path, "missing".into()));
    let stored = plan.store.iter().map(|file| operation("store", &file.path, stored(file.reason)));
    let gone = plan.remove.iter().map(|file| operation("remove", &file.path, removed(file.reason).into()));
    let left = plan.leftovers.iter().map(|path| operation("remove", path, "left by a run that was killed".into()));
    let emptied =
        plan.remove_directories.iter().map(|path| operation("remove-directory", path, "empty after this run".into()));
    cleared.chain(made).chain(stored).chain(gone).chain(left).chain(emptied).collect()
}

fn stored(reason: Reason) -> String {
    match reason {
        Reason::New => "new".to_owned(),
        Reason::Unseen => "the server does not tell if it is there".to_owned(),
        Reason::Size { there, here } => format!("size: {there} there, {here} here"),
        Reason::Time { there, here: Some(here) } => format!("time: {} there, {} here", time(there), time(here)),
        Reason::Time { there, here: None } => format!("time: {} there", time(there)),
        Reason::SizeUnknown => "the server does not tell its size".to_owned(),
        Reason::TimeUnknown => "the server does not tell its time".to_owned(),
        Reason::Contents => "the contents differ".to_owned(),
        Reason::HashUnknown => "there is no hash to compare".to_owned(),
        Reason::ChangedThere => "changed on the server since an earlier run".to_owned(),
        Reason::MissingThere => "no longer on the server".to_owned(),
        Reason::NotCompared => "not compared".to_owned(),
    }
}

fn removed(reason: RemoveReason) -> &'static str {
    match reason {
        RemoveReason::Own => "stored by an earlier run, unchanged since",
        RemoveReason::OwnTrusted => "stored by an earlier run, as the manifest says",
        RemoveReason::Extra => "not in the local directory",
        RemoveReason::Leftover => "left by a run that was killed",
    }
}
