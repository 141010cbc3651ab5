//! Transfers: everything that can happen between 150 and the final reply, and the result that the program may report.
//!
//! The rule under test: exit code 0 only if the server has confirmed every byte. `interruptions.rs` interrupts every
//! step of an upload.

use std::time::Duration;

use crate::support::script::{Move, Script};
use crate::support::server_log::A_FEW_SECONDS;
use crate::support::upload::{BIG, HELLO, Upload};

#[test]
fn a_reason_given_in_mid_transfer_is_exit_8_with_the_words_of_the_server() {
    let full = || Script::storing("big.bin").receive(1 << 20).reply("552 Disk quota exceeded");
    for script in [full(), full().close_data(), full().reset_data()] {
        let run = script.run(Upload::of_big_file());
        run.outcome.fails(8).says("Disk quota exceeded").says("552").mentions(&["partial"]).within(A_FEW_SECONDS);
    }
}

#[test]
fn a_reason_that_follows_a_broken_data_connection_is_heard() {
    let cut = || Script::storing("big.bin").receive(1 << 20);
    for script in [cut().reset_data(), cut().close_data()] {
        let run = script.pause(300).reply("451 Cannot write").run(Upload::of_big_file());
        run.outcome.fails(8).says("Cannot write").mentions(&["partial"]);
    }
}

#[test]
fn a_data_connection_cut_without_a_reason_is_exit_8() {
    for last in [Move::ResetData, Move::CloseData] {
        let script = Script::storing("big.bin").receive(1 << 20).then(last).silence();
        let run = script.run(Upload::of_big_file().timeout("1"));
        run.outcome.fails(8).mentions(&["partial"]).within(A_FEW_SECONDS);
    }
}

#[test]
fn a_cut_transfer_is_no_success_whatever_the_server_says() {
    for last in [Move::ResetData, Move::CloseData] {
        let script = Script::storing("big.bin").receive(1 << 20).then(last).reply("226 Stored");
        let run = script.run(Upload::of_big_file());
        run.outcome.claim(matches!(run.outcome.code, 8 | 9), "exit code 8 or 9");
    }
}

#[test]
fn a_success_before_the_last_byte_is_exit_9() {
    let early = || Script::storing("big.bin").receive(1 << 20).reply("226 Stored");
    for script in [early().reset_data(), early().close_data()] {
        script.run(Upload::of_big_file()).outcome.fails(9).within(A_FEW_SECONDS);
    }
    let silent = early().silence().run(Upload::of_big_file().timeout("1"));
    silent.outcome.fails(9).within(A_FEW_SECONDS);
    silent.server_log.was_cut();

    let both = Script::ready().passive().expect("STOR big.bin").send("150 Send it\r\n226 Stored\r\n");
    let run = both.then(Move::AcceptData).silence().run(Upload::of_big_file().timeout("1"));
    run.outcome.fails(9).within(A_FEW_SECONDS);
    run.server_log.was_cut();

    let instead = Script::ready().passive().expect("STOR hello.txt").reply("226 Stored").run_hello();
    instead.outcome.fails(9);
    instead.server_log.stored_all(&[]);
}

#[test]
fn a_refusal_after_the_last_byte_is_exit_8() {
    let run = Script::taken_hello().reply("452 Disk full after all").run_hello();
    run.outcome.fails(8).says("Disk full after all").mentions(&["partial"]);
}

#[test]
fn a_late_success_is_waited_for() {
    let run = Script::taken_hello().pause(1500).reply("226 Stored").and_all_is_well().run_hello();
    run.outcome.succeeds().not_before(Duration::from_millis(1500));
    run.server_log.stored(HELLO);
}

#[test]
fn a_success_that_comes_before_the_data_connection_is_closed_counts() {
    let run = Script::storing("hello.txt").receive(6).reply("226 Stored").and_all_is_well().run_hello();
    run.outcome.succeeds().within(Duration::from_secs(4));
    run.server_log.stored(HELLO);
}

#[test]
fn a_success_that_never_comes_is_exit_10() {
    let run = Script::taken_hello().silence().run(Upload::of_hello().timeout("1"));
    run.outcome.fails(10).not_before(Duration::from_millis(900)).within(A_FEW_SECONDS);
    run.server_log.stored(HELLO);
}

#[test]
fn an_end_of_data_that_is_never_acknowledged_is_exit_10() {
    let run = Script::storing("hello.txt").receive(6).silence().run(Upload::of_hello().timeout("2"));
    // One timeout applies to the end of the data and the final reply together.
    run.outcome.fails(10).within(Duration::from_millis(3700));
}

#[test]
fn a_reset_after_the_last_byte_needs_a_size_to_be_a_success() {
    let reset = || Script::storing("hello.txt").receive(HELLO.len()).reset_data().reply("226 Stored");
    reset().no_size("hello.txt").run_hello().outcome.fails(10);
    reset().expect("SIZE hello.txt").reply("213 six").run_hello().outcome.fails(10);
    reset().tell_size_twice("hello.txt", 4).run_hello().outcome.fails(10);
    reset().and_all_is_well().run_hello().outcome.succeeds().says("size confirmed");
}

#[test]
fn a_reset_after_the_last_byte_and_a_refusal_are_told() {
    for (answer, code) in [("426 Transfer aborted", 10), ("425 Transfer aborted", 10), ("451 Transfer aborted", 8)] {
        let script = Script::storing("hello.txt").receive(HELLO.len()).reset_data().reply(answer);
        let script = if code == 10 { script.lacks("hello.txt") } else { script };
        script.run_hello().outcome.fails(code).says("Transfer aborted");
    }
}

