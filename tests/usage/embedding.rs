//! The library in another program: the example for embedders, run against a real server.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use test_servers::Kind;

use crate::support::real_servers::content;

#[test]
fn the_example_for_embedders_uploads_a_file() {
    let server = Kind::Libunftp.start().expect("the server in this process is never missing");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.csv");
    std::fs::write(&file, content(300_000)).unwrap();
    let mut example = Command::new(example())
        .args([&server.addr.to_string(), server.user, file.to_str().unwrap(), server.upload_dir()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(example.stdin.take().unwrap(), "{}", server.password).unwrap();
    let output = example.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("stored 300000 bytes, verified: Size"));
    assert_eq!(server.stored("report.csv"), content(300_000));
}

/// Cargo builds examples before it runs tests, into a folder beside the program.
fn example() -> std::path::PathBuf {
    Path::new(env!("CARGO_BIN_EXE_ftp-uploader")).with_file_name("examples").join("embed")
}
