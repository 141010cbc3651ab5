//! Deletions: what may go, what never goes, and how much at once.

use std::fs;

use test_servers::{Kind, Options, Setting};

use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::Quirk;
use crate::support::real_servers::on_servers;
use crate::support::sync::LocalTree;
use crate::support::sync::destination::Destination;

on_servers!(vsftpd Vsftpd, proftpd Proftpd, pure_ftpd PureFtpd, pyftpdlib Pyftpdlib; [
    only_an_own_file_is_deleted_and_no_foreign_one
]);

/// TREES D19.
fn only_an_own_file_is_deleted_and_no_foreign_one(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let local = LocalTree::new(&[("index.html", "page"), ("old.js", "ours"), ("blog/ours", "ours, too")]);
    local.sync().options(["--delete", "own"]).run(&server).succeeded().mirrored(&local, &server);
    let foreign = ["blog/x", ".well-known/t", ".ftpquota", "cgi-bin/run.pl", "uploads/picture"];
    foreign.iter().for_each(|path| server.place(path, b"foreign"));
    local.remove("old.js");
    let second = local.sync().options(["--delete", "own"]).run(&server);
    second.succeeded().removed(&["old.js"]).removed_directories(&[]);
    second.mirrored_beside(&local, &server, &[&foreign[..], &[".well-known", "cgi-bin", "uploads"]].concat());
}

/// TREES D19.
#[test]
fn what_the_user_calls_extra_goes_but_for_the_server_s_own_names() {
    let server = QuirkyServer::start([]);
    let kept = [".well-known/t", ".well-known/acme/u", ".ftpquota", "cgi-bin/run.pl"];
    let extra = ["blog/x", "old.js", ".hidden", "css/.ftpquota", "deep/er/y"];
    kept.iter().chain(&extra).for_each(|path| server.place_file(&format!("/inbox/{path}"), b"foreign"));
    let local = LocalTree::new(&[("index.html", "page"), ("css/a.css", "a")]);
    let run = local.sync().options(["--delete", "extra", "--max-delete", "20"]).run(&server);
    run.succeeded().removed(&extra);
    let directories = [".well-known", ".well-known/acme", "cgi-bin"];
    run.mirrored_beside(&local, &server, &[&kept[..], &directories].concat());
}

/// TREES D19. With a quota, Pure-FTPd keeps its accounts in the user's first directory.
#[test]
fn the_accounts_of_pure_ftpd_stay_though_all_else_is_extra() {
    let Some(server) = Kind::PureFtpd.start_with(Options::set(&[Setting::Quota])) else { return };
    server.open_root();
    fs::write(server.root().join("extra.js"), "extra").unwrap();
    let local = LocalTree::new(&[("index.html", "page"), ("css/a.css", "a")]);
    let options = ["--exclude", "/inbox/", "--exclude", "/read-only/", "--delete", "extra", "--max-delete", "9"];
    local.sync().options(options).to(".").run(&server).succeeded();
    let second = local.sync().options(options).to(".").run(&server);
    second.succeeded().stored(&[]).removed(&[]);
    for name in [".ftpquota", "index.html", "css/a.css", "inbox", "read-only"] {
        assert!(server.root().join(name).exists(), "{name} is there");
    }
    assert!(!server.root().join("extra.js").exists(), "extra.js is gone");
}

#[test]
fn nothing_is_deleted_unless_the_user_says_so() {
    for options in [&[][..], &["--manifest"]] {
        let server = QuirkyServer::start([]);
        let local = LocalTree::new(&[("index.html", "page"), ("old.js", "ours")]);
        local.sync().options(options).run(&server).succeeded();
        server.place_file("/inbox/foreign", b"foreign");
        local.remove("old.js");
        let second = local.sync().options(options).run(&server);
        second.succeeded().deleted_nothing().mirrored_beside(&local, &server, &["foreign", "old.js"]);
    }
}

