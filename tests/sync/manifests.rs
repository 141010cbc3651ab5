//! The manifest: what a later run knows from it, and what it may never cause.

use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::names::is_temporary;
use crate::support::quirky_server::quirk::{Quirk, StoreRefusal};
use crate::support::sync::killing::{nth, run_and_kill};
use crate::support::sync::{FIRST_TIME, LocalTree, MANIFEST};

const REFUSES_B: Quirk = Quirk::RefusesStoreOf("/b", "550 Not this one", StoreRefusal::AtOnce);

const PER_FILE: [&str; 3] = ["--manifest", "--atomic", "per-file"];

/// TREES D2.
#[test]
fn a_file_that_failed_is_sent_by_the_next_run_and_no_other_is() {
    let server = QuirkyServer::start([REFUSES_B]);
    let local = LocalTree::new(&[("a", "1"), ("b", "22"), ("c", "333")]);
    let first = local.sync().options(PER_FILE).run(&server);
    first.failed().says("Not this one").stored(&["a", "c"]);
    let manifest = manifest_of(&server);
    first.claim(manifest.contains("\"a\"") && manifest.contains("\"c\""), "a and c in the manifest");
    first.claim(!manifest.contains("\"b\""), "no b in the manifest");
    server.change_quirks([]);
    local.touch_all();
    local.sync().options(PER_FILE).run(&server).succeeded().stored(&["b"]).mirrored(&local, &server);
}

/// TREES D3.
#[test]
fn after_a_killed_run_only_the_missing_files_are_sent() {
    let (server, local) = killed_after_120_of_200();
    let second = local.sync().options(PER_FILE).jobs("1").run(&server);
    second.succeeded().mirrored(&local, &server);
    let sent = second.stored_paths().len();
    second.claim(sent <= 81, &format!("at most 81 files, not {sent}"));
    local.touch_all();
    local.sync().options(PER_FILE).run(&server).succeeded().stored(&[]);
}

/// TREES D3. Only the manifest knows the contents, as all times are new. It is written every so many files.
#[test]
fn a_killed_run_has_written_its_manifest_as_it_went() {
    let (server, local) = killed_after_120_of_200();
    local.touch_all();
    let second = local.sync().options(PER_FILE).run(&server);
    second.succeeded().mirrored(&local, &server);
    let sent = second.stored_paths().len();
    second.claim(sent <= 130, &format!("at most 130 files, not {sent}"));
}

/// Returns a server on which 120 of 200 files were stored when the run was killed.
fn killed_after_120_of_200() -> (QuirkyServer, LocalTree) {
    let (server, local) = (QuirkyServer::start([]), LocalTree::numbered(200, 4, 100));
    let run = local.sync().options(PER_FILE).jobs("1");
    let is_store = |line: &str| line.starts_with("STOR ") && !line.contains(MANIFEST);
    run_and_kill(&server, run, nth(121, is_store)).exits(-9);
    (server, local)
}

/// TREES D4.
#[test]
fn a_manifest_that_cannot_be_used_is_named_and_deletes_nothing() {
    let good = manifest_of_one("keep.js", "inbox");
    let cut = good[..good.len() / 2].to_owned();
    let of_other_place = manifest_of_one("keep.js", "other");
    for (name, manifest) in [
        ("empty", String::new()),
        ("cut", cut),
        ("other target", of_other_place),
        ("binary", "\0\u{1}{]".to_owned()),
        ("deep", "[".repeat(100_000)),
    ] {
        let server = QuirkyServer::start([]);
        place_as_the_manifest_has_it(&server, "/inbox/keep.js");
        server.place_file(&format!("/inbox/{MANIFEST}"), manifest.as_bytes());
        let local = LocalTree::new(&[("index.html", "page")]);
        let run = local.sync().options(["--delete", "own", "--max-delete", "9"]).run(&server);
        run.succeeded().deleted_nothing().stored(&["index.html"]);
        run.claim(!run.notes().is_empty(), &format!("a note about the manifest: {name}"));
        run.mirrored_beside(&local, &server, &["keep.js"]);
    }
}

