//! Servers that are lost, or refuse, while files get their names or are removed: what is claimed is what the server has, and
//! what is left over is named.

use std::fs;
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::{Cut, Hidden, Quirk, Refusal, StoreRefusal, Turn};
use crate::support::sync::killing::nth;
use crate::support::sync::{LOCK, LocalTree};
use test_servers::{Kind, Options, Setting};

/// A server that had been reached, and is gone.
const GONE: Quirk = Quirk::AtMostSessions(0, Refusal::ClosedPort);

/// The size of a file that takes a second at the rate of its test.
const LARGE: usize = 100_000;

/// The longest time until that file is sent.
const PATIENCE: Duration = Duration::from_secs(20);

/// Returns a server that has the first version of two files, and the second one. `a` has the same size in both.
fn changed_files() -> (Arc<QuirkyServer>, LocalTree) {
    let server = Arc::new(QuirkyServer::start([]));
    for (path, bytes) in [("/inbox/a", "old"), ("/inbox/b", "old and long")] {
        server.place_file(path, bytes.as_bytes());
    }
    (server, LocalTree::new(&[("a", "new"), ("b", "new")]))
}

/// Opens the port again.
fn come_back(server: &QuirkyServer) {
    server.change_quirks([]);
    let begun = Instant::now();
    while TcpStream::connect(server.address()).is_err() && begun.elapsed() < PATIENCE {
        thread::sleep(Duration::from_millis(10));
    }
}

/// Changes the quirks at a command.
fn at(server: &Arc<QuirkyServer>, is_due: impl FnMut(&str) -> bool + Send + 'static, quirks: Vec<Quirk>) {
    let other = Arc::clone(server);
    server.at_command(is_due, move || other.change_quirks(quirks));
}

/// A condition for the first RNFR of a file that was stored. The one before asks if the server renames at all.
fn first_change() -> impl FnMut(&str) -> bool + Send {
    nth(2, |line| line.starts_with("RNFR") && !line.contains("manifest"))
}

/// Returns the names of the temporary files on the server.
fn temporary(server: &QuirkyServer) -> Vec<String> {
    server.files().into_keys().filter(|path| path.ends_with(".part")).collect()
}

#[test]
fn after_a_lost_connection_an_old_file_of_the_same_size_is_not_taken_for_the_new_one() {
    for compare in ["time", "none"] {
        let (server, local) = changed_files();
        let other = Arc::clone(&server);
        server.at_command(first_change(), move || {
            temporary(&other).iter().for_each(|path| other.clear(path));
            other.change_quirks([Quirk::CutsAt(Turn::Each("RNFR"), Cut::Before)]);
            let again = Arc::clone(&other);
            other.at_command(|line| line.starts_with("USER"), move || again.change_quirks([]));
        });
        let options = ["--manifest", "--compare", compare];
        let run = local.sync().options(options).jobs("1").retries("2").run(&*server);
        run.exits(10).stored(&[]).says(".part");
        run.claim(server.content("/inbox/a") == Some(b"old".to_vec()), "the old file");
        server.change_quirks([]);
        local.sync().options(["--manifest"]).run(&*server).succeeded().stored(&["a", "b"]).mirrored(&local, &*server);
    }
}

#[test]
fn after_a_lost_connection_the_new_files_are_recognised_by_size_and_time() {
    for cut in [Cut::Before, Cut::After] {
        let (server, local) = changed_files();
        let cuts = |line: &str| line.starts_with("RNTO") && !line.contains("manifest");
        at(&server, nth(2, cuts), vec![Quirk::CutsAt(Turn::Each("RNTO"), cut)]);
        let again = Arc::clone(&server);
        let running = local.sync().options(["--manifest"]).jobs("1").retries("2").start(&*server);
        server.wait_until(|record| record.count("RNTO a") + record.count("RNTO b") == 2);
        again.change_quirks([]);
        running.end(&*server).succeeded().stored(&["a", "b"]).mirrored(&local, &*server);
    }
}

