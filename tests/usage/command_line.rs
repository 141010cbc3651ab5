//! Invalid arguments, and local files that cannot be sent: the program refuses both before it sends a byte.
//!
//! The forms of a server's name are tested in `server_names.rs`, the sources of a password in `password_sources.rs`.

use std::ffi::{OsStr, OsString};
use std::fs::Permissions;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::support::program::Program;
use crate::support::run::IdleServer;
use crate::support::script::Script;
use crate::support::server_log::A_FEW_SECONDS;
use crate::support::server_replies::sha256;
use crate::support::upload::{HELLO, Upload};

#[test]
fn wrong_usage_is_exit_2_and_says_how_to_learn_more() {
    let lines: [&[&str]; 8] = [
        &[],
        &["127.0.0.1"],
        &["127.0.0.1", "alice"],
        &["127.0.0.1", "alice", "hello.txt"],
        &["--no-such-option", "127.0.0.1", "alice", "hello.txt", "inbox"],
        &["--timeout", "soon", "127.0.0.1", "alice", "hello.txt", "inbox"],
        &["--tls", "perhaps", "127.0.0.1", "alice", "hello.txt", "inbox"],
        &["--password-fd", "two", "127.0.0.1", "alice", "hello.txt", "inbox"],
    ];
    for line in lines {
        let program = Program::new().with_file("hello.txt", HELLO).environment("FTP_PASSWORD", "x");
        program.arguments(line).run().fails(2).says("--help");
    }
}

#[test]
fn help_names_every_option_and_every_exit_code() {
    for option in ["--help", "-h"] {
        let outcome = Program::new().arguments([option]).run();
        outcome.exits(0).claim(outcome.stderr.is_empty(), "nothing on standard error");
    }
    let outcome = Program::new().arguments(["--help"]).run();
    let options = ["--tls", "--password-file", "--password-fd", "--password-stdin", "--account", "--timeout"];
    let more = ["--connect-timeout", "--quiet", "--verbose", "--version", "FTP_PASSWORD", "LOCALFILE", "REMOTEDIR"];
    for text in options.iter().chain(&more) {
        outcome.claim(outcome.stdout.contains(text), text);
    }
    // This option exists only in the program that is built for the tests of the sandbox.
    outcome.claim(!outcome.stdout.contains("--component"), "no option that exchanges the component");
    for code in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "130"] {
        let told = outcome.stdout.lines().any(|line| line.split_whitespace().next() == Some(code));
        outcome.claim(told, &format!("a line about exit code {code}"));
    }
}

#[test]
fn version_is_one_line_and_the_long_one_has_the_parts() {
    let short = Program::new().arguments(["-V"]).run();
    short.exits(0).claim(short.stdout.starts_with("ftp-uploader "), "the program's name");
    short.claim(short.stdout.lines().count() == 1 && short.stderr.is_empty(), "one line");
    let long = Program::new().arguments(["--version"]).run();
    long.exits(0).claim(long.stdout.starts_with(&short.stdout), "the version of the program first");
    let component = format!("component sha256:{}", ftp_uploader::COMPONENT_SHA256);
    let wasmtime = format!("wasmtime {}", ftp_uploader::WASMTIME_VERSION);
    let parts: Vec<_> = long.stdout.lines().skip(1).collect();
    long.claim(parts == [component, wasmtime], "the component and wasmtime");
}

#[test]
fn the_version_of_the_component_is_the_digest_of_its_file() {
    let wasm = include_bytes!(concat!(env!("FTP_UPLOADER_COMPONENTS"), "/component.wasm"));
    assert_eq!(ftp_uploader::COMPONENT_SHA256, sha256(wasm));
}

#[test]
fn the_version_of_wasmtime_is_that_of_the_lock_file() {
    let lock = include_str!("../../Cargo.lock");
    let entry = format!("name = \"wasmtime\"\nversion = \"{}\"\n", ftp_uploader::WASMTIME_VERSION);
    assert!(lock.contains(&entry), "{entry}");
}

