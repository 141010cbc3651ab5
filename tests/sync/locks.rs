//! Two runs at once, and the lock.

use std::sync::mpsc::channel;
use std::time::Duration;

use rustix::process::Signal;

use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::Quirk;
use crate::support::sockets::WAIT_LIMIT;
use crate::support::sync::claims::Synced;
use crate::support::sync::killing::{run_and_kill, run_and_signal};
use crate::support::sync::{LOCK, LocalTree, Node, SyncRun};

/// The owner of a lock that another machine has left.
const OTHER: &str = "bob@elsewhere.0123456789abcdef";

/// TREES D6.
#[test]
fn of_two_runs_at_once_each_succeeds_or_says_that_there_is_a_lock() {
    for _ in 0..5 {
        let (server, one, two) = server_and_trees();
        let runs = [&one, &two].map(|local| (local, local.sync().start(&server)));
        let ended = runs.map(|(local, run)| (local, run.end(&server)));
        let succeeds = ended.iter().any(|(_, run)| run.code == 0);
        for (local, run) in &ended {
            run.claim(succeeds, "one of both runs succeeds");
            run.claim(run.code == 0 || (run.code == 7 && run.stderr.contains("lock")), "exit code 0, or 7 and a lock");
            if run.code == 0 {
                has_own_file(&server, local, run);
            }
            x_is_whole(&server, run);
        }
    }
}

/// TREES D6.
#[test]
fn two_runs_at_once_without_a_lock_leave_whole_files_of_both() {
    for _ in 0..5 {
        let (server, one, two) = server_and_trees();
        let runs = [&one, &two].map(|local| (local, local.sync().options(["--no-lock"]).start(&server)));
        for (local, run) in runs.map(|(local, run)| (local, run.end(&server))) {
            run.succeeded();
            has_own_file(&server, local, &run);
            x_is_whole(&server, &run);
            run.claim(server.record().count(&format!("MKD {LOCK}")) == 0, "no lock");
        }
        assert_eq!(server.files().len(), 3, "x, a and b: {:?}", server.files().keys());
    }
}

/// TREES D6.
#[test]
fn a_second_run_says_who_holds_the_lock_and_changes_nothing() {
    for quirks in [&[][..], &[Quirk::MakesExistingDirectories]] {
        let (one, two) = two_trees();
        let server = QuirkyServer::start(quirks.to_vec());
        let (first, second, owner) = second_while_first_stores(&server, one.sync(), two.sync());
        first.succeeded().mirrored(&one, &server);
        first.claim(first.notes().is_empty(), "no note about a lock");
        second.exits(7).says("lock").says(owner.split_once('.').expect("an owner with digits").0);
        second.claim(!server.files().contains_key("/inbox/b"), "no file of the second run");
        two.sync().run(&server).succeeded();
    }
}

#[test]
fn a_lock_whose_owner_the_server_does_not_show_is_not_taken_over() {
    for (quirk, says) in [
        (Quirk::TruncatesListings(0), "does not show whose it is"),
        (Quirk::Refuses("MLSD", "550 No listing"), "No listing"),
    ] {
        let (_, two) = two_trees();
        let server = QuirkyServer::start([quirk]);
        server.place_directory(&format!("/inbox/{LOCK}"));
        server.place_directory(&format!("/inbox/{LOCK}/{OTHER}"));
        let second = two.sync().options(["--manifest"]).run(&server);
        second.says(says).claim(second.code != 0, "a failure");
        second.claim(server.files().is_empty(), "no file");
        second.claim(owner_of(&server) == OTHER && locks(&server) == 2, "only the lock of the other run");
    }
}

#[test]
fn two_runs_at_once_are_kept_apart_on_a_server_that_makes_directories_again() {
    for _ in 0..5 {
        let (one, two) = two_trees();
        let server = QuirkyServer::start([Quirk::MakesExistingDirectories]);
        let runs = [&one, &two].map(|local| (local, local.sync().options(["--manifest"]).start(&server)));
        for (local, run) in runs.map(|(local, run)| (local, run.end(&server))) {
            run.claim(run.code == 0 || (run.code == 7 && run.stderr.contains("lock")), "exit code 0, or 7 and a lock");
            if run.code == 0 {
                has_own_file(&server, local, &run);
            }
        }
        assert!(!server.directories().iter().any(|path| path.contains(&format!("{LOCK}/"))), "an owner is still there");
    }
}

