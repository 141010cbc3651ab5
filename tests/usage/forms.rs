//! The forms of a command line: HOST and USERNAME, a URL, `-t`, `--as`; and the first word that selects a command.

use std::net::SocketAddr;
use std::time::Duration;

use test_servers::Kind;

use crate::support::program::Program;
use crate::support::run::{IdleServer, Run};
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::upload::{HELLO, Upload};

/// Runs the upload of `hello.txt`, with words that name this server.
fn run(script: Script, options: &[&str], words: impl FnOnce(SocketAddr) -> Vec<String>) -> Run {
    let server = ScriptedServer::start(script);
    let words = words(server.address());
    Run::end(Upload::of_hello().options(options).with_words(words).start(), server)
}

/// A server that stores `hello.txt` in this directory.
fn stores_in(directory: &str) -> Script {
    let entered = Script::logged_in().expect(&format!("CWD {directory}")).reply("250 In it").binary();
    entered.take("hello.txt").and_all_is_well()
}

#[test]
fn a_url_before_or_after_the_file_names_server_user_and_directory() {
    for after in [true, false] {
        let run = run(stores_in("inbox"), &[], |server| {
            let (file, url) = ("hello.txt".to_owned(), format!("ftp://alice@{server}/inbox/"));
            if after { vec![file, url] } else { vec![url, file] }
        });
        run.outcome.succeeds().says("Stored hello.txt in inbox: 6 bytes");
        run.server_log.stored(HELLO);
    }
}

#[test]
fn the_path_of_a_url_is_relative_to_the_login_or_absolute_and_decoded() {
    for (path, entered) in
        [("/in%20box/b", "in box/b"), ("//srv/ftp/", "/srv/ftp"), ("/%2Fsrv", "/srv"), ("/a%25", "a%")]
    {
        let run =
            run(stores_in(entered), &[], |server| vec!["hello.txt".into(), format!("ftp://alice@{server}{path}")]);
        run.outcome.succeeds().says(&format!("Stored hello.txt in {entered}"));
    }
    let script = || Script::logged_in().binary().take("hello.txt").and_all_is_well();
    for path in ["", "/"] {
        let run = run(script(), &[], |server| vec!["hello.txt".into(), format!("FTP://alice@{server}{path}")]);
        run.outcome.succeeds().says("Stored hello.txt in .: ");
    }
}

#[test]
fn the_user_of_a_url_is_decoded() {
    let script = Script::greeted().expect("USER al:ice@example.org").reply("530 No");
    let words = |server| vec!["hello.txt".into(), format!("ftp://al%3Aice@example.org@{server}/inbox")];
    run(script, &[], words).outcome.fails(6).says("al:ice@example.org");
}

#[test]
fn a_real_server_stores_what_a_url_names() {
    let server = Kind::Libunftp.start().expect("the server in this process is never missing");
    let directory = server.upload_dir();
    let url = format!("ftp://{}@{}//{}", server.user, server.addr, directory.trim_start_matches('/'));
    let program = Upload::of_hello().without_password().with_words(["hello.txt", &url]);
    program.environment("FTP_PASSWORD", server.password).run().succeeds().says("Stored hello.txt in ");
    assert_eq!(server.stored("hello.txt"), HELLO);
}

#[test]
fn a_target_directory_leaves_all_words_after_the_user_to_the_files() {
    let words = |server: SocketAddr| vec![server.to_string(), "alice".into(), "hello.txt".into()];
    for options in [["-t", "inbox"], ["--target-directory", "inbox"]] {
        run(stores_in("inbox"), &options, words).outcome.succeeds().says("Stored hello.txt in inbox");
    }
    // A local file of that name is no sign of a forgotten directory.
    run(stores_in("hello.txt"), &["-t", "hello.txt"], words).outcome.succeeds();
}

#[test]
fn a_file_can_be_stored_under_another_name() {
    let as_today = |options: &[&str]| Upload::of_hello().options(["--as", "today.txt"]).options(options);
    let script = Script::ready().take("today.txt").tell_size("today.txt", 6).goodbye();
    let run = script.run(as_today(&[]));
    run.outcome.succeeds().says("Stored today.txt in inbox: 6 bytes");
    run.server_log.stored(HELLO);
    // Under a temporary name that is made from the new name.
    let temporary = "{temp:today.txt}";
    let script = Script::ready().can_rename("today.txt").take(temporary).tell_size(temporary, 6);
    let run = script.rename(temporary, "today.txt").goodbye().run(as_today(&["--atomic"]));
    run.outcome.succeeds();
}

