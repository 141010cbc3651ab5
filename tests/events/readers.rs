//! Readers of standard output that stop, go away, are slow, or were never there. None of them holds up an upload for
//! ever, or changes its exit code.

use std::io::{PipeReader, PipeWriter, Read, Write};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::support::events::Events;
use crate::support::many_files::ManyFiles;
use crate::support::program::{Program, code_of};
use crate::support::quirky_server::QuirkyServer;
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::upload::{HELLO, Upload};

/// The number of files whose events need more space than the memory for events and the pipe have together.
const MANY: usize = 1500;

/// The longest time of an upload whose reader takes nothing: the wait of one event, the wait at the end, and the upload.
const LIMIT: Duration = Duration::from_secs(30);

#[test]
fn a_reader_that_takes_nothing_holds_up_neither_an_upload_nor_its_end() {
    let uploads: [(fn() -> Script, i32); 2] = [
        (|| Script::ready().take("hello.txt").and_all_is_well(), 0),
        (|| Script::logged_in().expect("CWD inbox").reply("550 No inbox"), 7),
    ];
    for (script, code) in uploads {
        let server = ScriptedServer::start(script());
        let program = Upload::of_hello().options(["--json"]).to(server.address());
        let (_unread, full) = full_pipe();
        let began = Instant::now();
        let mut child = start(&program, full);
        let server_log = server.finish();
        server_log.claim(server_log.mismatch.is_none(), "a program that goes on");
        assert_eq!(code_of(child.wait().expect("the program ends")), code);
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    }
}

#[test]
fn many_events_that_nobody_reads_are_left_out_and_all_files_are_stored() {
    let (server, files) = (QuirkyServer::start([]), ManyFiles::new(MANY, 10));
    let program = files.upload_as_tree("4").options(["--json"]).to(server.address());
    let (_unread, full) = full_pipe();
    let began = Instant::now();
    let mut child = start(&program, full);
    assert_eq!(code_of(child.wait().expect("the program ends")), 0);
    assert!(began.elapsed() < LIMIT, "{:?}", began.elapsed());
    assert_eq!(server.files().len(), MANY);
}

#[test]
fn a_reader_that_goes_on_after_a_while_is_told_how_many_events_it_has_missed() {
    let (server, files) = (QuirkyServer::start([]), ManyFiles::new(MANY, 10));
    let program = files.upload_as_tree("4").options(["--json"]).to(server.address());
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    let began = Instant::now();
    let mut child = start(&program, writer);
    // So many files that the memory for events is full.
    while server.files().len() < MANY - 20 && began.elapsed() < LIMIT {
        std::thread::sleep(Duration::from_millis(50));
    }
    let text = read_all(&mut reader);
    assert_eq!(code_of(child.wait().expect("the program ends")), 0);
    let events = Events::read(&text);
    let dropped = events.named("dropped").iter().map(|event| event["events"].as_u64().expect("a number")).sum::<u64>();
    assert_eq!(events.summary()["dropped_events"], dropped);
    assert!(dropped > 0, "{} events", events.0.len());
    assert_eq!(events.summary()["stored"], MANY);
    assert!(events.named("stored").len() < MANY);
}

#[test]
fn a_slow_reader_gets_every_event() {
    let (server, files) = (QuirkyServer::start([]), ManyFiles::new(MANY, 10));
    let program = files.upload_as_tree("4").options(["--json"]).to(server.address());
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    let mut child = start(&program, writer);
    let (mut text, mut piece) = (Vec::new(), [0; 8192]);
    while let Ok(count @ 1..) = reader.read(&mut piece) {
        text.extend_from_slice(&piece[..count]);
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(code_of(child.wait().expect("the program ends")), 0);
    let events = Events::read(std::str::from_utf8(&text).expect("ASCII"));
    assert_eq!(events.summary()["dropped_events"], 0);
    assert_eq!(events.named("stored").len(), MANY);
}

#[test]
fn an_upload_succeeds_when_the_reader_of_its_events_goes_away() {
    let server = ScriptedServer::start(Script::ready().take("hello.txt").and_all_is_well());
    let program = Upload::of_hello().options(["--json"]).to(server.address());
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let mut child = start(&program, writer);
    drop(reader);
    let server_log = server.finish();
    server_log.claim(server_log.mismatch.is_none(), "a program that goes on").stored(HELLO);
    assert_eq!(code_of(child.wait().expect("the program ends")), 0);
}

#[test]
fn an_upload_succeeds_without_a_place_for_its_events() {
    for redirections in [">&-", ">/dev/full", ">&- 2>&- <&-", ">/dev/null"] {
        let script = Script::ready().take("hello.txt").and_all_is_well();
        let upload = Upload::of_hello().options(["--json"]).program(|program| program.redirected(redirections));
        let run = script.run(upload);
        run.outcome.exits(0);
        run.server_log.stored(HELLO);
    }
}

/// Starts the program with this standard output, of which the test keeps no copy.
fn start(program: &Program, output: PipeWriter) -> Child {
    program.command().stdin(Stdio::null()).stdout(output).stderr(Stdio::null()).spawn().expect("the program starts")
}

fn read_all(reader: &mut PipeReader) -> String {
    let mut text = String::new();
    reader.read_to_string(&mut text).expect("text");
    text
}

/// Returns a pipe whose buffer is full.
fn full_pipe() -> (PipeReader, PipeWriter) {
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    rustix::io::ioctl_fionbio(&writer, true).expect("a pipe that does not wait");
    while writer.write(&[b'x'; 4096]).is_ok() {}
    rustix::io::ioctl_fionbio(&writer, false).expect("a pipe that waits");
    (reader, writer)
}
