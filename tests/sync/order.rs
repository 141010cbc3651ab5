//! The order of changes, and failures before the end: the old site stays whole, pages never name files that are
//! missing, and nothing is removed after a failure.

use test_servers::{Kind, Options, Setting};

use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::{Quirk, StoreRefusal};
use crate::support::real_servers::{content, on_servers};
use crate::support::sync::claims::differences;
use crate::support::sync::destination::Destination;
use crate::support::sync::{LocalTree, MANIFEST};

on_servers!(vsftpd Vsftpd, proftpd Proftpd, pure_ftpd PureFtpd, pyftpdlib Pyftpdlib; [
    a_file_that_does_not_fit_leaves_the_old_site_as_it_was
]);

/// The most bytes of a file on a server whose disk is full: an odd multiple of 512.
const LARGEST: u64 = 197 * 512;

const OWN: [&str; 4] = ["--delete", "own", "--max-delete", "9"];

const REFUSALS: [StoreRefusal; 3] = [StoreRefusal::AtOnce, StoreRefusal::InTransfer, StoreRefusal::Removing];

/// TREES D17.
#[test]
fn a_page_is_not_switched_if_a_file_that_it_names_cannot_be_stored() {
    for atomic in ["all", "per-file", "off"] {
        for refusal in REFUSALS {
            let (server, local) = deployed();
            local.become_like(&version(2));
            server.change_quirks([Quirk::RefusesStoreOf("app.2.js", "552 Full", refusal)]);
            let run = local.sync().options(OWN).options(["--atomic", atomic]).run(&server);
            run.failed().says("app.2.js").deleted_nothing();
            let old = version(1);
            for name in ["index.html", "app.1.js"] {
                let there = server.tree_below("inbox").remove(name);
                let wanted = old.tree().remove(name);
                run.claim(there == wanted, &format!("the old {name} with --atomic {atomic} and {refusal:?}"));
            }
            server.change_quirks([]);
            local.sync().options(OWN).run(&server).succeeded().mirrored(&local, &server);
        }
    }
}

/// TREES D17, D18.
#[test]
fn a_file_that_does_not_get_its_name_keeps_the_pages_back_and_leaves_no_temporary_file() {
    let (server, local) = deployed();
    local.become_like(&version(2));
    server.change_quirks([Quirk::RefusesRenameTo("app.2.js")]);
    let run = local.sync().options(OWN).run(&server);
    run.exits(7).says("app.2.js").says("Not this name").never_says("moved aside").deleted_nothing();
    let tree = server.tree_below("inbox");
    run.claim(tree.get("index.html") == version(1).tree().get("index.html"), "the old page");
    run.claim(tree.contains_key("app.1.js"), "the old script");
    run.claim(!tree.keys().any(|path| path.ends_with(".part")), "no temporary file");
    server.change_quirks([]);
    local.sync().options(OWN).run(&server).succeeded().mirrored(&local, &server);
}

/// TREES D17.
#[test]
fn pages_come_after_all_other_files_and_deletions_after_the_pages() {
    for atomic in ["per-file", "off"] {
        let (server, local) = deployed();
        local.become_like(&version(2));
        let run = local.sync().options(OWN).options(["--atomic", atomic]).run(&server);
        run.succeeded().mirrored(&local, &server);
        let verb = if atomic == "off" { "STOR " } else { "RNTO " };
        let at = |line: &str| run.record.commands().position(|(found, _)| found == line);
        let [new, changed, page] = ["app.2.js", "css/a.css", "index.html"].map(|name| at(&format!("{verb}{name}")));
        run.claim(new.is_some() && changed.is_some() && page > new.max(changed), "the page after the others");
        run.claim(at("DELE app.1.js") > page, "deletions after that");
    }
}

/// TREES D17.
#[test]
fn the_user_says_which_files_come_last() {
    let (server, local) = (QuirkyServer::start([]), LocalTree::new(&[("a.json", "1"), ("b.html", "2"), ("c", "3")]));
    let options = ["--atomic", "off", "--last", "*.json", "--last", "c"];
    let run = local.sync().options(options).jobs("1").run(&server);
    run.succeeded().mirrored(&local, &server);
    let stored: Vec<_> = run.record.arguments("STOR").into_iter().filter(|path| *path != MANIFEST).collect();
    run.claim(stored.first() == Some(&"b.html"), &format!("b.html first, not {stored:?}"));
}

