//! Properties of plans by truthful listings.

use ftp_plan::manifest::Manifest;
use ftp_plan::operations::Plan;
use ftp_plan::remote::Form;
use ftp_plan::rules::{Compare, Compared, Delete};
use proptest::prelude::*;

use crate::engine::{Run, TARGET, parsed};
use crate::model::{Node, OUTSIDE, Server};
use crate::scenarios::{foreign, form, populate, run};

/// Returns the manifest that the run reads.
pub(crate) fn manifest(run: &Run, server: &Server) -> Manifest {
    let bytes = server.manifest.as_ref().filter(|_| run.with_manifest);
    bytes.and_then(|bytes| Manifest::parse(bytes, TARGET).ok()).unwrap_or_default()
}

fn is_excluded(run: &Run, path: &str) -> bool {
    path.split('/').any(|part| run.excluded == Some(part))
}

fn is_protected(run: &Run, path: &str) -> bool {
    let first = path.split('/').next().unwrap();
    first == "cgi-bin" && !run.files.contains_key(first) && !run.tree().has_directory(first.as_bytes())
}

fn is_local(run: &Run, path: &str) -> bool {
    run.files.contains_key(path) || run.tree().has_directory(path.as_bytes())
}

fn is_in_conflict(plan: &Plan, path: &str) -> bool {
    plan.conflicts.iter().any(|conflict| parsed(path).starts_with(&conflict.path))
}

/// Every local file is on the server, as far as the comparison can tell.
fn check_stored(run: &Run, plan: &Plan, earlier: &Manifest, after: &Server) -> Result<(), TestCaseError> {
    for (path, file) in run.files.iter().filter(|(path, _)| !is_in_conflict(plan, path)) {
        let there = after.file(path);
        prop_assert!(there.is_some(), "{} is missing", path);
        let there = there.unwrap();
        let is_known = earlier.get(path.as_bytes()).is_some_and(|known| known.sha256.is_some());
        let is_equal = match plan.compared {
            Compared::Size => there.size() == file.size(),
            Compared::Manifest if is_known => false,
            Compared::Time | Compared::Manifest => (there.size(), there.modified) == (file.size(), file.modified),
            Compared::Hash | Compared::Nothing => false,
        };
        prop_assert!(is_equal || there.content == file.content, "{} has other contents", path);
    }
    for path in run.tree().directories() {
        let path = core::str::from_utf8(path.as_bytes()).unwrap();
        prop_assert!(is_in_conflict(plan, path) || after.is_directory(path), "{} is no directory", path);
    }
    Ok(())
}

/// Nothing was touched that the run has no right to.
fn check_untouched(run: &Run, earlier: &Manifest, before: &Server, after: &Server) -> Result<(), TestCaseError> {
    let stored: Vec<_> = run.files.keys().map(|path| before.place(path)).collect();
    for (path, node) in before.nodes.iter().filter(|(path, node)| after.nodes.get(*path) != Some(*node)) {
        let is_removed = !after.nodes.contains_key(path);
        prop_assert!(!is_excluded(run, path), "{} is excluded", path);
        prop_assert!(!is_protected(run, path), "{} is protected", path);
        if path.starts_with(OUTSIDE) {
            let is_temporary = path.ends_with(".part");
            prop_assert!(is_temporary || !is_removed && stored.contains(path), "{} is behind a link", path);
        }
        if run.files.contains_key(path) && !is_removed || path.ends_with(".part") {
            continue;
        }
        let was_left = match (earlier.get(path.as_bytes()), node) {
            (Some(known), Node::File(file)) => {
                known.stored && (known.size, known.server_modified) == (file.size(), Some(file.modified))
            }
            (_, Node::Directory) => earlier.owns_directory(path.as_bytes()),
            (_, Node::File(_) | Node::Link) => false,
        };
        let is_permitted = match run.delete {
            Delete::Nothing => path.starts_with(OUTSIDE),
            Delete::Own => was_left || path.starts_with(OUTSIDE),
            Delete::Extra => true,
        };
        prop_assert!(is_permitted, "{} was touched", path);
    }
    Ok(())
}

/// With `Delete::Extra` the server has nothing else than the local tree. LIST hides names that begin with a dot.
fn check_extra(run: &Run, plan: &Plan, after: &Server) -> Result<(), TestCaseError> {
    if run.delete != Delete::Extra || after.form != Form::Facts || !plan.conflicts.is_empty() {
        return Ok(());
    }
    for path in after.nodes.keys().filter(|path| !path.starts_with(OUTSIDE) && !is_local(run, path)) {
        let holds_another = after.nodes.keys().any(|other| other.starts_with(&format!("{path}/")));
        let is_kept = is_excluded(run, path) || is_protected(run, path) || holds_another;
        prop_assert!(is_kept, "{} is left", path);
    }
    Ok(())
}

fn check_nothing_to_do(run: &Run, server: &Server) -> Result<(), TestCaseError> {
    let mut again = run.plan(server).unwrap();
    if run.compare == Compare::Nothing {
        again.store.clear();
    }
    prop_assert!(again.is_empty(), "{:?}", again);
    Ok(())
}

