//! `--files-from`: lists of files from `find` and from other programs.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;
use std::time::Duration;

use crate::support::many_files::{ManyFiles, run_to};
use crate::support::quirky_server::QuirkyServer;
use crate::support::run::IdleServer;
use crate::support::script::Script;
use crate::support::upload::{PASSWORD, Upload};

/// The memory that a run with a list of 20,000 files may need, in KiB.
#[cfg(target_os = "linux")]
const MEMORY_KIB: u64 = 64 * 1024;

fn stores(names: &[&str]) -> Script {
    let script =
        names.iter().fold(Script::ready(), |script, name| script.take(name).tell_size(name, name.len() as u64));
    script.goodbye()
}

/// An upload with these files, none of which is among the words.
fn with_files(names: &[&str]) -> Upload {
    names
        .iter()
        .fold(Upload::of_nothing(), |upload, name| upload.program(|program| program.with_file(name, name.as_bytes())))
}

#[test]
fn the_files_of_a_list_are_sent_after_those_that_were_typed() {
    let upload = with_files(&["one", "two words", "list"]).and("typed", b"typed");
    let upload = upload.program(|program| program.with_file("list", b"one\n\ntwo words\r\n"));
    let run = stores(&["typed", "one", "two words"]).run(upload.options(["--files-from", "list"]));
    run.outcome.succeeds().says("Stored two words in inbox");
    run.server_log.stored_all(&[b"typed", b"one", b"two words"]);
}

#[test]
fn a_list_comes_from_standard_input_beside_a_target_directory() {
    let upload = with_files(&["a", "b"]).options(["--files-from", "-", "-t", "inbox"]).without_directory();
    let run = stores(&["a", "b"]).run(upload.program(|program| program.stdin("a\nb")));
    run.outcome.succeeds();
}

#[test]
fn a_list_of_powershell_has_a_mark_of_utf_8_or_is_refused_in_utf_16() {
    let upload = |list: &[u8]| {
        with_files(&["a", "b"]).program(|program| program.with_file("list", list)).options(["--files-from", "list"])
    };
    stores(&["a", "b"]).run(upload(b"\xef\xbb\xbfa\r\nb\r\n")).outcome.succeeds();
    let refused = IdleServer::listen().refuses(2, upload(b"\xff\xfea\0\r\0\n\0"));
    refused.says("cannot use the list of files in list: it is in UTF-16").says("Set-Content -Encoding utf8");
}

#[test]
fn find_names_the_files_of_a_real_upload() {
    let (server, files) = (QuirkyServer::start([]), ManyFiles::new(40, 100));
    let upload = Upload::of_nothing().jobs("3").program(|program| {
        std::fs::create_dir(program.path("out")).expect("a folder");
        files.0.iter().fold(program, |program, (name, bytes)| program.with_file(format!("out/{name}"), bytes))
    });
    let found = Command::new("find").args(["out", "-type", "f", "-print0"]).current_dir(upload.path("")).output();
    let upload =
        upload.options(["-0", "--files-from", "-"]).program(|program| program.stdin(found.expect("find").stdout));
    let outcome = run_to(&server, upload);
    files.are_stored(&server, &outcome);
}

#[test]
fn names_are_bytes_and_after_nul_also_folders_with_line_ends() {
    let (name, folder) = (OsStr::from_bytes(b"caf\xe9.txt"), "new\nline");
    let upload = Upload::of_nothing().program(|program| {
        std::fs::create_dir(program.path(folder)).expect("a folder");
        program.with_file(name, b"1").with_file(format!("{folder}/b"), b"2")
    });
    let upload = upload.options(["--files-from", "-", "--null"]);
    let upload = upload.program(|program| program.stdin(b"caf\xe9.txt\0new\nline/b\0".to_vec()));
    let server = QuirkyServer::start([]);
    let outcome = run_to(&server, upload);
    outcome.succeeds().says("Stored b in inbox").says("2 files, 2 B");
}

#[test]
fn two_files_of_a_list_with_one_base_name_are_exit_2() {
    let folders = |program: crate::support::program::Program| {
        std::fs::create_dir(program.path("a")).and_then(|()| std::fs::create_dir(program.path("b"))).expect("folders");
        program.with_file("a/same", b"1").with_file("b/same", b"2").stdin("a/same\nb/same\n")
    };
    let upload = Upload::of_nothing().program(folders).options(["--files-from", "-"]);
    IdleServer::listen().refuses(2, upload).says("a/same and b/same have the same name");
}

