//! The progress on a terminal: the screen during a run, and the screen that remains.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::terminal::Terminal;
use crate::support::upload::{BIG, HELLO, PASSWORD, Upload};

/// File names of characters that take two columns each.
const WIDE: [&str; 2] = ["四半期報告書二〇二六年第四四半期最終版.csv", "🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀.txt"];

#[test]
fn after_thirty_files_only_finished_lines_remain() {
    let names: Vec<_> = (0..30).map(|number| format!("file{number:02}")).collect();
    let mut upload = Upload::of_nothing();
    let mut script = Script::ready();
    for name in &names {
        upload = upload.and(name, b"1");
        script = script.take(name).pause(15).tell_size(name, 1);
    }
    let server = ScriptedServer::start(script.goodbye());
    let Some(mut terminal) = Terminal::run(upload.to(server.address())) else { return };
    let code = terminal.wait();
    server.finish();
    let (lines, shown) = (terminal.lines(), terminal.shown());
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains(" of 30 files  "), "the progress was not drawn:\n{shown}");
    assert_eq!(lines.len(), 31, "{lines:#?}");
    for (line, name) in lines.iter().zip(&names) {
        let proof = ", size confirmed by the server";
        assert!(line.starts_with(&format!("Stored {name} in inbox: 1 bytes in ")) && line.ends_with(proof), "{line}");
    }
    let summary = lines.last().map(String::as_str).unwrap_or_default();
    assert!(summary.starts_with("30 files, 30 B in ") && summary.ends_with("; all verified by size"), "{summary}");
}

#[test]
fn after_a_retry_only_finished_lines_remain() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    let asked = || Script::ready().lacks("big.bin");
    let (broken, reached, go_on) = held(asked().passive().store("big.bin").receive(1 << 20));
    let broken = broken.reset_data().reply("451 Disk trouble").close();
    let second = asked().take("big.bin").tell_size("big.bin", BIG).goodbye();
    let server = ScriptedServer::listen(listener, vec![broken, second]);
    let program = Upload::of_big_file().retries_after("1", "1").to(server.address());
    let Some(mut terminal) = Terminal::run(program) else { return };
    reached.recv_timeout(Duration::from_secs(20)).expect("the file");
    terminal.wait_for_row(|row| row.starts_with("big.bin  [="));
    go_on.send(()).expect("a server that waits");
    terminal.wait_for_row(|row| row.starts_with("big.bin  retrying in 1s"));
    let code = terminal.wait();
    let lines = terminal.lines();
    assert_eq!(code, 0, "{lines:#?}");
    server.finish_all();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert!(lines[0].starts_with("Retrying in 1 s (1 of 1): "), "{lines:#?}");
    assert!(lines[1].starts_with("Stored big.bin in inbox: 33554432 bytes in "), "{lines:#?}");
}

#[test]
fn wide_names_fit_into_forty_columns() {
    let utf8 = Script::ready().expect("OPTS UTF8 ON").reply("200 UTF-8 on");
    let (script, reached, go_on) = held(utf8.take(WIDE[0]).tell_size(WIDE[0], 3).passive().store(WIDE[1]));
    let script = script.receive_all().reply("226 Stored").tell_size(WIDE[1], 2).goodbye();
    let server = ScriptedServer::start(script);
    let upload = WIDE
        .iter()
        .zip([&b"abc"[..], b"de"])
        .fold(Upload::of_nothing(), |upload, (name, content)| upload.and(OsStr::from_bytes(name.as_bytes()), content));
    let Some(mut terminal) = Terminal::run_on(upload.to(server.address()).environment("TERM", "xterm"), 40) else {
        return;
    };
    reached.recv_timeout(Duration::from_secs(20)).expect("the second file");
    terminal.wait_for_row(|row| row.starts_with("🚀") && row.contains('…'));
    // The stored line takes more than one row, and the two lines of progress one each.
    let rows = terminal.rows();
    assert!(rows[rows.len() - 2].contains("…🚀🚀🚀.txt  confirming  "), "{rows:#?}");
    assert!(rows[rows.len() - 1].starts_with("1 of 2 files  "), "{rows:#?}");
    go_on.send(()).expect("a server that waits");
    assert_eq!(terminal.wait(), 0, "{}", terminal.shown());
    server.finish();
    let lines = terminal.lines();
    // The emulator does not mark a row as wrapped if a wide character did not fit into its last column.
    let text = lines.concat();
    assert!(text.starts_with(&format!("Stored {} in inbox: 3 bytes in ", WIDE[0])), "{lines:#?}");
    assert!(text.contains(&format!("Stored {} in inbox: 2 bytes in ", WIDE[1])), "{lines:#?}");
    assert!(lines.last().is_some_and(|line| line.starts_with("2 files, 5 B in ")), "{lines:#?}");
    assert!(!text.contains('…') && !text.contains("1 of 2 files"), "{lines:#?}");
}

