//! The local files and directories that a request names: each is opened or checked before anything is sent, and no two of
//! their files may have one name on the server.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

use crate::files::local_file::{LocalFile, NamedFile};
use crate::files::source::Source;
use crate::report::error::{SourceProblem, UploadError};
use crate::report::summary::UploadReport;
use crate::request::job::{Item, Put};
use crate::run::plan::{FileTask, Plan};
use crate::run::refused::Refused;
use crate::run::temporary_name::Naming;

/// The most named files that are kept open until they are sent. If there are more, each is opened when it is sent, so
/// that their number is not limited by that of descriptors.
const KEPT_OPEN: usize = 16;

/// The same for named directories.
pub(super) const TREES_KEPT_OPEN: usize = 8;

/// Opens or checks the files and streams that `put` names, and adds to `refused` those that cannot be sent.
///
/// # Errors
/// If a failure ends the run.
pub(super) fn open_files(put: &Put, refused: &mut Refused) -> Result<Vec<FileTask>, Box<UploadReport>> {
    let keeps_open = put.items.len() <= KEPT_OPEN;
    let open = |item: &Item| refused.check(item.path(), open(item, keeps_open)).transpose();
    put.items.iter().filter_map(open).collect()
}

fn open(item: &Item, keeps_open: bool) -> Result<FileTask, UploadError> {
    let local = match item {
        Item::File(path) | Item::FileAs(path, _) if keeps_open => LocalFile::Open(Arc::new(Source::open(path)?)),
        Item::File(path) | Item::FileAs(path, _) => LocalFile::Named(NamedFile::check(path)?),
        Item::Stream(file, name) => LocalFile::Open(Arc::new(Source::stream(file, name)?)),
    };
    let remote = item.name().map(OsStr::as_encoded_bytes).unwrap_or_default().into();
    Ok(FileTask { local, remote, naming: Naming::AsRequested })
}

/// Checks that no file of `plan` is stored under the name of another file or of a directory. This can happen only if the
/// contents of a directory without a name, such as `.`, are stored beside something else: other names are checked when
/// they are added to the request.
///
/// # Errors
/// [`SourceProblem::SameName`] for the second file.
pub(super) fn check(plan: &Plan) -> Result<(), UploadError> {
    if plan.trees.iter().all(|planned| planned.tree.remote_name().is_some()) {
        return Ok(());
    }
    let mut stored: HashMap<&[u8], &FileTask> = HashMap::with_capacity(plan.files.len());
    for task in &plan.files {
        if let Some(first) = stored.insert(&task.remote, task) {
            return Err(same_name(task, &first.path()));
        }
    }
    match plan.directories.iter().find_map(|directory| Some((stored.get(&*directory.remote)?, directory))) {
        Some((task, directory)) => Err(same_name(task, &directory.local)),
        None => Ok(()),
    }
}

