//! The files and directories that a later run may remove: those that a run has stored or made itself. A server that lists
//! nothing leaves it open if a directory is a link to another place, until it has made the directory.

use std::sync::Arc;

use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::{Order, Quirk, Turn};
use crate::support::sync::killing::{nth, run_and_kill};
use crate::support::sync::{LocalTree, MANIFEST};

const OWN: [&str; 4] = ["--delete", "own", "--max-delete", "9"];

/// The server shows nothing of an empty directory, not even that it is empty.
const SILENT: [Quirk; 2] = [Quirk::NoMlsd, Quirk::IgnoresListOptions];

fn site() -> LocalTree {
    LocalTree::new(&[("css/a.css", "a"), ("css/deep/b", "b"), (".well-known/c", "c"), ("index.html", "page")])
}

/// Removes two files, and claims that the next run removes them from the server, too.
fn a_later_run_removes_what_it_has_stored(local: &LocalTree, server: &QuirkyServer) {
    local.remove("css");
    let run = local.sync().options(OWN).run(server);
    run.succeeded().removed(&["css/a.css", "css/deep/b"]).mirrored(local, server);
}

/// Returns true if the manifest calls the file the run's own.
fn is_own(server: &QuirkyServer, path: &str) -> bool {
    let text = String::from_utf8(server.content(&format!("/inbox/{MANIFEST}")).expect("a manifest")).expect("UTF-8");
    let manifest: serde_json::Value = text.parse().expect("JSON");
    manifest["files"][path]["stored"].as_bool().expect("an entry of the file")
}

#[test]
fn files_in_new_directories_are_the_run_s_own_even_if_no_listing_says_that_these_are_new() {
    for atomic in ["all", "per-file", "off"] {
        let (server, local) = (QuirkyServer::start(SILENT), site());
        let first = local.sync().options(OWN).options(["--atomic", atomic]).run(&server);
        first.succeeded().mirrored(&local, &server);
        first.claim(is_own(&server, ".well-known/c"), "an own file in a directory that no listing shows");
        a_later_run_removes_what_it_has_stored(&local, &server);
    }
}

#[test]
fn files_of_a_killed_run_in_new_directories_are_its_own() {
    for moment in ["STOR ", "RNTO "] {
        let (server, local) = (QuirkyServer::start(SILENT), site());
        // The first one is that of the manifest.
        run_and_kill(&server, local.sync().options(OWN).jobs("1"), nth(4, move |line| line.starts_with(moment)));
        assert!(is_own(&server, "css/deep/b"), "the intention to store an own file, killed at {moment}");
        local.sync().options(OWN).run(&server).succeeded().mirrored(&local, &server);
        a_later_run_removes_what_it_has_stored(&local, &server);
    }
}

/// Another client makes a link between the listing and MKD.
#[test]
fn a_directory_that_the_server_refuses_to_make_may_be_a_link_and_its_files_stay() {
    // The second server replies 257 to every MKD.
    for more in [None, Some(Quirk::MakesExistingDirectories)] {
        let (server, local) = (Arc::new(QuirkyServer::start(SILENT.into_iter().chain(more))), site());
        let linking = Arc::clone(&server);
        server.place_directory("/outside");
        server.at_command(|line| line == "MKD css", move || linking.place_link("/inbox/css", "/outside"));
        local.sync().options(OWN).run(&*server).succeeded();
        owns_nothing_behind_the_link(&server);
    }
}

/// As before, and the replies of that flight are exchanged: the link gets 257, and the new directory 550.
#[test]
fn a_directory_that_got_the_reply_of_another_one_may_be_a_link_and_its_files_stay() {
    let (server, local) = (Arc::new(QuirkyServer::start(SILENT)), site());
    let linking = Arc::clone(&server);
    server.place_directory("/outside");
    server.at_command(
        |line| line == "MKD css",
        move || {
            linking.place_link("/inbox/css", "/outside");
            linking.change_quirks(SILENT.into_iter().chain([Quirk::ReordersReplies(Order::FirstTwoExchanged)]));
            let ending = Arc::clone(&linking);
            linking.at_command(|line| line == "PWD", move || ending.change_quirks(SILENT));
        },
    );
    local.sync().options(OWN).run(&*server).succeeded();
    owns_nothing_behind_the_link(&server);
}

fn owns_nothing_behind_the_link(server: &QuirkyServer) {
    for path in ["a.css", "deep/b"] {
        assert!(server.content(&format!("/outside/{path}")).is_some(), "{path} is behind the link");
        assert!(!is_own(server, &format!("css/{path}")), "{path} is own");
    }
}

/// After a lost reply, nothing is known about the directory.
#[test]
fn a_directory_whose_reply_was_lost_may_be_a_link_and_its_files_stay() {
    let (server, local) = (QuirkyServer::start(SILENT), LocalTree::new(&[("css/a.css", "a"), ("index.html", "page")]));
    // The lock takes three, and the question what RMD removes takes one.
    server.change_quirks([&SILENT[..], &[Quirk::OneReplyTooFew(Turn::Only("MKD", 5))]].concat());
    let first = local.sync().options(OWN).options(["--timeout", "1"]).retries("3").run(&server);
    first.succeeded().mirrored(&local, &server);
    first.claim(!is_own(&server, "css/a.css"), "no own file in a directory that may be a link");
}

#[test]
fn a_directory_that_another_client_has_made_stays_when_it_is_empty() {
    for trust in [&[][..], &["--trust-manifest"]] {
        let server = Arc::new(QuirkyServer::start([]));
        let local = LocalTree::new(&[("index.html", "page")]);
        local.sync().options(OWN).run(&*server).succeeded();
        local.make_directory("shared");
        let other = Arc::clone(&server);
        server.at_command(|line| line == "MKD shared", move || other.place_directory("/inbox/shared"));
        let options = [&OWN[..], trust, &["--json"]].concat();
        let second = local.sync().options(options).run(&*server);
        second.exits(0).claim(second.stdout.contains("\"made_directories\":0"), "no directory that this run has made");
        local.remove("shared");
        let third = local.sync().options(OWN).run(&*server);
        third.succeeded().removed_directories(&[]).mirrored_beside(&local, &*server, &["shared"]);
    }
}