#[test]
fn a_resize_leaves_no_old_lines() {
    let (script, reached, go_on) = held(Script::ready().take("one").tell_size("one", 3).passive().store("big.bin"));
    let server = ScriptedServer::start(script.receive_all().reply("226 Stored").tell_size("big.bin", BIG).goodbye());
    let upload = Upload::of("one", b"abc").program(|program| program.with_zeros("big.bin", BIG));
    let program = upload.argument_file("big.bin").to(server.address()).environment("TERM", "xterm");
    let Some(mut terminal) = Terminal::run_on(program, 120) else { return };
    reached.recv_timeout(Duration::from_secs(20)).expect("the second file");
    for columns in [120, 40, 200, 20] {
        terminal.resize(columns);
        // The bar needs room; the percentage does not.
        let bar = columns >= 120;
        terminal.wait_for_row(|row| row.starts_with("big.bin") && row.contains('%') && row.contains('[') == bar);
        terminal.wait_for_row(|row| row.starts_with("1 of 2 files"));
        let rows = terminal.rows();
        assert_eq!(rows.iter().filter(|row| row.starts_with("big.bin")).count(), 1, "{rows:#?}");
        assert_eq!(rows.iter().filter(|row| row.starts_with("1 of 2 files")).count(), 1, "{rows:#?}");
    }
    terminal.resize(120);
    go_on.send(()).expect("a server that waits");
    assert_eq!(terminal.wait(), 0, "{}", terminal.shown());
    server.finish();
    let lines = terminal.lines();
    assert!(lines.iter().any(|line| line.starts_with("Stored big.bin in inbox: 33554432 bytes in ")), "{lines:#?}");
    assert!(lines.iter().any(|line| line.starts_with("2 files, 32.0 MiB in ")), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains('%') || line.contains("1 of 2 files")), "{lines:#?}");
}

#[test]
fn a_terminal_that_can_move_no_cursor_gets_plain_lines() {
    for term in [None, Some(""), Some("dumb")] {
        let server = ScriptedServer::start(Script::ready().take("hello.txt").and_all_is_well());
        let program = Upload::of_hello().to(server.address());
        let program = term.into_iter().fold(program, |program, term| program.environment("TERM", term));
        let Some(mut terminal) = Terminal::run_on(program, 80) else { return };
        assert_eq!(terminal.wait(), 0, "{}", terminal.shown());
        server.finish();
        let lines = terminal.lines();
        assert_eq!(lines[0], "Sent 6 of 6 bytes (100.0%)", "{term:?}");
        assert!(lines[1].starts_with("Stored hello.txt in inbox: 6 bytes in "), "{term:?}: {lines:#?}");
        assert!(lines.len() == 2 && !terminal.shown().contains('\x1b'), "{term:?}: {}", terminal.shown());
    }
}

#[test]
fn no_colour_is_used_and_the_bar_is_drawn_without() {
    let (script, reached, go_on) = held(Script::storing("big.bin"));
    let server = ScriptedServer::start(script.receive_all().reply("226 Stored").tell_size("big.bin", BIG).goodbye());
    let program = Upload::of_big_file().to(server.address()).environment("TERM", "xterm-256color");
    let Some(terminal) = Terminal::run_on(program.environment("NO_COLOR", "1"), 80) else { return };
    reached.recv_timeout(Duration::from_secs(20)).expect("the file");
    terminal.wait_for_row(|row| row.starts_with("big.bin  [=") && row.contains(" of 32.0 MiB  "));
    go_on.send(()).expect("a server that waits");
    let (code, shown) = terminal.end();
    server.finish();
    assert_eq!(code, 0, "{shown}");
    let sequences = shown.split('\x1b').skip(1).filter_map(|text| text.chars().find(char::is_ascii_alphabetic));
    let colours = sequences.filter(|end| *end == 'm').count();
    assert_eq!(colours, 0, "{shown:?}");
}

