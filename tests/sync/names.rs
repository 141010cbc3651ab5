//! Names: servers that fold their case, names that lead elsewhere, and spellings of LOCALDIR and REMOTEDIR.

use std::collections::BTreeSet;
use std::fs;

use test_servers::Kind;

use crate::support::program::Program;
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::Quirk;
use crate::support::real_servers::on_servers;
use crate::support::sync::LocalTree;

on_servers!(proftpd Proftpd, pure_ftpd PureFtpd, pyftpdlib Pyftpdlib; [
    a_directory_called_tilde_leads_nowhere_else
]);

/// TREES D7.
#[test]
fn a_directory_whose_name_changes_in_case_only_is_kept_where_case_is_folded() {
    for delete in ["own", "extra"] {
        let server = QuirkyServer::start([Quirk::FoldsCase]);
        let local = LocalTree::new(&[("Css/a.css", "old"), ("index.html", "page")]);
        let options = ["--delete", delete, "--max-delete", "9"];
        local.sync().options(options).run(&server).succeeded();
        local.become_like(&LocalTree::new(&[("css/a.css", "new one"), ("index.html", "page")]));
        let second = local.sync().options(options).run(&server);
        second.succeeded().removed(&[]);
        second.claim(server.content("/inbox/css/a.css") == Some(b"new one".to_vec()), "css/a.css as it was sent");
    }
}

/// TREES D7.
#[test]
fn a_directory_whose_name_changes_in_case_is_replaced_elsewhere() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::new(&[("Css/a.css", "old"), ("index.html", "page")]);
    local.sync().options(["--delete", "own"]).run(&server).succeeded();
    local.become_like(&LocalTree::new(&[("css/a.css", "new one"), ("index.html", "page")]));
    let second = local.sync().options(["--delete", "own"]).run(&server);
    second.succeeded().stored(&["css/a.css"]);
    // A name that equals a kept one but for the case of its letters is never deleted.
    second.mirrored_beside(&local, &server, &["Css", "Css/a.css"]);
}

/// TREES D7.
#[test]
fn two_local_names_that_are_one_on_the_server_are_an_error() {
    let server = QuirkyServer::start([Quirk::FoldsCase]);
    let local = LocalTree::new(&[("Logo.png", "large"), ("logo.png", "small one")]);
    let run = local.sync().run(&server);
    run.failed().says("Logo.png").says("logo.png");
}

/// TREES D8.
#[test]
fn names_in_a_listing_that_lead_elsewhere_are_ignored() {
    const LINES: &[&str] = &[
        "type=file;size=1;modify=20200101000000; ..",
        "type=dir;modify=20200101000000; ..",
        "type=file;size=1;modify=20200101000000; ../x",
        "type=dir;modify=20200101000000; /etc",
        "type=dir;modify=20200101000000; .",
        "type=file;size=1;modify=20200101000000; old/../../x",
        "type=file;size=1;modify=20200101000000; y\u{1}",
    ];
    for quirks in [vec![], vec![Quirk::ParentIsIgnored], vec![Quirk::ParentIsIgnored, Quirk::RemovesFullDirectories]] {
        let server = QuirkyServer::start(quirks.into_iter().chain([Quirk::AddsLines(LINES)]));
        ["/x", "/etc/passwd"].iter().for_each(|path| server.place_file(path, b"keep"));
        let local = LocalTree::new(&[("index.html", "page"), ("old/a/b", "1"), ("new/c", "2")]);
        let options = ["--delete", "extra", "--max-delete", "99", "--manifest"];
        local.sync().options(options).run(&server).succeeded().stayed_inside().mirrored(&local, &server);
        local.remove("old");
        let second = local.sync().options(options).run(&server);
        // A directory whose listing has odd lines need not be empty.
        second.succeeded().stayed_inside().removed(&["old/a/b"]);
        for path in ["/x", "/etc/passwd"] {
            second.claim(server.content(path) == Some(b"keep".to_vec()), &format!("{path} as it was"));
        }
    }
}

/// TREES D8. With Pure-FTPd and vsftpd, `CWD ~` leads to the user's first directory. vsftpd refuses a user who can
/// write there.
fn a_directory_called_tilde_leads_nowhere_else(kind: Kind) {
    let Some(server) = kind.start() else { return };
    server.open_root();
    fs::write(server.root().join("x"), "keep").unwrap();
    let names =
        || fs::read_dir(server.root()).unwrap().flatten().map(|entry| entry.file_name()).collect::<BTreeSet<_>>();
    let before = names();
    let local = LocalTree::new(&[("~/x", "in the tree"), ("logo.png", "logo")]);
    let options = ["--atomic", "per-file", "--delete", "extra", "--max-delete", "9"];
    for _ in 0..2 {
        let run = local.sync().options(options).run(&server);
        run.claim(run.code == 0 || run.stderr.contains('~'), "success, or an error that names the directory");
        let same = names() == before && fs::read(server.root().join("x")).unwrap() == b"keep";
        run.claim(same, &format!("the same names outside of inbox as {before:?}, not {:?}", names()));
        run.claim(server.holds("logo.png", b"logo"), "the other file");
        if run.code == 0 {
            run.mirrored(&local, &server);
        }
    }
}

/// TREES D8.
#[test]
fn an_empty_pattern_is_refused_before_anything_is_sent() {
    let (server, local) = (QuirkyServer::start([]), LocalTree::new(&[("a", "1")]));
    for option in ["--exclude", "--include", "--last"] {
        let run = local.sync().options([option, ""]).run(&server);
        run.exits(2).claim(run.record.commands().count() == 0, "no command");
        run.mentions(&["empty", "matches nothing"]);
    }
}

/// TREES D23.
#[test]
fn spellings_of_both_directories_lead_to_the_same_place() {
    let local = LocalTree::new(&[("a", "1"), ("css/b", "2")]);
    for from in ["", "/", "/.", "/css/.."] {
        for to in ["inbox", "inbox/", "/inbox", "inbox/."] {
            let server = QuirkyServer::start([]);
            let spelled = format!("{}{from}", local.root().display());
            let run = local.sync().from(&spelled).to(to).run(&server);
            run.succeeded().stored(&["a", "css/b"]).mirrored(&local, &server);
            run.claim(server.files().len() == 2, &format!("two files, from {spelled} to {to}"));
        }
    }
}

/// TREES D23.
#[test]
fn the_explanation_shows_a_whole_mapping() {
    let (server, local) = (QuirkyServer::start([]), LocalTree::new(&[("css/b", "2")]));
    let run = local.sync().options(["--explain"]).run(&server);
    run.exits(0);
    let root = local.root().display().to_string();
    run.claim(run.stdout.contains(&root) && run.stdout.contains("inbox"), "both directories");
    run.claim(run.record.commands().count() == 0, "no command");
}

#[test]
fn a_host_called_sync_is_written_as_an_address() {
    // Nothing listens at this port, so that the run ends after the first attempt to connect.
    let outcome = Program::new()
        .with_file("a", b"1")
        .arguments(["--retries", "0", "--connect-timeout", "1", "ftp://sync.invalid:9", "alice", "a", "inbox"])
        .environment("FTP_PASSWORD", "any")
        .run();
    outcome.exits(4).says("sync.invalid");
}