/// TREES D6.
#[test]
fn the_lock_of_a_killed_run_is_taken_over_by_the_next_one_from_the_same_directory() {
    let (server, one, two) = server_and_trees();
    run_and_kill(&server, one.sync(), |line| line.starts_with("STOR ")).exits(-9);
    let owner = owner_of(&server);
    let other = two.sync().run(&server);
    other.exits(7).says(owner.split_once('.').expect("an owner with digits").0);
    one.sync().run(&server).succeeded().mirrored(&one, &server);
    two.sync().run(&server).succeeded();
}

#[test]
fn an_interrupted_run_releases_the_lock_and_the_next_one_completes_its_work() {
    for (signal, verb) in [(Signal::TERM, "STOR "), (Signal::INT, "MLSD"), (Signal::TERM, "RNTO ")] {
        let (server, one, two) = server_and_trees();
        let run = one.sync().options(["--manifest"]).program(|program| program.signals("--default-signal"));
        let interrupted = run_and_signal(&server, run, signal, move |line| line.starts_with(verb));
        interrupted.exits(130).says("interrupted");
        let told = interrupted.stderr.lines().filter(|line| line.contains("interrupted")).count();
        interrupted.claim(told == 1, "one line about the interruption");
        interrupted.claim(!server.directories().iter().any(|path| path.contains(LOCK)), "no lock");
        two.sync().options(["--manifest=other"]).run(&server).succeeded();
        one.sync().options(["--manifest"]).run(&server).succeeded();
        x_is_whole(&server, &interrupted);
    }
}

#[test]
fn a_lock_that_is_younger_than_six_hours_is_respected() {
    let (server, one, _) = server_and_trees();
    place_lock(&server, 5 * 3600);
    let run = one.sync().run(&server);
    run.exits(7).says("bob@elsewhere").claim(server.files().is_empty(), "no file");
    run.claim(owner_of(&server) == OTHER, "the lock is still there");
}

#[test]
fn a_lock_that_is_older_than_six_hours_is_taken_over_with_a_note() {
    for quirks in [&[][..], &[Quirk::LocalTime(5)]] {
        let server = QuirkyServer::start(quirks.to_vec());
        let local = LocalTree::new(&[("x", "1"), ("a", "a")]);
        place_lock(&server, 7 * 3600);
        let run = local.sync().run(&server);
        run.succeeded().mirrored(&local, &server);
        run.claim(run.notes().iter().any(|note| note.contains("lock")), "a note about the lock");
    }
}

#[test]
fn a_lock_without_an_owner_is_waited_for_and_then_taken_over_with_a_note() {
    let (server, one, _) = server_and_trees();
    server.place_directory(&format!("/inbox/{LOCK}"));
    server.set_age(&format!("/inbox/{LOCK}"), 1);
    let run = one.sync().run(&server);
    run.succeeded().mirrored(&one, &server).not_before(Duration::from_secs(4));
    run.claim(run.notes().iter().any(|note| note.contains("lock")), "a note about the lock");
}

#[test]
fn a_run_without_a_lock_ignores_that_of_another() {
    let (server, one, _) = server_and_trees();
    place_lock(&server, 60);
    let run = one.sync().options(["--no-lock"]).run(&server);
    run.succeeded().mirrored_beside(&one, &server, &[LOCK, &format!("{LOCK}/{OTHER}")]);
}

#[test]
fn a_failed_run_leaves_no_lock() {
    let refuses = Quirk::RefusesStore("/inbox/x", "550 Not this one");
    let server = QuirkyServer::start([refuses]);
    let local = LocalTree::new(&[("x", "1"), ("a", "a")]);
    let run = local.sync().options(["--atomic", "off"]).run(&server);
    run.failed().says("Not this one");
    run.claim(!server.directories().iter().any(|path| path.contains(LOCK)), "no lock");
}