#[test]
fn a_server_that_tells_nothing_about_names_with_a_dot_gets_the_files_after_a_lost_connection() {
    let (server, local) = changed_files();
    server.change_quirks([Quirk::HidesDotNames]);
    let cut = vec![Quirk::HidesDotNames, Quirk::CutsAt(Turn::Each("RNFR"), Cut::Before)];
    let other = Arc::clone(&server);
    server.at_command(first_change(), move || {
        other.change_quirks(cut);
        let again = Arc::clone(&other);
        other.at_command(|line| line.starts_with("USER"), move || again.change_quirks([Quirk::HidesDotNames]));
    });
    let run = local.sync().jobs("1").retries("2").run(&*server);
    run.succeeded().stored(&["a", "b"]).mirrored(&local, &*server);
}

#[test]
fn a_server_that_is_lost_in_the_switch_is_no_unchanged_one_and_each_file_in_doubt_is_named() {
    let (server, local) = (Arc::new(QuirkyServer::start([])), LocalTree::numbered(6, 1, 10));
    let is_due = nth(3, |line| line.starts_with("RNTO") && !line.contains("manifest"));
    at(&server, is_due, vec![GONE, Quirk::CutsAt(Turn::Each("RNTO"), Cut::Before)]);
    let run = local.sync().options(["--manifest"]).jobs("1").retries("1").run(&*server);
    run.exits(10).says("some changes are made").says(".part").says("lock").never_says("as they were");
    let parts = run.stderr.lines().filter(|line| line.contains(".part")).count();
    run.claim(run.stored_paths().len() + parts == 6, "a line about each file");
    come_back(&server);
    local.sync().options(["--manifest"]).run(&*server).succeeded().mirrored(&local, &*server);
}

#[test]
fn a_server_that_is_lost_while_files_are_removed_is_no_unchanged_one() {
    let (server, local) = (Arc::new(QuirkyServer::start([])), LocalTree::new(&[("a", "a")]));
    ["x", "y", "z"].iter().for_each(|name| server.place_file(&format!("/inbox/{name}"), b"old"));
    let is_due = nth(3, |line: &str| line.starts_with("DELE") && line.len() == 6);
    at(&server, is_due, vec![GONE, Quirk::CutsAt(Turn::Each("DELE"), Cut::Before)]);
    let options = ["--delete", "extra", "--max-delete", "9"];
    let run = local.sync().options(options).jobs("1").retries("1").run(&*server);
    run.exits(8).says("some changes are made").says("lock");
    come_back(&server);
    local.sync().options(options).run(&*server).succeeded().mirrored(&local, &*server);
}

#[test]
fn a_server_that_is_lost_before_the_manifest_is_told_by_what_was_done_before() {
    for (refused, says, never) in [
        ("b", "some changes are made", "all changes were made"),
        ("-", "all changes were made", "some changes are made"),
    ] {
        let refusal = Quirk::RefusesStoreOf(refused, "552 Quota exceeded", StoreRefusal::AtOnce);
        let server = Arc::new(QuirkyServer::start([refusal.clone()]));
        let local = LocalTree::new(&[("a", "a"), ("b", "b")]);
        let quirks = vec![refusal, GONE, Quirk::CutsAt(Turn::Each("MLSD"), Cut::Before)];
        at(&server, nth(2, |line| line.starts_with("MLSD")), quirks);
        let run = local.sync().options(["--manifest", "--atomic", "per-file"]).jobs("1").run(&*server);
        run.failed().says(says).never_says(never);
    }
}

#[test]
fn temporary_files_that_a_server_does_not_remove_are_not_said_to_be_removed() {
    let refuses = Quirk::RefusesStoreOf("c", "552 Quota exceeded", StoreRefusal::AtOnce);
    let server = QuirkyServer::start([refuses, Quirk::Refuses("DELE", "550 Permission denied")]);
    let local = LocalTree::new(&[("a", "new"), ("b", "new"), ("c", "new")]);
    let run = local.sync().jobs("1").run(&server);
    run.failed().says("2 files under temporary names").says(".part").never_says("removed again");
    assert_eq!(temporary(&server).len(), 2);
}

#[test]
fn a_server_that_is_lost_before_the_switch_leaves_temporary_files_and_a_lock_that_are_named() {
    let server = Arc::new(QuirkyServer::start([]));
    let local = LocalTree::new(&[("a", "new"), ("b", "new"), ("c", "new")]);
    let is_due = nth(3, |line| line.starts_with("STOR") && !line.contains("manifest"));
    at(&server, is_due, vec![GONE, Quirk::CutsAt(Turn::Each("STOR"), Cut::Before)]);
    let run = local.sync().options(["--manifest"]).jobs("1").run(&*server);
    run.failed().says("2 files under temporary names").says("lock").never_says("removed again");
    run.claim(server.directories().iter().any(|path| path.contains(LOCK)), "the lock is there");
}

