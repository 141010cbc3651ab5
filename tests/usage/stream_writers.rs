//! Writers to the standard input of `--from-stdin` that are slow, fail or write nothing; and invalid names and inputs.
//!
//! `tests/delivery/streams.rs` tests the stream on its way to the server.

use std::fs::File;
use std::io::{PipeWriter, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::mpsc::channel;
use std::time::Duration;

use rustix::process::Signal;

use crate::support::run::{IdleServer, Run};
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::server_log::A_FEW_SECONDS;
use crate::support::sockets::reset;
use crate::support::upload::{HELLO, PASSWORD, Upload};

#[test]
fn a_writer_may_take_longer_than_the_server_may() {
    let (upload, mut writer) = written();
    let server = ScriptedServer::start(storing().receive_all().reply("226 Stored").tell_size("stream", 9).goodbye());
    let program = upload.timeout("1").to(server.address()).start();
    for piece in [&b"one"[..], b"two", b"six"] {
        std::thread::sleep(Duration::from_millis(1600));
        writer.write_all(piece).unwrap();
    }
    drop(writer);
    let run = Run::end(program, server);
    run.outcome.succeeds().not_before(Duration::from_millis(4800));
    run.server_log.stored(b"onetwosix");
}

#[test]
fn the_server_is_heard_while_the_writer_is_waited_for() {
    for (word, code) in [("421 Idle for too long", 8), ("426 Gone", 8)] {
        let (upload, writer) = written();
        let server = ScriptedServer::start(storing().pause(300).reply(word).close());
        let run = Run::end(upload.timeout("30").to(server.address()).start(), server);
        run.outcome.fails(code).says(&word[4..]).within(A_FEW_SECONDS);
        drop(writer);
    }
    let (upload, writer) = written();
    let server = ScriptedServer::start(storing().pause(300).close());
    let run = Run::end(upload.timeout("30").to(server.address()).start(), server);
    run.outcome.fails(8).within(A_FEW_SECONDS);
    drop(writer);
}

#[test]
fn a_data_connection_that_breaks_is_noticed_while_the_writer_is_waited_for() {
    let (upload, writer) = written();
    let server = ScriptedServer::start(storing().pause(300).reset_data().silence());
    let run = Run::end(upload.timeout("1").to(server.address()).start(), server);
    run.outcome.fails(8).within(A_FEW_SECONDS);
    drop(writer);
}

#[test]
fn the_time_for_all_of_it_ends_the_wait_for_a_writer() {
    let (upload, mut writer) = written();
    writer.write_all(b"some").unwrap();
    let server = ScriptedServer::start(storing().receive(4).silence());
    let run = Run::end(upload.options(["--max-time", "2"]).to(server.address()).start(), server);
    run.outcome.fails(8).says("--max-time").says("partial file may").within(A_FEW_SECONDS);
    run.server_log.was_cut();
    drop(writer);
}

#[test]
fn an_interrupt_ends_the_wait_for_a_writer() {
    for signal in [Signal::INT, Signal::TERM] {
        let ((upload, mut writer), (reached, told)) = (written(), channel());
        writer.write_all(b"some").unwrap();
        let server = ScriptedServer::start(storing().receive(4).tell(reached).silence());
        let program = upload.timeout("30").to(server.address()).signals("--default-signal").start();
        told.recv_timeout(Duration::from_secs(20)).expect("the transfer begins");
        std::thread::sleep(Duration::from_millis(200));
        program.signal(signal);
        let run = Run::end(program, server);
        run.outcome.fails(130).says("partial file may").within(A_FEW_SECONDS);
        run.server_log.was_cut();
        drop(writer);
    }
}

#[test]
fn a_writer_that_dies_looks_like_one_that_is_done() {
    let script = storing().receive_all().reply("226 Stored").tell_size("stream", 4).goodbye();
    let program = |program: crate::support::program::Program| program.redirected("< fifo");
    let upload = Upload::of_nothing().options(["--from-stdin", "stream"]).program(program);
    let fifo = upload.path("fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).expect("a named pipe");
    let server = ScriptedServer::start(script);
    let program = upload.to(server.address()).start();
    let shell = format!("printf some > '{}' && kill -9 $$", fifo.display());
    let mut writer = std::process::Command::new("sh").args(["-c", &shell]).spawn().expect("a shell");
    assert!(!writer.wait().unwrap().success());
    let run = Run::end(program, server);
    run.outcome.succeeds();
    run.server_log.stored(b"some");
}

#[test]
fn a_standard_input_that_cannot_be_read_to_its_end_is_exit_3_and_the_file_is_cut() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut writer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let reader = listener.accept().unwrap().0;
    writer.write_all(b"some").unwrap();
    let upload = streamed().program(|program| program.reading(reader)).retries("3");
    let script = storing_anew().receive(4).meanwhile(move || reset(writer)).receive_all().reply("426 Cut");
    let run = script.run(upload);
    run.outcome.fails(3).says("standard input").says("partial file may").retried(0);
    run.server_log.was_cut();
}

#[test]
fn a_name_that_no_file_can_have_is_exit_2() {
    for name in ["", ".", "..", "a/b", "/a", "a/", "a\r\nDELE b", "a\nb", "a\u{7f}b"] {
        let outcome = IdleServer::listen().refuses(2, Upload::of_nothing().options(["--from-stdin", name]));
        outcome.mentions(&["nothing was sent"]);
    }
    IdleServer::listen().refuses(2, streamed().and("stream", b"1"));
}

#[test]
fn an_option_that_a_stream_does_not_support_is_exit_2() {
    for options in [&["--resume"][..], &["--password-stdin"], &["--atomic", "--resume"]] {
        IdleServer::listen().refuses(2, streamed().options(options)).says("--from-stdin");
    }
}

#[test]
fn a_closed_standard_input_is_exit_2_and_an_empty_one_is_an_empty_file() {
    let redirected = |how: &str| streamed().program(|program| program.redirected(how));
    let outcome = IdleServer::listen().refuses(2, redirected("<&-"));
    outcome.says("standard input").says("closed");
    let script = Script::ready().take("stream").tell_size("stream", 0).goodbye();
    let run = script.run(redirected("</dev/null"));
    run.outcome.succeeds();
    run.server_log.stored(b"");
}

#[test]
fn a_standard_input_that_is_nothing_to_read_is_exit_3_before_anything_is_sent() {
    let outcome = IdleServer::listen().refuses(3, streamed().program(|program| program.redirected("< .")));
    outcome.says("standard input is a directory");
    let upload = streamed();
    let out = File::options().write(true).create(true).truncate(true).mode(0o600).open(upload.path("out")).unwrap();
    IdleServer::listen().refuses(3, upload.program(|program| program.reading(out))).says("standard input");
}

#[test]
fn a_regular_file_is_read_from_where_it_stands() {
    let upload = streamed().program(|program| program.with_file("local", b"ok hello\n"));
    let mut local = File::open(upload.path("local")).unwrap();
    std::io::Read::read_exact(&mut local, &mut [0; 3]).unwrap();
    let run = whole().run(upload.program(|program| program.reading(local)));
    run.outcome.succeeds();
    run.server_log.stored(HELLO);
}

#[test]
fn the_password_may_come_before_the_stream() {
    let input = [PASSWORD.as_bytes(), b"\n", HELLO].concat();
    let upload = streamed().without_password().options(["--password-fd", "0"]);
    let run = whole().run(upload.program(|program| program.stdin(input)));
    run.outcome.succeeds();
    run.server_log.stored(HELLO);
}

fn streamed() -> Upload {
    Upload::of_nothing().options(["--from-stdin", "stream"])
}

/// Returns an upload, and the write end of its standard input.
fn written() -> (Upload, PipeWriter) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    (streamed().program(|program| program.reading(reader)), writer)
}

fn storing() -> Script {
    Script::storing("stream")
}

/// The same for an upload that may be tried again.
fn storing_anew() -> Script {
    Script::ready().lacks("stream").passive().store("stream")
}

fn whole() -> Script {
    Script::ready().take("stream").tell_size("stream", 6).goodbye()
}