#[test]
fn a_run_that_is_interrupted_while_it_takes_the_lock_leaves_no_directory_of_its_own() {
    let (server, one, two) = server_and_trees();
    server.place_directory(&format!("/inbox/{LOCK}"));
    let run = one.sync().options(["--manifest"]).program(|program| program.signals("--default-signal"));
    let takes = |line: &str| line.starts_with(&format!("MLSD {LOCK}"));
    run_and_signal(&server, run, Signal::INT, takes).exits(130);
    assert!(!server.directories().iter().any(|path| path.contains(&format!("{LOCK}/"))), "{:?}", server.directories());
    two.sync().options(["--manifest"]).run(&server).succeeded();
}

#[test]
fn a_lock_that_the_server_does_not_let_go_is_a_note_and_no_failure() {
    let server = QuirkyServer::start([Quirk::Refuses("RMD", "550 Permission denied")]);
    let local = LocalTree::new(&[("x", "1")]);
    let run = local.sync().options(["--manifest"]).run(&server);
    run.exits(0).notes_once("the lock .ftp-uploader.lock may still be on the server");
    run.claim(locks(&server) == 2, "the lock and its owner");
    local.write("x", "22");
    local.sync().options(["--manifest"]).run(&server).exits(0).stored(&["x"]);
}

/// Carries out the second run while the first one stores a file. Returns both, and the owner of the lock.
fn second_while_first_stores(
    server: &QuirkyServer,
    first: SyncRun<'_>,
    second: SyncRun<'_>,
) -> (Synced, Synced, String) {
    let (tell, is_storing) = channel();
    let (release, released) = channel();
    server.at_command(
        |line| line.starts_with("STOR "),
        move || {
            tell.send(()).expect("the test waits");
            released.recv_timeout(WAIT_LIMIT).expect("the second run ends");
        },
    );
    let first = first.start(server);
    is_storing.recv_timeout(WAIT_LIMIT).expect("the first run stores a file");
    let second = second.run(server);
    let owner = owner_of(server);
    release.send(()).expect("the server waits");
    (first.end(server), second, owner)
}

/// Returns a server and two directories that have one name in common.
fn server_and_trees() -> (QuirkyServer, LocalTree, LocalTree) {
    let (one, two) = two_trees();
    (QuirkyServer::start([]), one, two)
}

fn two_trees() -> (LocalTree, LocalTree) {
    (LocalTree::new(&[("x", "1"), ("a", "a")]), LocalTree::new(&[("x", "2"), ("b", "b")]))
}

/// Returns the number of directories of locks.
fn locks(server: &QuirkyServer) -> usize {
    server.directories().iter().filter(|path| path.contains(LOCK)).count()
}

fn place_lock(server: &QuirkyServer, age: i64) {
    let (lock, owner) = (format!("/inbox/{LOCK}"), format!("/inbox/{LOCK}/{OTHER}"));
    server.place_directory(&owner);
    [lock, owner].iter().for_each(|path| server.set_age(path, age));
}

/// Returns the name of the directory in the lock.
fn owner_of(server: &QuirkyServer) -> String {
    let start = format!("/inbox/{LOCK}/");
    let directories = server.directories();
    directories.iter().find_map(|path| path.strip_prefix(&start)).expect("a lock with an owner").to_owned()
}

fn has_own_file(server: &QuirkyServer, local: &LocalTree, run: &Synced) {
    for (path, node) in local.tree().into_iter().filter(|(path, _)| path != "x") {
        let there = server.content(&format!("/inbox/{path}")).map(Node::File);
        run.claim(there == Some(node), &format!("{path} as it was sent"));
    }
}

fn x_is_whole(server: &QuirkyServer, run: &Synced) {
    let x = server.content("/inbox/x");
    run.claim(x == Some(b"1".to_vec()) || x == Some(b"2".to_vec()), &format!("one of both files x, not {x:?}"));
}