#[test]
fn a_server_that_stops_reading_is_exit_8() {
    let run = Script::storing("big.bin").silence().run(Upload::of_big_file().timeout("1"));
    run.outcome.fails(8).not_before(Duration::from_millis(900)).within(A_FEW_SECONDS);
    run.server_log.was_cut();
}

#[test]
fn a_server_that_stops_reading_in_the_middle_is_exit_8() {
    let script = Script::storing("big.bin").receive(BIG as usize / 2).silence();
    let run = script.run(Upload::of_big_file().timeout("1"));
    run.outcome.fails(8).mentions(&["partial"]).within(A_FEW_SECONDS);
    run.server_log.was_cut();
}

#[test]
fn a_server_that_talks_but_does_not_read_is_left_in_time() {
    for (talk, code) in [(&b"1"[..], 8), (b"150-\r\n", 8), (b"150 Soon\r\n", 9)] {
        let talks = Move::Flood(talk.to_vec(), Duration::from_millis(300));
        let run = Script::storing("big.bin").then(talks).run(Upload::of_big_file().timeout("1"));
        run.outcome.claim([8, code].contains(&run.outcome.code), &format!("exit code 8 (or {code})"));
        run.outcome.within(A_FEW_SECONDS);
    }
}

#[test]
fn a_server_that_sends_on_the_data_connection_is_heard_on_the_other() {
    // RFC 959 does not provide for this, but it does no harm.
    let script = Script::storing("hello.txt").then(Move::SendData(b"thanks".to_vec()));
    let run = script.receive_all().reply("226 Stored").and_all_is_well().run_hello();
    run.outcome.succeeds();

    let script = Script::storing("hello.txt").then(Move::SendData(b"thanks".to_vec())).receive(6).reply("226 Stored");
    script.and_all_is_well().run_hello().outcome.succeeds().within(A_FEW_SECONDS);
}

#[test]
fn a_reset_after_the_last_byte_and_no_word_is_no_success() {
    let reset = || Script::storing("hello.txt").receive(HELLO.len()).reset_data();
    for script in [reset().close(), reset().reset(), reset().silence()] {
        let run = script.run(Upload::of_hello().timeout("1"));
        run.outcome.claim(matches!(run.outcome.code, 8 | 10), "exit code 8 or 10").within(A_FEW_SECONDS);
    }
}

#[test]
fn a_slow_reader_is_no_failure_while_it_reads() {
    let slowly = Move::ReceiveSlowly(64 << 10, Duration::from_millis(6));
    let script = Script::storing("big.bin").then(slowly).reply("226 Stored").tell_size("big.bin", BIG).goodbye();
    let run = script.run(Upload::of_big_file().timeout("1"));
    run.outcome.succeeds().not_before(Duration::from_secs(2));
    run.server_log.stored(&vec![0; BIG as usize]);
}

#[test]
fn a_slow_reader_is_no_failure_while_it_empties_the_buffers() {
    let content = vec![b'x'; 400 << 10];
    let slowly = Move::ReceiveSlowly(8 << 10, Duration::from_millis(60));
    let script = Script::storing("tail.bin").then(slowly).reply("226 Stored").tell_size("tail.bin", 400 << 10);
    let run = script.run(Upload::of("tail.bin", &content).timeout("1"));
    run.outcome.succeeds().not_before(Duration::from_secs(2));
    run.server_log.stored(&content);
}

#[test]
fn another_size_than_was_sent_is_exit_10() {
    for size in [0, 5, 7, u64::MAX] {
        let run = Script::taken_hello().reply("226 Stored").tell_size_twice("hello.txt", size).run_hello();
        run.outcome.fails(10).says(&size.to_string()).says("6");
    }
}

#[test]
fn a_size_that_makes_no_sense_is_no_failure() {
    let answers =
        ["213", "213 ", "213 six", "213 -6", "213 18446744073709551622", "213 0x6", "200 Fine", "213 \u{1b}[m"];
    for answer in answers {
        let script = Script::taken_hello().reply("226 Stored").expect("SIZE hello.txt").reply(answer).goodbye();
        let run = script.run_hello();
        run.outcome.succeeds().says(", confirmed by the server").never_says("size confirmed");
    }
}

#[test]
fn a_size_that_is_not_told_is_no_failure() {
    for answer in ["500 SIZE?", "502 Not here", "550 Not in this mode", "450 Busy"] {
        let script = Script::taken_hello().reply("226 Stored").expect("SIZE hello.txt").reply(answer).goodbye();
        script.run_hello().outcome.succeeds().says(", confirmed by the server");
    }
}

#[test]
fn an_empty_file_is_stored_and_confirmed() {
    let script = Script::ready().take("empty").tell_size("empty", 0).goodbye();
    let run = script.run(Upload::of("empty", b""));
    run.outcome.succeeds().says(": 0 bytes in ").says(", size confirmed");
    run.server_log.stored(b"");
}

#[test]
fn a_quit_that_is_never_answered_costs_two_seconds_at_most() {
    let run = Script::taken_hello().reply("226 Stored").tell_size("hello.txt", 6).expect("QUIT").silence().run_hello();
    run.outcome.succeeds().within(Duration::from_millis(3500));
}

#[test]
fn a_quit_that_is_answered_badly_is_no_failure() {
    let end = || Script::taken_hello().reply("226 Stored").tell_size("hello.txt", 6).expect("QUIT");
    end().reset().run_hello().outcome.succeeds();
    end().close().run_hello().outcome.succeeds();
    end().reply("500 Stay!").run_hello().outcome.succeeds();
    end().send("SSH-2.0-what\r\n").run_hello().outcome.succeeds();
    end().flood(b"221-never ending\r\n").run_hello().outcome.succeeds().within(A_FEW_SECONDS);
}