/// TREES D19.
#[test]
fn an_own_file_that_was_changed_on_the_server_is_no_longer_ours() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::new(&[("index.html", "page"), ("a.js", "ours"), ("b.js", "ours"), ("c.js", "ours")]);
    local.sync().options(["--delete", "own"]).run(&server).succeeded();
    let time = server.time("/inbox/a.js").expect("a file");
    server.place_file("/inbox/a.js", b"edited on the server");
    server.set_time("/inbox/a.js", time);
    server.place_file("/inbox/b.js", b"same");
    ["a.js", "b.js", "c.js"].iter().for_each(|name| local.remove(name));
    let second = local.sync().options(["--delete", "own", "--max-delete", "9"]).run(&server);
    // `a.js` has its old time and another size, `b.js` the other way round.
    second.succeeded().removed(&["c.js"]).mirrored_beside(&local, &server, &["a.js", "b.js"]);
}

/// TREES D26.
#[test]
fn an_empty_local_directory_deletes_nothing() {
    for delete in ["own", "extra"] {
        let server = QuirkyServer::start([]);
        let local = LocalTree::numbered(100, 5, 10);
        local.sync().options(["--delete", delete]).run(&server).succeeded();
        let before = server.tree_below("inbox");
        (0..5).for_each(|number| local.remove(&format!("d{number:02}")));
        let run = local.sync().options(["--delete", delete]).run(&server);
        run.failed().exits(2).only_asked().changed_nothing(&before, &server);
    }
}

/// TREES D26.
#[test]
fn more_than_half_is_deleted_only_up_to_the_number_that_the_user_names() {
    for (most, code) in [(None, 2), (Some("59"), 2), (Some("60"), 0)] {
        let server = QuirkyServer::start([]);
        let local = LocalTree::numbered(100, 5, 10);
        local.sync().options(["--delete", "own"]).run(&server).succeeded();
        let before = server.tree_below("inbox");
        (0..60).for_each(|number| local.remove(&format!("d{:02}/f{number:03}", number % 5)));
        let options = most.map(|most| ["--max-delete", most]).into_iter().flatten();
        let run = local.sync().options(["--delete", "own"]).options(options).run(&server);
        run.exits(code);
        if code == 0 {
            run.succeeded().mirrored(&local, &server);
        } else {
            run.says("60").only_asked().changed_nothing(&before, &server);
        }
    }
}

/// TREES D26.
#[test]
fn a_limit_of_deletions_holds_for_few_files_too() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::numbered(100, 5, 10);
    local.sync().options(["--delete", "own"]).run(&server).succeeded();
    ["d00/f000", "d01/f001", "d02/f002"].iter().for_each(|path| local.remove(path));
    let before = server.tree_below("inbox");
    for most in ["0", "2"] {
        let run = local.sync().options(["--delete", "own", "--max-delete", most]).run(&server);
        run.exits(2).only_asked().changed_nothing(&before, &server);
    }
    let run = local.sync().options(["--delete", "own", "--max-delete", "3"]).run(&server);
    run.succeeded().removed(&["d00/f000", "d01/f001", "d02/f002"]).mirrored(&local, &server);
}

/// 550 means both "no such file" and "not permitted" (RFC 959 §4.2.1).
#[test]
fn a_file_that_may_not_be_removed_is_not_forgotten_though_the_server_refuses_to_tell_its_size() {
    let refusals = ["DELE", "SIZE", "MDTM"].map(|verb| Quirk::Refuses(verb, "550 Permission denied"));
    for quirks in [vec![], vec![Quirk::NoMlsd]] {
        let server = QuirkyServer::start(refusals.clone().into_iter().chain(quirks));
        let local = LocalTree::new(&[("index.html", "page"), ("a.js", "ours"), ("css/b.css", "ours, too")]);
        local.sync().options(["--delete", "own"]).run(&server).succeeded();
        ["a.js", "css/b.css"].iter().for_each(|path| local.remove(path));
        for _ in 0..2 {
            let run = local.sync().options(["--delete", "own", "--max-delete", "9"]).run(&server);
            run.exits(7).says("a.js").says("css/b.css").says("Permission denied").removed(&[]);
            run.mirrored_beside(&local, &server, &["a.js", "css/b.css"]);
        }
    }
}