#[test]
fn a_list_that_is_none_is_exit_2_and_nothing_is_sent() {
    let refused = |list: &[u8], options: &[&str]| {
        let upload = with_files(&["hello"]).program(|program| program.with_file("list", list));
        IdleServer::listen().refuses(2, upload.options(["--files-from", "list"]).options(options))
    };
    refused(b"", &[]).says("names no file");
    refused(b"\n\n", &[]).says("names no file");
    refused(b"hello\0", &[]).says("-0");
    let upload = |list: &str| Upload::of_nothing().options(["--files-from", list]);
    IdleServer::listen().refuses(2, upload("missing")).says("missing");
    IdleServer::listen().refuses(2, upload(".")).says("Nothing was sent");
    IdleServer::listen().refuses(2, upload("/dev/zero")).says("NUL");
    IdleServer::listen().refuses(2, upload("/dev/zero").options(["-0"])).says("64 MiB");
    IdleServer::listen().refuses(2, Upload::of_hello().options(["-0"])).says("--files-from");
}

#[test]
fn a_missing_file_of_a_list_is_exit_3() {
    let upload = with_files(&["a"]).options(["--files-from", "-"]).program(|program| program.stdin("missing"));
    upload.at("127.0.0.1:9").run().exits(3).says("missing");
}

#[test]
fn standard_input_is_read_for_one_purpose() {
    let list = || with_files(&["a"]).options(["--files-from", "-"]).program(|program| program.stdin("a\n"));
    for options in [&["--from-stdin", "x"][..], &["--password-stdin"], &["--password-fd", "0"]] {
        IdleServer::listen().refuses(2, list().options(options)).says("standard input").says("--files-from -");
    }
    let list = || with_files(&["a"]).options(["--files-from", "/dev/stdin"]).program(|program| program.stdin("a\n"));
    IdleServer::listen().refuses(2, list().options(["--password-stdin"])).says("standard input");
    stores(&["a"]).run(list()).outcome.succeeds();
    // A list in a file leaves standard input to the password.
    let upload = with_files(&["a"]).program(|program| program.with_file("list", b"a").stdin(PASSWORD));
    let upload = upload.without_password().options(["--files-from", "list", "--password-stdin"]);
    stores(&["a"]).run(upload).outcome.succeeds();
}

#[test]
fn directories_of_a_list_are_uploaded_with_r() {
    let upload = Upload::of_nothing().program(|program| {
        std::fs::create_dir(program.path("site")).expect("a folder");
        program.with_file("site/a", b"1").with_file("b", b"2").stdin("site\nb\n")
    });
    let server = QuirkyServer::start([]);
    run_to(&server, upload.options(["-r", "--files-from", "-"])).succeeds();
    let files = server.files();
    let stored: Vec<_> = files.keys().map(String::as_str).collect();
    assert_eq!(stored, ["/inbox/b", "/inbox/site/a"]);
}

/// Linux only: the memory is read from `/proc`.
#[cfg(target_os = "linux")]
#[test]
fn a_list_of_twenty_thousand_names_needs_little_memory() {
    use std::fmt::Write as _;

    let upload = Upload::of_nothing();
    std::fs::create_dir(upload.path("out")).expect("a folder");
    let mut list = String::new();
    for number in 0..20_000 {
        let path = format!("out/a-file-with-a-name-of-usual-length-{number:06}");
        std::fs::write(upload.path(&path), b"").expect("a local file");
        let _ = writeln!(list, "{path}");
    }
    let upload = upload.options(["--files-from", "list", "--explain"]);
    let running = upload.program(|program| program.with_file("list", list.as_bytes())).at("127.0.0.1:9").start();
    let mut peak = 0;
    // The loop ends with the program.
    while let Some(now) = running.peak_memory() {
        peak = peak.max(now);
        std::thread::sleep(Duration::from_millis(2));
    }
    let outcome = running.wait();
    outcome.exits(0);
    assert_eq!(outcome.stdout.lines().filter(|line| line.starts_with("  file ")).count(), 20_000);
    assert!((1..MEMORY_KIB).contains(&peak), "{peak} KiB");
}
