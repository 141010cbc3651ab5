//! The output during an upload: progress, the conversation, or nothing; and output streams that accept no bytes.
//!
//! The output is a pipe here. `terminal.rs` tests a terminal.

use std::io::{PipeReader, PipeWriter, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::program::{Program, code_of};
use crate::support::run::Run;
use crate::support::runs::run_in_turn;
use crate::support::script::{Move, Script};
use crate::support::scripted_server::ScriptedServer;
use crate::support::upload::{BIG, HELLO, Upload};

#[test]
fn progress_is_told_once_a_second_and_at_the_end() {
    let slowly = Move::ReceiveSlowly(64 << 10, Duration::from_millis(6));
    let script = Script::storing("big.bin").then(slowly).reply("226 Stored").tell_size("big.bin", BIG).goodbye();
    let run = script.run(Upload::of_big_file());
    let lines: Vec<&str> = run.outcome.stderr.lines().filter(|line| line.starts_with("Sent ")).collect();
    let seconds = usize::try_from(run.outcome.took.as_secs()).expect("a short time");
    run.outcome.claim((3..=seconds + 2).contains(&lines.len()), "a line each second");
    run.outcome.claim(lines.last() == Some(&"Sent 33554432 of 33554432 bytes (100.0%)"), "the last line");
    for line in &lines {
        let sent = line["Sent ".len()..].split(' ').next().and_then(|sent| sent.parse::<u64>().ok());
        let tenths = |sent| sent * 1000 / BIG;
        let percent = |sent| format!("{}.{}%", tenths(sent) / 10, tenths(sent) % 10);
        let expected = sent.map(|sent| format!("Sent {sent} of {BIG} bytes ({})", percent(sent)));
        run.outcome.claim(expected.as_deref() == Some(line), "N of M and the percent with one decimal");
    }
    run.outcome.claim(lines.iter().rev().skip(1).all(|line| !line.contains("100.0%")), "100% at the end only");
}

#[test]
fn a_small_file_has_one_line_of_progress() {
    let run = Script::ready().take("hello.txt").and_all_is_well().run_hello();
    let expected = "Sent 6 of 6 bytes (100.0%)\nStored hello.txt in inbox: 6 bytes in ";
    run.outcome.claim(run.outcome.stderr.starts_with(expected), expected);
    run.outcome.claim(run.outcome.stderr.lines().count() == 2, "two lines");
}

#[test]
fn an_empty_file_is_wholly_sent() {
    let run = Script::ready().take("empty").tell_size("empty", 0).goodbye().run(Upload::of("empty", b""));
    run.outcome.succeeds().says("Sent 0 of 0 bytes (100.0%)\n");
}

#[test]
fn several_files_that_take_no_second_have_a_line_each_and_a_summary() {
    let script = Script::ready().take("one").tell_size("one", 1).take("two").no_size("two").goodbye();
    let run = script.run(Upload::of("one", b"1").and("two", b"22"));
    let lines: Vec<&str> = run.outcome.succeeds().stderr.lines().collect();
    run.outcome.claim(lines.len() == 3, "three lines");
    run.outcome.claim(lines[0].starts_with("Stored one in inbox: 1 bytes in "), "the first file");
    run.outcome.claim(lines[1].starts_with("Stored two in inbox: 2 bytes in "), "the second file");
    run.outcome.claim(lines[2].starts_with("2 files, 3 B in "), "the summary");
    run.outcome.claim(lines[2].ends_with("; 1 verified by size, 1 confirmed without verification"), "the proofs");
}

#[test]
fn several_files_have_one_line_a_second_for_all_of_them() {
    let slowly = || Move::ReceiveSlowly(64 << 10, Duration::from_millis(3));
    let script = Script::storing("big.bin").then(slowly()).reply("226 Stored").tell_size("big.bin", BIG);
    let script = script.passive().store("zeros").then(slowly()).reply("226 Stored").tell_size("zeros", BIG).goodbye();
    let upload = Upload::of_big_file().program(|program| program.with_zeros("zeros", BIG)).argument_file("zeros");
    let run = script.run(upload);
    let lines: Vec<&str> = run.outcome.succeeds().stderr.lines().filter(|line| line.starts_with("Sent ")).collect();
    let seconds = usize::try_from(run.outcome.took.as_secs()).expect("a short time");
    run.outcome.claim((1..=seconds).contains(&lines.len()), "a line each second");
    for line in lines {
        // On a slow machine, a line may be due at the moment at which the second file is stored.
        let counts = (0..=2).any(|stored| line.starts_with(&format!("Sent {stored} of 2 files, ")));
        run.outcome.claim(counts && line.contains(" of 67108864 bytes ("), "files and bytes");
    }
}

#[test]
fn the_summary_counts_failed_files() {
    let script = Script::ready().lacks("one").passive().expect("STOR one").reply("553 No");
    let run = script.take("two").tell_size("two", 2).goodbye().run(Upload::of("one", b"1").and("two", b"22"));
    let last = run.outcome.exits(7).stderr.lines().last().unwrap_or_default();
    run.outcome.claim(last.starts_with("ftp-uploader: 1 of 2 files stored, 2 B in "), "the files that are stored");
    run.outcome.claim(last.ends_with("; all verified by size; 1 failed."), "the file that is not");
}

#[test]
fn quiet_says_nothing_but_errors() {
    for option in ["--quiet", "-q"] {
        let upload = || Upload::of_hello().options([option]);
        let run = Script::ready().take("hello.txt").and_all_is_well().run(upload());
        run.outcome.exits(0).claim(run.outcome.stderr.is_empty(), "silence");
        let run = Script::logged_in().expect("CWD inbox").reply("550 No inbox").run(upload());
        run.outcome.fails(7).claim(run.outcome.stderr.lines().count() == 1, "one line");
    }
}

#[test]
fn quiet_does_not_silence_warnings_and_notes() {
    let refused = Script::ready().take("hello.txt").tell_size("hello.txt", 6);
    let refused = refused.expect("SITE CHMOD 640 hello.txt").reply("502 SITE?").goodbye();
    let run = refused.run(Upload::of_hello().options(["--quiet", "--chmod", "640"]));
    run.outcome.succeeds().says("Note: the permissions of hello.txt were not set").never_says("Stored");

    let temporary = "{temp:hello.txt}";
    let lost = Script::ready().can_rename("hello.txt").passive().store(temporary).receive(3).reset_data().close();
    let run = lost.run(Upload::of_hello().options(["--quiet", "--atomic"]));
    run.outcome.says("It, or a part of it, may be on the server as .hello.txt.").never_says("Retrying");
}

#[test]
fn the_words_of_a_server_are_quoted_whole_in_lines_that_go_on() {
    let words = "450 Locked by Dr. No. Ask St. Peter";
    let locked = Script::ready().lacks("hello.txt").passive().expect("STOR hello.txt").reply(words);
    let locked = locked.expect("QUIT").reply("221 Bye").close();
    let stored = Script::ready().take("hello.txt").tell_size("hello.txt", 6);
    let stored = stored.expect("SITE CHMOD 640 hello.txt").reply("550 Not at St. Peter's. Sorry").goodbye();
    let run = run_in_turn([locked, stored], Upload::of_hello().options(["--chmod", "640"]).retries("1"));
    run.outcome
        .succeeds()
        .says("(1 of 1): the server refused to store the file (450 \"Locked by Dr. No. Ask St. Peter\")\n");
    run.outcome
        .says("were not set: the server refused to set the file's attributes (550 \"Not at St. Peter's. Sorry\").\n");
}

#[test]
fn verbose_shows_the_conversation_with_the_password_masked() {
    for option in ["--verbose", "-v"] {
        let script = Script::new().send("220-Hello\r\n and\x1b[31m\r\n220 welcome\r\n").expect("USER alice");
        let script = script.reply("331 Password").then(Move::ExpectAny).reply("230 In").expect("CWD inbox");
        let script = script.reply("250 Done").binary().take("hello.txt");
        let run = script.and_all_is_well().run(Upload::of_hello().options([option]));
        run.outcome.succeeds().says("> USER alice\n").says("< 331 Password\n").says("> PASS ****\n");
        for line in
            ["> CWD inbox\n", "> TYPE I\n", "> FEAT\n", "> EPSV\n", "< 229 ", "> STOR hello.txt\n", "< 226 Stored\n"]
        {
            run.outcome.says(line);
        }
        run.outcome.says("220 welcome").says("> SIZE hello.txt\n").says("< 213 6\n").says("> QUIT\n");
    }
}

#[test]
fn the_length_of_the_password_is_not_shown() {
    let upload = || Upload::of_hello().without_password().options(["-v"]);
    for secret in ["x", "a much longer password than that"] {
        let script = Script::greeted().expect("USER alice").reply("331 Go on").then(Move::ExpectAny).reply("530 No");
        let run = script.run(upload().program(|program| program.environment("FTP_PASSWORD", secret)));
        run.outcome.fails(6).says("> PASS ****\n");
    }
}

#[test]
fn an_upload_succeeds_when_nobody_can_hear_of_it() {
    for redirections in ["2>&-", "2>/dev/full", ">&-", ">&- 2>&- <&-", ">/dev/full 2>/dev/full"] {
        for options in [&[][..], &["--verbose"][..]] {
            let script = Script::ready().take("hello.txt").and_all_is_well();
            let upload = Upload::of_hello().options(options).program(|program| program.redirected(redirections));
            let run = script.run(upload);
            run.outcome.exits(0);
            run.server_log.stored(HELLO);
        }
    }
}

#[test]
fn an_upload_succeeds_when_its_reader_goes_away() {
    let server = ScriptedServer::start(Script::ready().take("hello.txt").and_all_is_well());
    let program = Upload::of_hello().options(["--verbose"]).to(server.address());
    let mut child = program.command().stdin(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts");
    drop(child.stderr.take());
    let server_log = server.finish();
    server_log.claim(server_log.mismatch.is_none(), "a program that goes on").stored(HELLO);
    assert_eq!(code_of(child.wait().expect("the program ends")), 0);
}

/// The pipe stays full, as with a reader that hangs.
#[test]
fn a_full_stderr_holds_up_neither_an_upload_nor_its_end() {
    let uploads: [(fn() -> Script, i32); 2] = [
        (|| Script::ready().take("hello.txt").and_all_is_well(), 0),
        (|| Script::logged_in().expect("CWD inbox").reply("550 No inbox"), 7),
    ];
    for ((script, code), options) in uploads.into_iter().flat_map(|upload| [(upload, &[][..]), (upload, &["-v"])]) {
        let server = ScriptedServer::start(script());
        let program = Upload::of_hello().options(options).to(server.address());
        let (_unread, full) = full_pipe();
        let began = Instant::now();
        let mut child = program.command().stdin(Stdio::null()).stderr(full).spawn().expect("the program starts");
        let server_log = server.finish();
        server_log.claim(server_log.mismatch.is_none(), "a program that goes on");
        let ended = child.wait().expect("the program ends");
        assert_eq!(code_of(ended), code, "{options:?}");
        assert!(began.elapsed() < Duration::from_secs(5), "{options:?}: {:?}", began.elapsed());
    }
}

#[test]
fn lines_that_nobody_read_in_time_are_counted() {
    let (reached, wait) = std::sync::mpsc::channel();
    let (unread, full) = full_pipe();
    let script = Script::logged_in().expect("CWD inbox").tell(reached).pause(500).reply("550 No inbox");
    let server = ScriptedServer::start(script);
    let program = Upload::of_hello().options(["-v"]).to(server.address());
    let mut child = program.command().stdin(Stdio::null()).stderr(full).spawn().expect("the program starts");
    wait.recv_timeout(Duration::from_secs(20)).expect("the program logs in");
    let heard = std::thread::spawn(move || std::io::read_to_string(unread));
    assert_eq!(code_of(child.wait().expect("the program ends")), 7);
    server.finish();
    let heard = heard.join().expect("a reader").expect("text");
    let heard = heard.trim_start_matches('x');
    assert!(heard.starts_with("Note: ") && heard.contains(" lines were left out here"), "{heard}");
    assert!(heard.contains("< 550 No inbox\n") && heard.contains("ftp-uploader: "), "{heard}");
}

/// Returns a pipe whose buffer is full.
fn full_pipe() -> (PipeReader, PipeWriter) {
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    rustix::io::ioctl_fionbio(&writer, true).expect("a pipe that does not wait");
    while writer.write(&[b'x'; 4096]).is_ok() {}
    rustix::io::ioctl_fionbio(&writer, false).expect("a pipe that waits");
    (reader, writer)
}

#[test]
fn a_failure_keeps_its_exit_code_when_nobody_can_hear_of_it() {
    for redirections in ["2>&-", "2>/dev/full"] {
        let upload = Upload::of_hello().program(|program| program.redirected(redirections));
        Script::logged_in().expect("CWD inbox").reply("550 No inbox").run(upload).outcome.exits(7);
    }
}

#[test]
fn help_for_a_full_or_closed_output_does_not_panic() {
    for redirections in [">/dev/full", ">&-", ">/dev/full 2>/dev/full", ">&- 2>&-"] {
        for option in ["--help", "--version"] {
            let outcome = Program::new().arguments([option]).redirected(redirections).run();
            outcome.claim((0..100).contains(&outcome.code), "no panic (101) and no signal");
        }
    }
}

#[test]
fn the_password_is_not_among_the_arguments_of_the_running_program() {
    let (reached, wait) = std::sync::mpsc::channel();
    let script = Script::greeted().expect("USER alice").tell(reached).pause(300);
    let server = ScriptedServer::start(script.reply("530 No"));
    let program = Upload::of_hello().to(server.address()).start();
    wait.recv_timeout(Duration::from_secs(20)).expect("the program logs in");
    let arguments = std::fs::read(format!("/proc/{}/cmdline", program.id())).unwrap_or_default();
    let arguments = String::from_utf8_lossy(&arguments).into_owned();
    let run = Run::end(program, server);
    run.outcome.fails(6).claim(!arguments.contains(crate::support::upload::PASSWORD), "arguments without the password");
}