#[test]
fn a_stream_can_be_stored_under_another_name() {
    let upload = Upload::of_nothing().options(["--from-stdin", "dump", "--as", "today.sql"]);
    let script = Script::ready().take("today.sql").tell_size("today.sql", 6).goodbye();
    let run = script.run(upload.program(|program| program.stdin(HELLO)));
    run.outcome.succeeds().says("Stored today.sql in inbox");
}

#[test]
fn another_name_is_for_one_file_and_is_no_path() {
    let named = |upload: Upload| upload.options(["--as", "x"]);
    IdleServer::listen().refuses(2, named(Upload::of_hello().and("two", b"2"))).says("--as");
    IdleServer::listen().refuses(2, named(Upload::of_hello().options(["--from-stdin", "s"]))).says("--as");
    IdleServer::listen().refuses(2, named(Upload::of_hello().options(["--unique"]))).says("--as");
    let folder = Upload::of_nothing().program(|program| {
        std::fs::create_dir(program.path("site")).expect("a folder");
        program
    });
    IdleServer::listen().refuses(2, named(folder.argument_file("site").options(["-r"]))).says("--as");
    for name in ["", "a/b", "..", "a\nDELE b"] {
        IdleServer::listen().refuses(2, Upload::of_hello().options(["--as", name])).mentions(&["nothing was sent"]);
    }
}

#[test]
fn places_that_contradict_each_other_are_exit_2_and_nothing_is_sent() {
    let refused = |options: &[&str], words: &[&str]| {
        let outcome = Upload::of_hello().options(options).with_words(words).run();
        outcome.fails(2).within(Duration::from_secs(3));
        outcome
    };
    refused(&["-t", "x"], &["hello.txt", "ftp://alice@127.0.0.1:1/inbox"]).says("--target-directory");
    refused(&[], &["hello.txt", "ftp://127.0.0.1:1/inbox"]).says("no user");
    refused(&[], &["ftp://127.0.0.1:1/inbox", "hello.txt"]).says("no user");
    refused(&[], &["ftp://alice@127.0.0.1:1/inbox"]).says("LOCALFILE is missing");
    refused(&["-t", "x"], &["127.0.0.1:1", "alice"]).says("LOCALFILE is missing");
    refused(&[], &["127.0.0.1:1", "alice", "hello.txt"]).says("LOCALFILE or REMOTEDIR is missing");
    refused(&[], &["hello.txt", "alice@127.0.0.1:inbox"]).says("scp").says("ftpes://USERNAME@HOST/REMOTEDIR");
    refused(&[], &["hello.txt", "ftp://alice@127.0.0.1:1/a%0ab"]).says("control byte");
    refused(&[], &["hello.txt", "ftp://a@127.0.0.1:1", "ftp://b@127.0.0.1:1"]).says("two URLs");
    refused(&[], &["hello.txt", "sftp://alice@127.0.0.1:1/inbox"]).says("SSH").says("another protocol");
    refused(&[], &["https://127.0.0.1:1", "alice", "hello.txt", "inbox"]).says("HTTPS");
    refused(&["-v"], &["sync", "alice", "hello.txt", "inbox"]).says("first word");
    refused(&["--explain", "json"], &["127.0.0.1:1", "alice", "hello.txt", "inbox"]).says("--explain=json");
}

#[test]
fn a_password_in_a_url_or_behind_the_user_is_exit_2_and_is_not_shown() {
    for words in [
        &["hello.txt", "ftp://alice:hunter2@127.0.0.1:1/inbox"][..],
        &["ftp://alice:hunter2@127.0.0.1:1/inbox", "hello.txt"],
        &["127.0.0.1:1", "alice:hunter2", "hello.txt", "inbox"],
    ] {
        for options in [&[][..], &["--verbose"], &["--explain"]] {
            let outcome = Upload::of_hello().options(options).with_words(words).run();
            outcome.fails(2).says("FTP_PASSWORD").says("--password-file").never_says("hunter2");
        }
    }
}

#[test]
fn sync_takes_a_url_and_refuses_the_options_for_single_files() {
    let server = Kind::Libunftp.start().expect("the server in this process is never missing");
    let directory = server.upload_dir();
    let url = format!("ftp://{}@{}//{}", server.user, server.addr, directory.trim_start_matches('/'));
    let program = |words: &[&str]| {
        let program = Program::new().arguments(words).environment("FTP_PASSWORD", server.password);
        std::fs::create_dir(program.path("site")).expect("a folder");
        program.with_file("site/hello.txt", HELLO)
    };
    program(&["sync", "--no-lock", "site", &url]).run().succeeds();
    assert_eq!(server.stored("hello.txt"), HELLO);
    for options in [["-t", "x"], ["--as", "x"], ["--files-from", "x"]] {
        let outcome = program(&[&["sync"], &options[..], &["site", &url]].concat()).run();
        outcome.fails(2).says("not of sync");
    }
}