/// The files that a manifest calls stored, and its directories, lie where their paths say: not behind a link. Only then may
/// a later run remove them.
fn check_own(run: &Run, after: &Server) -> Result<(), TestCaseError> {
    let manifest = manifest(run, after);
    let files = manifest.files().filter(|(_, file)| file.stored).map(|(path, _)| path);
    for path in files.chain(manifest.directories()) {
        let path = core::str::from_utf8(path.as_bytes()).unwrap();
        prop_assert_eq!(after.place(path), path);
    }
    Ok(())
}

fn check_all(run: &Run, before: &Server, after: &Server, plan: &Plan) -> Result<(), TestCaseError> {
    let earlier = manifest(run, before);
    check_untouched(run, &earlier, before, after)?;
    check_stored(run, plan, &earlier, after)?;
    check_extra(run, plan, after)?;
    check_own(run, after)?;
    check_nothing_to_do(run, after)
}

/// A run that is carried out, with all checks.
fn check_run(run: &Run, server: &mut Server) -> Result<(), TestCaseError> {
    prop_assume!(!run.has_hidden_obstacle(server));
    let before = server.clone();
    let plan = run.sync(server, usize::MAX).unwrap();
    check_all(run, &before, server, &plan)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, max_global_rejects: 20000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_runs_one_after_the_other_make_the_server_equal_and_touch_nothing_else(
        first in run(), second in run(), others in foreign(), more in foreign(), form in form(),
    ) {
        let mut server = Server::new(form);
        populate(&mut server, &others);
        check_run(&first, &mut server)?;
        populate(&mut server, &more);
        check_run(&second, &mut server)?;
    }

    #[test]
    fn a_first_run_owns_each_file_that_no_link_of_the_server_leads_to(
        run in run(), others in foreign(), form in form(),
    ) {
        let run = Run { with_manifest: true, ..run };
        let mut server = Server::new(form);
        populate(&mut server, &others);
        prop_assume!(!run.has_hidden_obstacle(&server));
        let before = server.clone();
        let plan = run.sync(&mut server, usize::MAX).unwrap();
        let manifest = manifest(&run, &server);
        for path in plan.store.iter().map(|store| &store.path) {
            let text = core::str::from_utf8(path.as_bytes()).unwrap();
            // A directory that was there, and that LIST does not show, may be a link.
            let is_shown = |directory: &str| {
                let name = directory.rsplit('/').next().unwrap();
                !before.is_directory(directory) || form == Form::Facts || !name.starts_with('.')
            };
            let is_seen = text.match_indices('/').all(|(at, _)| is_shown(&text[..at]));
            let is_in_place = server.place(text) == text;
            let is_own = manifest.get(path.as_bytes()).unwrap().stored;
            prop_assert!(is_own == (is_in_place && is_seen), "{} is own: {}", text, is_own);
        }
    }

    #[test]
    fn a_run_that_was_killed_after_any_operation_is_completed_by_the_next(
        first in run(), second in run(), others in foreign(), form in form(), operations in 0..12_usize,
    ) {
        let mut server = Server::new(form);
        populate(&mut server, &others);
        check_run(&first, &mut server)?;
        prop_assume!(!second.has_hidden_obstacle(&server));
        let before = server.clone();
        let plan = second.sync(&mut server, operations).unwrap();
        check_untouched(&second, &manifest(&second, &before), &before, &server)?;
        check_run(&second, &mut server)?;
        check_stored(&second, &plan, &Manifest::default(), &server)?;
    }

    #[test]
    fn a_trusted_manifest_takes_the_place_of_the_listings(
        first in run(), second in run(), others in foreign(), form in form(),
    ) {
        let first = Run { with_manifest: true, compare: Compare::Nothing, ..first };
        let second = Run { with_manifest: true, trust: true, compare: Compare::Auto, ..second };
        let mut server = Server::new(form);
        populate(&mut server, &others);
        check_run(&first, &mut server)?;
        let plan = second.plan(&server).unwrap();
        let earlier = manifest(&second, &server);
        let removed = plan.remove.iter().map(|remove| &remove.path);
        for path in removed.chain(plan.clear.iter().map(|clear| clear.path())) {
            prop_assert!(earlier.get(path.as_bytes()).is_some_and(|known| known.stored));
            prop_assert!(!second.files.contains_key(core::str::from_utf8(path.as_bytes()).unwrap()));
        }
        for file in second.tree().files() {
            let is_stored = plan.store.iter().any(|store| store.path == file.path);
            let hash = second.files[core::str::from_utf8(file.path.as_bytes()).unwrap()].hash();
            let is_known = earlier.get(file.path.as_bytes()).is_some_and(|known| known.sha256 == Some(hash));
            let path = core::str::from_utf8(file.path.as_bytes()).unwrap();
            prop_assert!(is_in_conflict(&plan, path) || is_stored != is_known, "{}", path);
        }
    }
}
