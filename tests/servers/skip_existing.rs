//! `--skip-existing` on every real server: the first run stores everything, a second one only what is new.

use std::ffi::OsStr;
use std::fs;

use test_servers::Kind;

use crate::support::program::Program;
use crate::support::real_servers::{on_every_server, upload};

on_every_server!(a_second_run_stores_only_what_is_new, a_tree_is_completed);

/// A program in whose folder these files have this content.
fn program(files: &[&str], content: &str) -> Program {
    let program = Program::new().arguments(["--skip-existing"]);
    for name in files {
        let path = program.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    program
}

fn a_second_run_stores_only_what_is_new(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let names = ["b.txt", "a b", "gr\u{fc}n", "B2.txt"];
    let words: Vec<_> = names.iter().map(OsStr::new).collect();
    let first = upload(&server, program(&names, "first"), &words[..3], server.upload_dir());
    first.succeeds().says("3 files").never_says("already there");
    let second = upload(&server, program(&names, "second"), &words, server.upload_dir());
    second.succeeds().says("1 file, ").says("3 already there");
    for name in &names[..3] {
        assert_eq!(server.stored(name), b"first", "{name}");
    }
    assert_eq!(server.stored("B2.txt"), b"second");
}

fn a_tree_is_completed(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let old = ["site/index.html", "site/.htaccess", "site/css/a.css"];
    let first = program(&old, "first").arguments(["-r"]);
    upload(&server, first, &[OsStr::new("site")], server.upload_dir()).succeeds().says("3 files");
    let new = ["site/new.html", "site/.new", "site/css/b.css", "site/js/deep/c.js"];
    let second = program(&[&old[..], &new].concat(), "second").arguments(["-r"]);
    let outcome = upload(&server, second, &[OsStr::new("site")], server.upload_dir());
    outcome.succeeds().says("4 files").says("3 already there");
    for (names, content) in [(&old[..], b"first".as_slice()), (&new, b"second")] {
        names.iter().for_each(|name| assert_eq!(server.stored(name), content, "{name}"));
    }
}
