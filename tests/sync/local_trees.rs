//! Local trees that are large, or have objects in them that cannot be sent.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::support::quirky_server::QuirkyServer;
use crate::support::sync::LocalTree;

/// TREES D25.
#[test]
fn a_thousand_files_are_sent_with_sixty_four_descriptors() {
    let (server, local) = (QuirkyServer::start([]), LocalTree::numbered(1000, 20, 50));
    let run = || local.sync().options(["--manifest"]).jobs("4").program(|program| program.limited("-n 64"));
    run().run(&server).succeeded().mirrored(&local, &server);
    run().run(&server).found_all_unchanged(1000);
}

/// TREES D25.
#[test]
fn objects_that_cannot_be_sent_are_skipped_and_what_is_in_their_place_stays() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::new(&[("index.html", "page"), ("css/a.css", "a")]);
    local.make_directory("empty");
    mknodat(CWD, local.path("pipe"), FileType::Fifo, Mode::RUSR, 0).unwrap();
    let _socket = UnixListener::bind(local.path("css/socket")).unwrap();
    symlink("..", local.path("css/loop")).unwrap();
    for path in ["pipe", "css/socket", "css/loop/x"] {
        server.place_file(&format!("/inbox/{path}"), b"on the server");
    }
    let run = local.sync().options(["--delete", "extra", "--max-delete", "9"]).run(&server);
    run.exits(3).says("pipe").says("css/socket").says("css/loop").deleted_nothing();
    run.mirrored_beside(&local, &server, &["pipe", "css/socket", "css/loop", "css/loop/x"]);
    fs::remove_file(local.path("pipe")).unwrap();
}

/// TREES D25.
#[test]
fn a_file_that_vanishes_in_the_middle_costs_no_other() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::numbered(40, 4, 100);
    local.write("zz/vanishing", "now you see it");
    let path = local.path("zz/vanishing");
    server.at_command(|line| line.starts_with("STOR "), move || fs::remove_file(path).expect("it was there"));
    let run = local.sync().options(["--atomic", "per-file"]).jobs("1").run(&server);
    run.exits(3).says("zz/vanishing");
    run.mirrored(&local, &server);
    run.claim(run.stored_paths().len() == 40, "forty files stored");
}

/// TREES D25.
#[test]
fn a_file_that_grows_in_the_middle_is_never_shown_in_part() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::numbered(10, 1, 100);
    local.write("zz.bin", vec![b'1'; 5000]);
    let path = local.path("zz.bin");
    let grow = move || fs::write(path, vec![b'2'; 9000]).expect("a local file");
    server.at_command(|line| line.starts_with("STOR "), grow);
    let run = local.sync().run(&server);
    let there = server.content("/inbox/zz.bin");
    let whole = there.as_ref().is_none_or(|bytes| bytes.len() == 9000 && bytes.iter().all(|byte| *byte == b'2'));
    run.claim(whole || run.code == 3, "the new file, none, or exit code 3");
    local.sync().run(&server).succeeded().mirrored(&local, &server);
}

#[test]
fn a_directory_that_is_missing_is_no_empty_one() {
    let (server, local) = (QuirkyServer::start([]), LocalTree::new(&[("a", "1")]));
    local.sync().run(&server).succeeded();
    for path in ["missing", "site/a"] {
        let from = local.root().with_file_name(path);
        let run = local.sync().from(from).options(["--delete", "extra", "--max-delete", "9"]).run(&server);
        run.exits(3).says(path).claim(run.record.commands().count() == 0, "no command");
    }
}
