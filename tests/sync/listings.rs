//! Listings that are truncated, odd, or have links in them: they never cause a deletion or a file that is sent again.

use std::fs;
use std::os::unix::fs::symlink;

use test_servers::{Kind, Options, Setting};

use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::{FactForm, Quirk};
use crate::support::real_servers::on_servers;
use crate::support::refusing_relay::RefusingRelay;
use crate::support::sync::destination::Behind;
use crate::support::sync::{LocalTree, Node};

on_servers!(vsftpd Vsftpd, proftpd Proftpd, pure_ftpd PureFtpd; [
    links_on_the_server_are_neither_followed_nor_sent_again,
    a_directory_whose_name_is_a_pattern_is_listed_without_mlsd_too
]);

/// TREES D1.
#[test]
fn pure_ftpd_truncates_a_listing_and_nothing_is_sent_or_deleted() {
    let options = Options::set(&[Setting::TruncatedListings]);
    let Some(server) = Kind::PureFtpd.start_with(options) else { return };
    let local = LocalTree::numbered(20, 1, 100);
    local.sync().run(&server).succeeded();
    let second = local.sync().options(["--delete", "extra"]).run(&server);
    second.succeeded().stored(&[]).removed(&[]).notes_once("truncated");
    second.mirrored(&local, &server);
}

/// TREES D1.
#[test]
fn files_that_a_truncated_listing_leaves_out_are_asked_for_one_by_one() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::numbered(20, 1, 100);
    local.sync().run(&server).succeeded().mirrored(&local, &server);
    server.clear("/inbox/d00/f019");
    server.change_quirks([Quirk::TruncatesListings(15)]);
    let second = local.sync().options(["--delete", "extra"]).run(&server);
    second.succeeded().stored(&["d00/f019"]).deleted_nothing().mirrored(&local, &server);
}

/// TREES D1.
#[test]
fn a_truncated_listing_does_not_show_that_a_directory_is_empty() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::new(&[("index.html", "1"), ("old/a.js", "a")]);
    local.sync().options(["--delete", "own"]).run(&server).succeeded();
    ["b", "c", "d"].iter().for_each(|name| server.place_file(&format!("/inbox/old/{name}"), b"foreign"));
    local.remove("old");
    server.change_quirks([Quirk::TruncatesListings(3), Quirk::RemovesFullDirectories]);
    let second = local.sync().options(["--delete", "own", "--max-delete", "5"]).run(&server);
    second.succeeded();
    for name in ["b", "c", "d"] {
        let there = server.content(&format!("/inbox/old/{name}"));
        second.claim(there == Some(b"foreign".to_vec()), &format!("the foreign file {name} as it was"));
    }
}

/// TREES D11. Some servers leave out links that lead out of the user's directory.
fn links_on_the_server_are_neither_followed_nor_sent_again(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let local = LocalTree::new(&[("a -> b", "a plain file"), ("index.html", "page")]);
    local.sync().run(&server).succeeded();
    let outside = server.root().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("precious"), "keep me").unwrap();
    symlink("../outside", server.stored_path("link")).unwrap();
    symlink(&outside, server.stored_path("absolute")).unwrap();
    symlink("nowhere", server.stored_path("broken")).unwrap();
    let second = local.sync().run(&server);
    second.found_all_unchanged(2);
    let third = local.sync().options(["--delete", "extra", "--max-delete", "10"]).run(&server);
    third.succeeded().stored(&[]);
    third.claim(outside.join("precious").exists(), "the file that the link leads to is still there");
}

/// TREES D11.
#[test]
fn no_command_leads_through_a_link() {
    for quirks in [&[][..], &[Quirk::NoMlsd]] {
        let server = QuirkyServer::start(quirks.to_vec());
        server.place_file("/outside/precious", b"keep me");
        server.place_link("/inbox/link", "/outside");
        let local = LocalTree::new(&[("a -> b", "a plain file"), ("index.html", "page")]);
        local.sync().run(&server).succeeded();
        let second = local.sync().options(["--delete", "extra", "--max-delete", "10"]).run(&server);
        second.succeeded().stored(&[]).stayed_inside();
        let through =
            second.record.commands().filter(|(line, _)| line.contains("link/") || *line == "CWD link").count();
        second.claim(through == 0, "no command through the link");
        second.claim(server.content("/outside/precious").is_some(), "the file that the link leads to is still there");
    }
}

/// TREES D14.
fn a_directory_whose_name_is_a_pattern_is_listed_without_mlsd_too(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let relay = RefusingRelay::new(server.addr, "MLSD");
    let behind = Behind(relay.address, &server);
    // ProFTPD makes no directory called `*`. If there is one called `-a`, its `LIST -a` lists that one.
    let local = LocalTree::new(&[("[d]/in", "1"), ("b?/in", "3"), ("c{1,2}/in", "4")]);
    if kind != Kind::Proftpd {
        local.write("-a/in", "2");
    }
    let files = local.tree().values().filter(|node| matches!(node, Node::File(_))).count();
    local.sync().options(["--manifest"]).run(&behind).succeeded().mirrored(&local, &behind);
    local.sync().options(["--manifest"]).run(&behind).found_all_unchanged(files);
}

/// TREES D14.
#[test]
fn listings_have_no_argument_that_could_be_a_pattern_or_an_option() {
    let server = QuirkyServer::start([Quirk::NoMlsd, Quirk::ListPatterns]);
    let local = LocalTree::new(&[("[d]/in", "1"), ("*/in", "2"), ("-a/in", "3")]);
    local.sync().options(["--manifest"]).run(&server).succeeded().mirrored(&local, &server);
    local.sync().options(["--manifest"]).run(&server).found_all_unchanged(3);
}

/// TREES D15.
#[test]
fn odd_lines_of_a_listing_are_counted_and_left_out() {
    const LINES: &[&str] =
        &["garbage", "type=cdir;modify=20200101000000; /x/y", "type=file;size=many;modify=now; ", "", "; ;;;=", " "];
    for form in [FactForm::CapitalLetters, FactForm::NoSize, FactForm::NoModify] {
        let server = QuirkyServer::start([Quirk::Facts(form), Quirk::AddsLines(LINES)]);
        let local = LocalTree::new(&[("a", "1"), (" b", "22"), ("css/c", "333")]);
        local.sync().run(&server).succeeded().mirrored(&local, &server);
        let second = local.sync().options(["--delete", "extra"]).run(&server);
        second.succeeded().stored(&[]).deleted_nothing().mirrored(&local, &server);
        // One for each directory.
        second.claim(second.notes().len() == 2, &format!("two notes, not {:?}", second.notes()));
    }
}

/// TREES D15.
#[test]
fn a_file_whose_size_is_not_listed_is_asked_for_and_sent_if_it_differs() {
    let server = QuirkyServer::start([Quirk::Facts(FactForm::NoSize)]);
    let local = LocalTree::new(&[("a", "1"), ("b", "22")]);
    local.sync().run(&server).succeeded();
    server.place_file("/inbox/b", b"longer than that");
    local.sync().run(&server).succeeded().stored(&["b"]).mirrored(&local, &server);
}
