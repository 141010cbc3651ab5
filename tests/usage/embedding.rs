//! The library in other programs: the examples for embedders, run against a real server.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use test_servers::{FtpServer, Kind};

use crate::support::real_servers::content;

#[test]
fn the_example_for_one_file_uploads_it_and_shows_how_it_was_verified() {
    let (server, folder) = start();
    std::fs::write(folder.path().join("report.csv"), content(300_000)).unwrap();
    let output = run("embed", &server, folder.path(), &["report.csv", server.upload_dir()]);
    let said = text(&output);
    assert!(output.status.success() && said.contains("report.csv: 100%"), "{said}");
    assert!(said.contains("300000 bytes in") && said.ends_with("size confirmed by the server.\n"), "{said}");
    assert_eq!(server.stored("report.csv"), content(300_000));
}

#[test]
fn the_example_for_one_file_says_what_is_wrong_and_names_items_of_the_library() {
    let (server, folder) = start();
    std::fs::write(folder.path().join("report.csv"), "x").unwrap();
    let output = run("embed", &server, folder.path(), &["report.csv", "no/such/directory"]);
    let said = text(&output);
    assert!(!output.status.success() && said.contains("the server refused the directory no/such/directory"), "{said}");
    assert!(said.contains("Delivery::create_directories") && !said.contains("--create-dirs"), "{said}");
}

#[test]
fn the_example_for_many_files_shows_one_bar_and_the_summary() {
    let (server, folder) = start();
    let names = ["a", "b", "c"];
    names.iter().for_each(|name| std::fs::write(folder.path().join(name), content(50_000)).unwrap());
    let output = run("many", &server, folder.path(), &["a", "b", "c", server.upload_dir()]);
    let said = text(&output);
    assert!(output.status.success() && said.contains("3 files, 146 KiB in"), "{said}");
    let bar = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(bar.contains(&format!("\r[{}] 150000 of 150000 bytes, 3 of 3 files", "#".repeat(30))), "{bar}");
    names.iter().for_each(|name| assert_eq!(server.stored(name), content(50_000)));
}

#[test]
fn the_example_for_directories_stores_what_is_new_and_removes_what_it_had_stored() {
    let (server, folder) = start();
    let site = folder.path().join("site");
    std::fs::create_dir(&site).unwrap();
    std::fs::write(site.join("old.html"), "old").unwrap();
    std::fs::write(site.join("index.html"), "one").unwrap();
    let run = || run("sync", &server, folder.path(), &["site", server.upload_dir()]);
    let first = run();
    assert!(first.status.success() && text(&first).contains("Synchronised: 2 stored, 0 removed"), "{}", text(&first));
    std::fs::remove_file(site.join("old.html")).unwrap();
    std::fs::write(site.join("index.html"), "two, longer").unwrap();
    let second = run();
    assert!(second.status.success() && text(&second).contains("1 stored, 1 removed"), "{}", text(&second));
    assert_eq!(server.stored("index.html"), b"two, longer");
    assert!(!server.stored_path("old.html").exists());
}

#[test]
fn the_example_for_pipes_stores_the_output_of_a_command() {
    let (server, folder) = start();
    let dump = ["dump.sql", server.upload_dir(), "sh", "-c", "printf one; sleep 0.1; printf two"];
    let output = run("pipe", &server, folder.path(), &dump);
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(server.stored("dump.sql"), b"onetwo");
}

#[test]
fn the_example_for_pipes_stores_nothing_under_the_name_if_the_command_fails() {
    let (server, folder) = start();
    let dump = ["dump.sql", server.upload_dir(), "sh", "-c", "printf one; exit 7"];
    let output = run("pipe", &server, folder.path(), &dump);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("sh failed: exit status: 7"), "{said}");
    assert!(!server.stored_path("dump.sql").exists());
}

#[test]
fn the_example_for_json_prints_an_object_for_each_event() {
    let (server, folder) = start();
    std::fs::write(folder.path().join("report.csv"), content(1000)).unwrap();
    let output = run("json_events", &server, folder.path(), &["report.csv", server.upload_dir()]);
    let said = text(&output);
    let objects: Vec<serde_json::Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<_> = objects.iter().map(|object| object["event"].as_str().unwrap()).collect();
    assert_eq!((events[0], events[1], events[events.len() - 1]), ("planned", "started", "ended"), "{said}");
    let stored = objects.iter().find(|object| object["event"] == "stored").unwrap();
    assert_eq!((&stored["name"], &stored["size"]), (&"report.csv".into(), &1000.into()));
    assert_eq!(objects[objects.len() - 1]["complete"], true);
}

fn start() -> (FtpServer, tempfile::TempDir) {
    let server = Kind::Libunftp.start().expect("the server in this process is never missing");
    (server, tempfile::tempdir().unwrap())
}

/// Runs an example in `folder`, with the password on its standard input.
fn run(example: &str, server: &FtpServer, folder: &Path, words: &[&str]) -> Output {
    let mut child = Command::new(program(example))
        .args([&server.addr.to_string(), server.user])
        .args(words)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{}", server.password).unwrap();
    child.wait_with_output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Cargo builds examples before it runs tests, into a folder beside the program.
fn program(example: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_BIN_EXE_ftp-uploader")).with_file_name("examples").join(example)
}
