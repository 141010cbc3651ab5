//! Uploads of directories to every real server. The stored tree is compared with the local one.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use test_servers::Kind;

use crate::support::program::Program;
use crate::support::real_servers::{on_every_server, upload};

on_every_server!(
    a_tangled_tree_is_stored_and_what_cannot_be_uploaded_is_a_note_and_exit_3,
    three_spellings_of_a_directory_lead_to_the_same_place,
    the_contents_of_a_directory_are_stored_in_the_place_of_its_name,
);

/// The files of the tree `site`, with the length of their content.
const FILES: &[(&str, usize)] =
    &[("index.html", 10), (".hidden", 1), ("css/site.css", 70_000), ("css/deep/er/a b", 0), ("gr\u{fc}n/\u{65e5}", 5)];

/// A program in whose folder is the tree `site`.
fn program() -> Program {
    let program = Program::new();
    let site = program.path("site");
    for (name, length) in FILES {
        fs::create_dir_all(site.join(name).parent().unwrap()).unwrap();
        fs::write(site.join(name), vec![b'x'; *length]).unwrap();
    }
    fs::create_dir_all(site.join("empty/too")).unwrap();
    program.arguments(["--recursive"])
}

fn a_tangled_tree_is_stored_and_what_cannot_be_uploaded_is_a_note_and_exit_3(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let program = program();
    let site = program.path("site");
    mknodat(CWD, site.join("pipe"), FileType::Fifo, Mode::RUSR, 0).unwrap();
    let _socket = UnixListener::bind(site.join("css/socket")).unwrap();
    symlink("..", site.join("css/loop")).unwrap();
    fs::write(site.join("line\nfeed"), "x").unwrap();
    let outcome = upload(&server, program, &[OsStr::new("site")], server.upload_dir());
    outcome.exits(3);
    for note in [
        "Note: skipped site/pipe: it is not a regular file.",
        "Note: skipped site/css/socket: it is not a regular file.",
        "Note: skipped site/css/loop: it is a symbolic link.",
        "Note: skipped site/line\\nfeed: its name contains a line feed; no FTP command can carry that.",
        "4 skipped",
    ] {
        outcome.says(note);
    }
    for (name, length) in FILES {
        assert_eq!(server.stored(format!("site/{name}")), vec![b'x'; *length], "{name}");
    }
    assert!(server.stored_path("site/empty/too").is_dir());
    assert!(!server.stored_path("site/css/loop").exists());
}

fn three_spellings_of_a_directory_lead_to_the_same_place(kind: Kind) {
    let Some(server) = kind.start() else { return };
    for spelling in ["site", "site/", "site/."] {
        upload(&server, program(), &[OsStr::new(spelling)], server.upload_dir()).succeeds();
        assert_eq!(server.stored_names(), ["site"], "{spelling}");
        assert!(server.holds("site/css/site.css", &vec![b'x'; 70_000]), "{spelling}");
        fs::remove_dir_all(server.stored_path("site")).unwrap();
    }
}

fn the_contents_of_a_directory_are_stored_in_the_place_of_its_name(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let program = program().arguments(["--exclude", "css", "--exclude", "gr*", "--exclude", "empty/*"]);
    upload(&server, program, &[OsStr::new("site/css/..")], server.upload_dir()).succeeds();
    assert_eq!(server.stored_names(), [".hidden", "empty", "index.html"]);
}