/// TREES D4.
#[test]
fn a_hostile_manifest_leads_nowhere_outside_of_the_directory() {
    let good = manifest_of_one("keep.js", "inbox");
    for name in ["../../x", "/etc/x", "a\\r\\nDELE b", "css/../../x", "./keep.js", "", "a\\u0000b"] {
        let server = QuirkyServer::start([]);
        for path in ["/x", "/etc/x", "/inbox/a", "/inbox/b", "/b", "/inbox/keep.js"] {
            place_as_the_manifest_has_it(&server, path);
        }
        let hostile = good.replace("keep.js", name);
        assert_ne!(hostile, good, "the manifest names its files");
        server.place_file(&format!("/inbox/{MANIFEST}"), hostile.as_bytes());
        let before = server.files();
        let local = LocalTree::new(&[("index.html", "page")]);
        let run = local.sync().options(["--delete", "own", "--max-delete", "9"]).run(&server);
        run.succeeded().deleted_nothing().stayed_inside().stored(&["index.html"]);
        run.claim(!run.notes().is_empty(), &format!("a note about the manifest with {name}"));
        for (path, bytes) in before.iter().filter(|(path, _)| !path.ends_with(MANIFEST)) {
            run.claim(server.content(path).as_ref() == Some(bytes), &format!("{path} as it was, with {name}"));
        }
    }
}

/// TREES D5.
#[test]
fn files_that_were_changed_or_removed_on_the_server_are_sent_again() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::new(&[("a", "ten bytes!"), ("b", "there"), ("c", "unchanged")]);
    local.sync().options(["--manifest"]).run(&server).succeeded().mirrored(&local, &server);
    server.place_file("/inbox/a", b"ten bytes");
    server.clear("/inbox/b");
    let second = local.sync().options(["--manifest"]).run(&server);
    second.succeeded().stored(&["a", "b"]).mirrored(&local, &server);
}

/// TREES D13.
#[test]
fn files_with_new_times_and_old_contents_are_not_sent() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::numbered(30, 3, 100);
    local.sync().options(["--manifest"]).run(&server).succeeded();
    local.touch_all();
    local.sync().options(["--manifest"]).run(&server).found_all_unchanged(30);
}

/// TREES D13.
#[test]
fn a_file_with_an_older_time_and_other_bytes_is_sent_though_its_size_is_the_same() {
    for options in [&["--manifest"][..], &[], &["--compare", "time"], &["--compare", "manifest", "--manifest"]] {
        let server = QuirkyServer::start([]);
        let local = LocalTree::new(&[("a", "x=1"), ("b", "other")]);
        local.sync().options(options).run(&server).succeeded();
        local.write("a", "y=9");
        local.set_time("a", 1_000_000_000);
        local.sync().options(options).run(&server).succeeded().stored(&["a"]).mirrored(&local, &server);
    }
}

#[test]
fn with_trust_in_the_manifest_one_file_is_received_and_nothing_is_listed() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::numbered(100, 10, 100);
    local.sync().options(["--manifest"]).run(&server).succeeded();
    let second = local.sync().options(["--manifest", "--trust-manifest"]).run(&server);
    second.found_all_unchanged(100);
    let listings = ["MLSD", "LIST", "NLST", "STAT", "MLST"].iter().map(|verb| second.record.count(verb)).sum::<usize>();
    second.claim(listings == 0 && second.record.count("RETR ") == 1, "one RETR and no listing");
}

#[test]
fn a_manifest_of_another_name_is_used_and_is_no_part_of_the_tree() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::new(&[("a", "1"), ("state/b", "2")]);
    let options = ["--manifest=state/of-the-site.json", "--delete", "extra"];
    local.sync().options(options).run(&server).succeeded();
    local.touch_all();
    let second = local.sync().options(options).run(&server);
    second.found_all_unchanged(2).mirrored_beside(&local, &server, &["state/of-the-site.json"]);
}

fn manifest_of(server: &QuirkyServer) -> String {
    let bytes = server.content(&format!("/inbox/{MANIFEST}")).unwrap_or_default();
    String::from_utf8(bytes).expect("a manifest in UTF-8")
}

/// Adds a file with the size and time that a manifest of [`manifest_of_one`] has.
fn place_as_the_manifest_has_it(server: &QuirkyServer, path: &str) {
    server.place_file(path, b"keep");
    server.set_time(path, i64::try_from(FIRST_TIME).expect("a time"));
}

/// Returns the manifest that a deployment of one file to this directory leaves.
fn manifest_of_one(name: &str, directory: &str) -> String {
    let server = QuirkyServer::start([]);
    server.place_directory("/other");
    let local = LocalTree::new(&[(name, "keep")]);
    let run = local.sync().options(["--manifest"]).to(directory).run(&server);
    run.succeeded();
    let bytes = server.content(&format!("/{directory}/{MANIFEST}")).expect("a manifest");
    let left: Vec<_> = server.files().into_keys().filter(|path| is_temporary(path)).collect();
    run.claim(left.is_empty(), &format!("no file like {left:?}"));
    String::from_utf8(bytes).expect("a manifest in UTF-8")
}