#[test]
fn a_temporary_file_of_which_nothing_is_known_is_named() {
    let server = Arc::new(QuirkyServer::start([Quirk::Refuses("SIZE", "502 No SIZE")]));
    let local = LocalTree::new(&[("a", "new")]);
    server.change_quirks([
        Quirk::Refuses("SIZE", "502 No SIZE"),
        Quirk::Refuses("DELE", "550 Permission denied"),
        Quirk::CutsAt(Turn::Each("STOR"), Cut::After),
    ]);
    let run = local.sync().jobs("1").run(&*server);
    run.exits(10).says("may be on the server as .a.").says(".part");
}

#[test]
fn a_server_that_refuses_what_it_has_renamed_gets_the_new_file_and_loses_no_old_one() {
    let (server, local) = changed_files();
    server.change_quirks([Quirk::RenameKeepsExisting, Quirk::RefusesWhatItRenames(".old", "553 No")]);
    local.sync().run(&*server).succeeded().mirrored(&local, &*server);
}

#[test]
fn a_name_that_no_listing_shows_is_not_taken_for_a_new_one() {
    let hides = Quirk::ListsWithout(Hidden::Dots);
    let server = Arc::new(QuirkyServer::start([hides.clone()]));
    server.place_file("/inbox/.htaccess", b"Allow from all");
    let local = LocalTree::new(&[(".htaccess", "Deny  from all")]);
    let other = Arc::clone(&server);
    server.at_command(
        |line| line == "RNTO .htaccess",
        move || {
            other.change_quirks([hides.clone(), Quirk::CutsAt(Turn::Each("RNTO"), Cut::Before)]);
            let again = Arc::clone(&other);
            other.at_command(|line| line.starts_with("USER"), move || again.change_quirks([hides]));
        },
    );
    let run = local.sync().jobs("1").retries("2").run(&*server);
    run.succeeded().claim(server.content("/inbox/.htaccess") == Some(b"Deny  from all".to_vec()), "the new file");
}

#[test]
fn a_refused_change_of_a_name_that_was_carried_out_is_told_by_what_the_server_has() {
    for (name, code) in [("b", 0), ("a", 10)] {
        let (server, local) = changed_files();
        server.change_quirks([Quirk::RefusesWhatItRenames(name, "553 No")]);
        let run = local.sync().run(&*server);
        run.exits(code).never_says("as they were");
        run.claim(server.content(&format!("/inbox/{name}")) == Some(b"new".to_vec()), "the new file");
    }
}

#[test]
fn a_staged_file_of_an_earlier_run_is_proved_by_the_hash_of_the_server() {
    let Some(server) = Kind::Proftpd.start_with(Options::set(&[Setting::Hashes])) else { return };
    let (local, options) = (LocalTree::new(&[]), ["--manifest"]);
    local.write("a", vec![b'a'; LARGE]);
    local.write("b", vec![b'b'; LARGE - 1]);
    // Killed while it stores the smaller file, after the larger one.
    let running = local.sync().options(options).options(["--limit-rate", "100K"]).jobs("1").start(&server);
    let inbox = server.root().join("inbox");
    let staged = |start: &str| {
        let starts = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start));
        fs::read_dir(&inbox).expect("inbox").flatten().map(|entry| entry.path()).find(starts)
    };
    let begun = Instant::now();
    while staged(".b.").is_none() && begun.elapsed() < PATIENCE {
        thread::sleep(Duration::from_millis(10));
    }
    let process = Pid::from_raw(i32::try_from(running.running.id()).expect("a number")).expect("a process");
    kill_process(process, Signal::KILL).expect("a running process");
    running.end(&server).exits(-9);
    let path = staged(".a.").expect("the larger file under its temporary name");
    let corrupt = vec![b'x'; fs::read(&path).expect("the file").len()];
    assert_eq!(corrupt.len(), LARGE);
    fs::write(&path, corrupt).expect("a file of the server");
    // mod_digest keeps the hashes of files by their times, in whole seconds.
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    fs::File::options().append(true).open(&path).and_then(|file| file.set_modified(hour_ago)).expect("an older file");
    local.sync().options(options).run(&server).succeeded().mirrored(&local, &server);
}