#[test]
fn options_of_other_programs_are_answered_with_ours() {
    for (typed, ours) in [
        (["-u", "alice:hunter2"], "USERNAME"),
        (["--user", "alice:hunter2"], "FTP_PASSWORD"),
        (["-k", "-v"], "--insecure"),
        (["--cacert", "ca.pem"], "--ca-file"),
        (["-R", "dir"], "-r uploads directories"),
        (["--continue", "-v"], "--resume"),
        (["-P", "2121"], "HOST:PORT"),
        (["--password", "hunter2"], "--password-file"),
        (["--transfers", "8"], "--jobs"),
    ] {
        let words = ["127.0.0.1", "alice", "hello.txt", "inbox"];
        let outcome = Program::new().with_file("hello.txt", HELLO).arguments(typed).arguments(words).run();
        outcome.fails(2).says(ours).says(&format!("'{}'", typed[0])).never_says("hunter2");
    }
}

#[test]
fn an_option_that_is_nearly_right_is_corrected() {
    let outcome = Program::new().arguments(["--verbos", "127.0.0.1", "alice", "hello.txt", "inbox"]).run();
    outcome.fails(2).says("did you mean '--verbose'?").never_says("tip:").never_says("REMOTEDIR..");
    let sync = Program::new().arguments(["sync", "--delet", "own", "127.0.0.1", "alice", ".", "inbox"]).run();
    sync.fails(2).says("did you mean '--delete'?").says("See ftp-uploader sync --help.");
}

#[test]
fn a_control_byte_in_the_user_name_is_exit_2_and_nothing_is_sent() {
    for text in controls("ali", "ce") {
        IdleServer::listen().refuses(2, Upload::of_hello().user(text)).mentions(&["user"]);
    }
}

#[test]
fn a_control_byte_in_the_directory_is_exit_2_and_nothing_is_sent() {
    for text in controls("in", "box") {
        IdleServer::listen().refuses(2, Upload::of_hello().directory(text)).mentions(&["REMOTEDIR", "directory"]);
    }
}

#[test]
fn a_control_byte_in_a_file_name_is_exit_2_and_nothing_is_sent() {
    for text in controls("hel", "lo") {
        IdleServer::listen().refuses(2, Upload::of(text, HELLO)).mentions(&["name"]);
    }
}

#[test]
fn a_control_byte_in_the_account_is_exit_2_and_nothing_is_sent() {
    for text in controls("sal", "es") {
        IdleServer::listen()
            .refuses(2, Upload::of_hello().options([OsStr::new("--account"), &text]))
            .mentions(&["account"]);
    }
}

#[test]
fn a_control_byte_in_the_name_of_a_folder_above_is_nobodys_business() {
    // Only the base name is sent, but the error message contains the whole path, escaped.
    let folder = |program: Program| {
        std::fs::create_dir(program.path("new\nline\x1b[m")).expect("a folder");
        program
    };
    let upload = Upload::of_nothing().program(folder).argument_file("new\nline\x1b[m/missing");
    IdleServer::listen().refuses(3, upload).says("missing");
}

#[test]
fn an_empty_directory_is_exit_2() {
    IdleServer::listen().refuses(2, Upload::of_hello().directory("")).mentions(&["REMOTEDIR", "directory"]);
}

#[test]
fn two_files_with_one_base_name_are_exit_2() {
    let folders = |program: Program| {
        std::fs::create_dir(program.path("a")).and_then(|()| std::fs::create_dir(program.path("b"))).expect("folders");
        program.with_file("a/same.txt", b"1").with_file("b/same.txt", b"2")
    };
    let upload = Upload::of_nothing().program(folders).argument_file("a/same.txt").argument_file("b/same.txt");
    IdleServer::listen().refuses(2, upload).says("same.txt");
    IdleServer::listen().refuses(2, Upload::of_hello().argument_file("hello.txt")).says("hello.txt");
}

#[test]
fn a_missing_file_is_exit_3_and_nothing_is_sent() {
    IdleServer::listen().refuses(3, Upload::of_nothing().argument_file("missing.txt")).says("missing.txt");
}

#[test]
fn a_directory_as_a_file_is_exit_3() {
    for name in [".", "..", "/", "sub", "sub/", "sub/."] {
        let folder = |program: Program| {
            std::fs::create_dir(program.path("sub")).expect("a folder");
            program
        };
        let upload = Upload::of_nothing().program(folder).argument_file(name);
        IdleServer::listen().refuses(3, upload).mentions(&["directory", "folder"]);
    }
}

