//! Directories: removed only when they are empty and ours, made once, and never confused with files.

use std::os::unix::fs::symlink;

use test_servers::Kind;

use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::Quirk;
use crate::support::real_servers::on_servers;
use crate::support::sync::LocalTree;

on_servers!(vsftpd Vsftpd, proftpd Proftpd, pure_ftpd PureFtpd, pyftpdlib Pyftpdlib; [
    a_directory_with_a_foreign_hidden_file_stays,
    a_file_in_the_place_of_a_directory_fails_that_subtree_only
]);

const OWN: [&str; 2] = ["--delete", "own"];

/// TREES D9.
fn a_directory_with_a_foreign_hidden_file_stays(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let local = LocalTree::new(&[("index.html", "page"), ("keep/b.js", "b"), ("old/a.js", "a")]);
    local.sync().options(OWN).run(&server).succeeded().mirrored(&local, &server);
    server.place("old/.htaccess", b"Deny from all");
    local.remove("old");
    let second = local.sync().options(OWN).run(&server);
    second.succeeded().removed(&["old/a.js"]).removed_directories(&[]);
    second.mirrored_beside(&local, &server, &["old", "old/.htaccess"]);
}

/// TREES D9. LIST does not show hidden files, so that an empty list proves nothing.
#[test]
fn a_server_that_removes_full_directories_is_not_asked_to() {
    for quirks in [vec![], vec![Quirk::NoMlsd]] {
        let server = QuirkyServer::start(quirks.into_iter().chain([Quirk::RemovesFullDirectories]));
        let local = LocalTree::new(&[("index.html", "page"), ("old/deep/a.js", "a"), ("old/b.js", "b")]);
        let options = ["--delete", "own", "--max-delete", "9"];
        local.sync().options(options).run(&server).succeeded();
        server.place_file("/inbox/old/deep/.htaccess", b"Deny from all");
        local.remove("old");
        let second = local.sync().options(options).run(&server);
        second.succeeded().removed(&["old/b.js", "old/deep/a.js"]);
        second.claim(server.content("/inbox/old/deep/.htaccess").is_some(), "the foreign file is still there");
    }
}

/// TREES D9.
#[test]
fn directories_that_become_empty_are_removed_from_the_bottom_up() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::new(&[("index.html", "page"), ("old/deep/er/a.js", "a"), ("old/b.js", "b"), ("x", "x")]);
    local.sync().options(OWN).run(&server).succeeded();
    local.remove("old");
    let second = local.sync().options(OWN).options(["--max-delete", "9"]).run(&server);
    second.succeeded().mirrored(&local, &server);
    second.removed_directories(&["old", "old/deep", "old/deep/er"]);
}

/// TREES D9.
#[test]
fn a_directory_that_is_gone_already_is_no_error() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::new(&[("index.html", "page"), ("old/a.js", "a"), ("b", "b")]);
    local.sync().options(OWN).run(&server).succeeded();
    local.remove("old");
    server.clear("/inbox/old");
    local.sync().options(OWN).run(&server).succeeded().mirrored(&local, &server);
}

/// TREES D10.
fn a_file_in_the_place_of_a_directory_fails_that_subtree_only(kind: Kind) {
    let Some(server) = kind.start() else { return };
    server.place("css", b"a file");
    server.make_directory("scripts");
    symlink("scripts", server.stored_path("js")).unwrap();
    let local = LocalTree::new(&[("css/a.css", "a"), ("logo.png", "logo"), ("js/b.js", "b")]);
    let run = local.sync().options(["--atomic", "per-file"]).run(&server);
    run.failed().says("css").stored(&["js/b.js", "logo.png"]);
    assert!(server.holds("css", b"a file") && server.holds("scripts/b.js", b"b") && server.holds("js/b.js", b"b"));
}

/// TREES D10.
#[test]
fn each_directory_is_made_once() {
    let (server, local) = (QuirkyServer::start([]), LocalTree::numbered(100, 20, 50));
    let first = local.sync().options(["--no-lock"]).run(&server);
    first.succeeded().mirrored(&local, &server);
    first.claim(first.record.count("MKD ") == 20, &format!("20 times MKD, not {}", first.record.count("MKD ")));
    let second = local.sync().options(["--no-lock"]).run(&server);
    second.succeeded().claim(second.record.count("MKD ") == 0, "no MKD");
}

/// TREES D10.
#[test]
fn empty_directories_are_made() {
    let (server, local) = (QuirkyServer::start([]), LocalTree::new(&[("a", "1")]));
    local.make_directory("empty/too");
    local.sync().run(&server).succeeded().mirrored(&local, &server);
}

/// TREES D24.
#[test]
fn an_own_file_gives_way_to_a_directory_of_its_name() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::new(&[("a", "1"), ("index.html", "page")]);
    local.sync().options(OWN).run(&server).succeeded();
    local.remove("a");
    local.write("a/b", "2");
    let second = local.sync().options(OWN).run(&server);
    second.succeeded().mirrored(&local, &server);
    second.claim(second.deleted() == ["a"], &format!("DELE of a only, not {:?}", second.deleted()));
}

/// TREES D24.
#[test]
fn an_own_directory_gives_way_to_a_file_of_its_name() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::new(&[("a/b", "2"), ("index.html", "page")]);
    local.sync().options(OWN).run(&server).succeeded();
    local.remove("a");
    local.write("a", "1");
    local.sync().options(OWN).run(&server).succeeded().mirrored(&local, &server);
}

/// TREES D24.
#[test]
fn a_foreign_file_does_not_give_way_to_a_directory_and_is_named() {
    for options in [&[][..], &OWN, &["--manifest"]] {
        let server = QuirkyServer::start([]);
        server.place_file("/inbox/a", b"foreign");
        let local = LocalTree::new(&[("a/b", "2"), ("logo.png", "logo")]);
        let run = local.sync().options(options).options(["--atomic", "per-file"]).run(&server);
        run.failed().says("a").deleted_nothing().stored(&["logo.png"]);
        run.claim(server.content("/inbox/a") == Some(b"foreign".to_vec()), "the foreign file as it was");
    }
}