fn same_name(task: &FileTask, other: &Path) -> UploadError {
    UploadError::Source { file: task.path(), problem: SourceProblem::SameName { other: other.to_owned() } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::tree::Root;
    use crate::report::skipped::SkipReason;
    use crate::request::Request;
    use crate::request::target::Target;
    use std::fs;

    fn plan(put: Put) -> Result<Plan, Box<UploadReport>> {
        Plan::of(&Request::of(Target::new("h".parse().unwrap(), "u").unwrap(), put))
    }

    fn put() -> Put {
        Put::into_directory(".").unwrap()
    }

    fn remote(plan: &Plan) -> Vec<String> {
        let text = |name: &[u8]| String::from_utf8(name.to_vec()).unwrap();
        let directories = plan.directories.iter().map(|directory| text(&directory.remote) + "/");
        directories.chain(plan.files.iter().map(|task| text(&task.remote))).collect()
    }

    #[test]
    fn three_spellings_of_a_directory_lead_to_the_same_remote_paths() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("site/css")).unwrap();
        fs::create_dir_all(folder.path().join("site/empty")).unwrap();
        fs::write(folder.path().join("site/css/a"), "1").unwrap();
        for spelling in ["site", "site/", "site/."] {
            let plan = plan(put().tree(folder.path().join(spelling)).unwrap()).unwrap();
            assert_eq!(remote(&plan), ["site/", "site/css/", "site/empty/", "site/css/a"], "{spelling}");
        }
        let contents = plan(put().tree(folder.path().join("site/css/..")).unwrap()).unwrap();
        assert_eq!(remote(&contents), ["css/", "empty/", "css/a"]);
    }

    #[test]
    fn contents_that_would_overwrite_something_else_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("one/x")).unwrap();
        fs::create_dir_all(folder.path().join("two/x")).unwrap();
        fs::write(folder.path().join("one/a"), "1").unwrap();
        fs::write(folder.path().join("a"), "2").unwrap();
        fs::write(folder.path().join("x"), "3").unwrap();
        let contents = |name: &str| folder.path().join(name).join("x/..");
        let refused = |put: Put| match plan(put).map_err(|report| report.failures.into_iter().next().unwrap().error) {
            Err(UploadError::Source { problem: SourceProblem::SameName { .. }, .. }) => true,
            Ok(_) => false,
            Err(other) => panic!("{other:?}"),
        };
        assert!(refused(put().file(folder.path().join("a")).unwrap().tree(contents("one")).unwrap()));
        assert!(refused(put().file(folder.path().join("x")).unwrap().tree(contents("one")).unwrap()));
        assert!(!refused(put().tree(contents("one")).unwrap().tree(contents("two")).unwrap()));
    }

    #[test]
    fn only_a_few_directories_are_kept_open_and_a_replaced_one_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = |number: usize| folder.path().join(number.to_string());
        let trees = |count: usize| {
            (0..count).for_each(|number| fs::create_dir_all(path(number)).unwrap());
            (0..count).for_each(|number| fs::write(path(number).join("a"), "content").unwrap());
            plan((0..count).fold(put(), |put, number| put.tree(path(number)).unwrap())).unwrap()
        };
        let is_open = |plan: &Plan| plan.trees.iter().all(|planned| matches!(planned.tree.root(), Root::Open(_)));
        assert!(is_open(&trees(TREES_KEPT_OPEN)));
        let many = trees(TREES_KEPT_OPEN + 1);
        assert!(!is_open(&many));
        fs::rename(path(3), path(100)).unwrap();
        fs::create_dir(path(3)).unwrap();
        fs::write(path(3).join("a"), "another").unwrap();
        assert_eq!(many.files[2].local.open().unwrap().size(), Some(7));
        let skipped = many.files[3].as_skipped(many.files[3].local.open().err().unwrap()).unwrap();
        assert!(matches!(skipped.why, SkipReason::Vanished), "{skipped:?}");
    }

    #[test]
    fn only_a_few_named_files_are_kept_open_and_a_replaced_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = |number: usize| folder.path().join(number.to_string());
        let files = |count: usize| {
            (0..count).for_each(|number| fs::write(path(number), "content").unwrap());
            plan((0..count).fold(put(), |put, number| put.file(path(number)).unwrap())).unwrap().files
        };
        assert!(files(KEPT_OPEN).iter().all(|task| matches!(task.local, LocalFile::Open(_))));
        let many = files(KEPT_OPEN + 1);
        assert!(many.iter().all(|task| matches!(task.local, LocalFile::Named(_)) && task.local.size() == Some(7)));
        fs::write(folder.path().join("new"), "another").unwrap();
        fs::rename(folder.path().join("new"), path(3)).unwrap();
        assert!(many[2].local.open().is_ok());
        let refused = many[3].local.open().err();
        assert!(matches!(refused, Some(UploadError::Source { problem: SourceProblem::Replaced, .. })), "{refused:?}");
    }
}