/// TREES D18.
#[test]
fn a_store_that_fails_before_the_switch_leaves_the_old_site_whole_and_no_temporary_file() {
    for refusal in REFUSALS {
        for name in ["app.2.js", "index.html", "css/a.css"] {
            let (server, local) = deployed();
            let before = server.tree_below("inbox");
            local.become_like(&version(2));
            local.write("new/directory/x", "new");
            server.change_quirks([Quirk::RefusesStoreOf(name, "550 Not this one", refusal)]);
            let old: Vec<_> = server.files().into_iter().filter(|(path, _)| !path.ends_with(MANIFEST)).collect();
            server.set_invariant(move |files| {
                let lost = old.iter().find(|(path, bytes)| files.get(path).is_none_or(|there| there != bytes));
                lost.map_or(Ok(()), |(path, _)| Err(format!("{path} of the old site is not as it was")))
            });
            let run = local.sync().options(OWN).options(["--atomic", "all"]).run(&server);
            run.failed().says(name).deleted_nothing();
            run.claim(server.violations().is_empty(), &format!("{:?}", server.violations()));
            let mut after = server.tree_below("inbox");
            // New directories may have been made.
            after.retain(|path, _| path != "new" && path != "new/directory" && path != MANIFEST);
            let differences =
                differences(&before.iter().filter(|(path, _)| *path != MANIFEST).map(owned).collect(), &after);
            run.claim(differences.is_empty(), &format!("the old site, but {}", differences.join("; ")));
        }
    }
}

/// TREES D18.
fn a_file_that_does_not_fit_leaves_the_old_site_as_it_was(kind: Kind) {
    let Some(server) = kind.start_with(Options { largest_file: Some(LARGEST), ..Options::default() }) else { return };
    let local = version(1);
    local.sync().options(OWN).run(&server).succeeded().mirrored(&local, &server);
    local.become_like(&version(2));
    local.write("zz.bin", content(300_000));
    let run = local.sync().options(OWN).run(&server);
    run.failed().says("zz.bin").removed(&[]);
    run.mirrored(&version(1), &server);
    local.remove("zz.bin");
    local.sync().options(OWN).run(&server).succeeded().mirrored(&local, &server);
}

/// TREES D18.
#[test]
fn a_server_that_renames_onto_no_existing_file_gets_the_new_site_too() {
    let (server, local) = deployed();
    local.become_like(&version(2));
    server.change_quirks([Quirk::RenameKeepsExisting]);
    local.sync().options(OWN).run(&server).succeeded().mirrored(&local, &server);
}

/// TREES D20.
#[test]
fn at_a_quota_the_old_file_stays_the_others_are_tried_and_nothing_is_removed() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::new(&[("a.bin", "old"), ("b", "old b"), ("c", "old c"), ("d", "d")]);
    local.sync().options(OWN).run(&server).succeeded();
    local.become_like(&LocalTree::new(&[("a.bin", "new one"), ("b", "new b"), ("d", "d")]));
    server.change_quirks([Quirk::RefusesStoreOf("a.bin", "552 Quota exceeded", StoreRefusal::Removing)]);
    let run = local.sync().options(OWN).options(["--atomic", "per-file"]).run(&server);
    run.failed().says("Quota exceeded").deleted_nothing().stored(&["b"]);
    for (name, bytes) in [("a.bin", "old"), ("b", "new b"), ("c", "old c"), ("d", "d")] {
        run.claim(server.content(&format!("/inbox/{name}")) == Some(bytes.into()), &format!("{name}: {bytes}"));
    }
    let all = local.sync().options(OWN).options(["--atomic", "all"]).run(&server);
    all.failed().deleted_nothing();
    all.claim(server.content("/inbox/a.bin") == Some(b"old".to_vec()), "the old a.bin");
}

/// TREES D20.
#[test]
fn at_the_quota_of_pure_ftpd_the_old_file_stays() {
    let Some(server) = Kind::PureFtpd.start_with(Options::set(&[Setting::Quota])) else { return };
    server.open_root();
    let local = LocalTree::new(&[("a.bin", "old"), ("c", "old c")]);
    local.sync().options(OWN).run(&server).succeeded();
    local.write("a.bin", content(3 << 20));
    local.remove("c");
    let run = local.sync().options(OWN).options(["--atomic", "per-file"]).run(&server);
    run.failed().says("a.bin").removed(&[]);
    assert!(server.holds("a.bin", b"old") && server.holds("c", b"old c"));
    let left: Vec<_> = server.stored_names().into_iter().filter(|name| name.ends_with(".part")).collect();
    assert!(left.is_empty(), "no temporary file like {left:?}");
}

fn owned<A: Clone, B: Clone>((a, b): (&A, &B)) -> (A, B) {
    (a.clone(), b.clone())
}

/// Returns the site in this version. The page names a file that other versions do not have.
fn version(number: u8) -> LocalTree {
    let local = LocalTree::new(&[("about.html", "about"), ("logo.png", "logo")]);
    local.write("index.html", format!("app.{number}.js and style {number}"));
    local.write(&format!("app.{number}.js"), format!("code {number}"));
    local.write("css/a.css", format!("style {number}"));
    local
}

/// Returns a server with the first version, and the directory from which it came.
fn deployed() -> (QuirkyServer, LocalTree) {
    let (server, local) = (QuirkyServer::start([]), version(1));
    local.sync().options(OWN).run(&server).succeeded().mirrored(&local, &server);
    (server, local)
}