#[test]
fn a_file_that_is_not_regular_is_exit_3_at_once() {
    let fifo = |program: Program| {
        let made = Command::new("mkfifo").arg(program.path("fifo")).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo makes a FIFO");
        program
    };
    let upload = Upload::of_nothing().program(fifo).argument_file("fifo");
    IdleServer::listen().refuses(3, upload).says("--from-stdin NAME < fifo").within(A_FEW_SECONDS);
    for device in ["/dev/null", "/dev/zero"] {
        IdleServer::listen().refuses(3, Upload::of_nothing().argument_file(device)).says(device);
    }
}

#[test]
fn from_stdin_is_advised_for_a_dash_and_for_pipes() {
    IdleServer::listen().refuses(3, Upload::of_nothing().argument_file("-")).says("--from-stdin NAME");
    let piped = Upload::of_nothing().argument_file("/dev/stdin").program(|program| program.stdin("x"));
    IdleServer::listen().refuses(3, piped).says("to send standard input, use --from-stdin NAME.");
    // Bash replaces `<(...)` with such a path, and closes the descriptor in the program that is started.
    IdleServer::listen()
        .refuses(3, Upload::of_nothing().argument_file("/dev/fd/63"))
        .says("--from-stdin NAME < <(...)");
    IdleServer::listen()
        .refuses(3, Upload::of_nothing().argument_file("/dev/zero"))
        .says("--from-stdin NAME < /dev/zero");
}

#[test]
fn a_directory_that_was_forgotten_behind_a_list_of_files_is_not_made_of_the_last_one() {
    let upload = || Upload::of("a.csv", b"1").and("b.csv", b"2").program(|program| program.with_file("c.csv", b"3"));
    let forgotten = upload().directory("c.csv").options(["--create-dirs"]);
    IdleServer::listen().refuses(2, forgotten).says("REMOTEDIR forgotten?").says("c.csv/");

    let meant = Script::logged_in().expect("CWD c.csv/").reply("550 None").expect("MKD c.csv").reply("257 Made");
    let meant = meant.expect("CWD c.csv/").reply("250 There").binary().take("a.csv").no_size("a.csv");
    let meant = meant.take("b.csv").goodbye();
    meant.run(upload().directory("c.csv/").options(["--create-dirs"])).outcome.succeeds();

    // If the server refuses to enter the directory, the program gives the same advice.
    let refused = Script::logged_in().expect("CWD c.csv").reply("550 None").run(upload().directory("c.csv"));
    refused.outcome.fails(7).says("REMOTEDIR may be missing");
}

#[test]
fn a_directory_called_like_a_local_directory_or_like_nothing_is_not_taken_for_forgotten() {
    let folder = |program: Program| {
        std::fs::create_dir(program.path("inbox")).expect("a folder");
        program
    };
    for upload in [Upload::of_hello(), Upload::of_hello().program(folder)] {
        let script = Script::ready().take("hello.txt").and_all_is_well();
        script.run(upload.options(["--create-dirs"])).outcome.succeeds();
    }
}

#[test]
fn an_unreadable_file_is_exit_3() {
    let upload = Upload::of("secret.txt", b"x");
    let path = upload.path("secret.txt");
    std::fs::set_permissions(&path, Permissions::from_mode(0o000)).expect("permissions can be taken");
    let refused = if std::fs::File::open(&path).is_err() { upload } else { root_cannot_read_either() };
    IdleServer::listen().refuses(3, refused).mentions(&["permission", "denied"]);
}

#[test]
fn a_dangling_or_circular_link_is_exit_3() {
    for target in ["nowhere", "link"] {
        let link = |program: Program| {
            std::os::unix::fs::symlink(Path::new(target), program.path("link")).expect("a link");
            program
        };
        IdleServer::listen().refuses(3, Upload::of_nothing().program(link).argument_file("link")).says("link");
    }
}

/// Returns texts with a control byte in the middle or at the end. An argument cannot contain NUL.
fn controls(before: &str, after: &str) -> Vec<OsString> {
    let bytes = [b"\r\nDELE x".as_slice(), b"\n", b"\r", b"\x01", b"\t", b"\x1b[31m", b"\x1f", b"\x7f"];
    let inside = bytes.iter().map(|bytes| [before.as_bytes(), bytes, after.as_bytes()].concat());
    let texts = inside.chain([[before.as_bytes(), b"\n"].concat()]);
    texts.map(|text| OsStr::from_bytes(&text).to_owned()).collect()
}

/// An upload of a file that not even root can read: a kernel setting that can only be written.
fn root_cannot_read_either() -> Upload {
    Upload::of_nothing().argument_file("/proc/sys/vm/drop_caches")
}