/// The server stops at each phase until its words are on the screen.
#[test]
fn each_phase_without_bytes_has_its_words() {
    let stop = |script: Script, words: &'static str, stops: &mut Vec<_>| {
        let (script, reached, go_on) = held(script);
        stops.push((words, reached, go_on));
        script
    };
    let mut stops = Vec::new();
    let script = stop(Script::new(), "waiting for the server", &mut stops).reply("220 Hello").expect("USER alice");
    let script = stop(script, "logging in", &mut stops).reply("331 Go on").expect(&format!("PASS {PASSWORD}"));
    let script = stop(script.reply("230 In").expect("CWD inbox"), "entering the directory", &mut stops);
    let script = script.reply("250 In").binary().passive().store("hello.txt").receive_all();
    let script = stop(script, "hello.txt  confirming", &mut stops).reply("226 Stored").expect("SIZE hello.txt");
    let script = stop(script, "hello.txt  verifying", &mut stops).reply("213 6").goodbye();
    let server = ScriptedServer::start(script);
    let Some(mut terminal) = Terminal::run(Upload::of_hello().timeout("30").to(server.address())) else { return };
    for (words, reached, go_on) in stops {
        reached.recv_timeout(Duration::from_secs(20)).expect(words);
        terminal.wait_for_row(|row| row.to_lowercase().starts_with(words));
        go_on.send(()).expect("a server that waits");
    }
    assert_eq!(terminal.wait(), 0, "{}", terminal.shown());
    server.finish();
    assert_eq!(terminal.lines().len(), 1, "{:#?}", terminal.lines());
}

#[test]
fn a_stall_has_no_speed_and_no_time_left() {
    let (script, reached, go_on) = held(Script::storing("big.bin"));
    let server = ScriptedServer::start(script.receive_all().reply("226 Stored").tell_size("big.bin", BIG).goodbye());
    let program = Upload::of_big_file().timeout("30").to(server.address());
    let Some(mut terminal) = Terminal::run(program) else { return };
    reached.recv_timeout(Duration::from_secs(20)).expect("the file");
    terminal.wait_for_row(|row| row.starts_with("big.bin") && row.ends_with("%  stalled"));
    go_on.send(()).expect("a server that waits");
    assert_eq!(terminal.wait(), 0, "{}", terminal.shown());
    server.finish();
    assert!(!terminal.shown().contains(" 0s left"), "{}", terminal.shown());
}

#[test]
fn an_interrupt_removes_the_lines_of_progress() {
    let (script, reached, go_on) = held(Script::storing("big.bin"));
    let server = ScriptedServer::start(script);
    let Some(mut terminal) = Terminal::run(Upload::of_big_file().to(server.address())) else { return };
    reached.recv_timeout(Duration::from_secs(20)).expect("the file");
    terminal.wait_for_row(|row| row.starts_with("big.bin") && row.contains('%'));
    terminal.types("\x03");
    assert_eq!(terminal.wait(), 130, "{}", terminal.shown());
    go_on.send(()).expect("a server that waits");
    server.finish();
    let lines = terminal.lines();
    assert!(lines.len() == 1 && lines[0].starts_with("ftp-uploader: big.bin: "), "{lines:#?}");
}

#[test]
fn a_stopped_terminal_delays_neither_an_upload_nor_its_end() {
    let (script, reached, go_on) = held(Script::storing("hello.txt"));
    let server = ScriptedServer::start(script.receive_all().reply("226 Stored").and_all_is_well());
    let Some(mut terminal) = Terminal::run(Upload::of_hello().to(server.address())) else { return };
    reached.recv_timeout(Duration::from_secs(20)).expect("the file");
    terminal.wait_for_row(|row| row.starts_with("hello.txt"));
    // Ctrl-S stops the output.
    terminal.types("\x13");
    std::thread::sleep(Duration::from_millis(300));
    let begun = Instant::now();
    go_on.send(()).expect("a server that waits");
    server.finish().stored(HELLO);
    assert!(begun.elapsed() < Duration::from_secs(1), "the upload took {:?}", begun.elapsed());
    assert_eq!(terminal.wait(), 0, "{}", terminal.shown());
    assert!(begun.elapsed() < Duration::from_secs(5), "the end took {:?}", begun.elapsed());
}

/// Returns the script with a stop at its end, a receiver that tells when it is reached, and the means to go on.
fn held(script: Script) -> (Script, Receiver<()>, Sender<()>) {
    let ((tell, reached), (go_on, wait)) = (channel(), channel::<()>());
    let pause = move || wait.recv_timeout(Duration::from_secs(20)).expect("a test that goes on");
    (script.tell(tell).meanwhile(pause), reached, go_on)
}
