//! Ends of protected data connections, and replies on the control connection meanwhile.
//!
//! The rules are those of `hostile/transfers.rs`, and one more: the client sends close_notify only after the whole
//! file, so that a server that checks for it can detect a truncated file.

use std::sync::mpsc;
use std::time::Duration;

use rustix::process::Signal;
use test_servers::certificates::{Authority, Identity};

use crate::support::run::Run;
use crate::support::script::{Move, Script};
use crate::support::scripted_server::ScriptedServer;
use crate::support::server_log::{A_FEW_SECONDS, Ending};
use crate::support::tls_run::certified;
use crate::support::tls_server::Tls;
use crate::support::upload::{BIG, HELLO, Upload};

#[test]
fn a_server_that_ends_tcp_alone_after_the_last_byte_has_the_file() {
    for (authority, tls) in ways() {
        let tls = tls.without_close_notify();
        let taken = || Script::protected_and_ready(&tls).take_protected("hello.txt", &tls);
        for script in [taken().and_all_is_well(), taken().no_size("hello.txt").goodbye()] {
            let run = script.run_protected(Upload::of_hello().trusting(&authority));
            run.outcome.succeeds();
            run.server_log.stored(HELLO).resumed(1);
        }
    }
}

#[test]
fn a_server_that_ends_the_data_connection_in_mid_transfer_is_exit_8() {
    for (authority, tls) in ways() {
        for data in [tls.clone(), tls.clone().without_close_notify()] {
            for ending in [Move::CloseData, Move::ResetData] {
                let script = storing_big(&tls, &data).receive(1 << 20).then(ending).silence();
                let run = script.run_protected(Upload::of_big_file().trusting(&authority).timeout("1"));
                run.outcome.fails(8).mentions(&["partial"]).within(A_FEW_SECONDS);
            }
        }
    }
}

#[test]
fn a_cut_transfer_is_no_success_whatever_a_server_says() {
    for (authority, tls) in ways() {
        for data in [tls.clone(), tls.clone().without_close_notify()] {
            let script = storing_big(&tls, &data).receive(1 << 20).close_data().reply("226 Stored");
            let run = script.run_protected(Upload::of_big_file().trusting(&authority));
            run.outcome.claim(matches!(run.outcome.code, 8 | 9), "exit code 8 or 9").within(A_FEW_SECONDS);
        }
    }
}

#[test]
fn a_reason_given_in_mid_transfer_is_exit_8_with_it() {
    for (authority, tls) in ways() {
        let full = || storing_big(&tls, &tls).receive(1 << 20).reply("552 Disk quota exceeded");
        for script in [full(), full().close_data(), full().reset_data()] {
            let run = script.run_protected(Upload::of_big_file().trusting(&authority));
            run.outcome.fails(8).says("Disk quota exceeded").mentions(&["partial"]).within(A_FEW_SECONDS);
        }
        let late = storing_big(&tls, &tls).receive(1 << 20).reset_data().pause(300).reply("451 Cannot write");
        late.run_protected(Upload::of_big_file().trusting(&authority)).outcome.fails(8).says("Cannot write");
    }
}

#[test]
fn a_success_before_the_last_byte_is_exit_9_and_the_file_is_cut() {
    for (authority, tls) in ways() {
        let script = storing_big(&tls, &tls).receive(1 << 20).reply("226 Stored").silence();
        let run = script.run_protected(Upload::of_big_file().timeout("1").trusting(&authority));
        run.outcome.fails(9).within(A_FEW_SECONDS);
        cut(&run);
    }
}

#[test]
fn a_server_that_stops_reading_is_left_in_time_and_the_file_is_cut() {
    for (authority, tls) in ways() {
        let script = storing_big(&tls, &tls).receive(1 << 20).silence();
        let run = script.run_protected(Upload::of_big_file().trusting(&authority).timeout("1"));
        run.outcome.fails(8).not_before(Duration::from_millis(900)).within(A_FEW_SECONDS);
        cut(&run);
    }
}

#[test]
fn a_signal_in_mid_transfer_leaves_a_file_that_is_cut() {
    for (authority, tls) in ways() {
        for (signal, code) in [(Signal::INT, 130), (Signal::KILL, -9)] {
            let (told, hears) = mpsc::channel();
            let script = storing_big(&tls, &tls).receive(1 << 20).tell(told).silence();
            let server = ScriptedServer::start(script);
            let upload = Upload::of_big_file().trusting(&authority).options(["--tls", "explicit"]);
            let host = format!("localhost:{}", server.address().port());
            let program = upload.program(|program| program.signals("--default-signal")).at(host).start();
            hears.recv_timeout(A_FEW_SECONDS).expect("a transfer that began");
            program.signal(signal);
            let run = Run::end(program, server);
            run.outcome.exits(code).within(A_FEW_SECONDS);
            run.server_log.kept_its_secrets();
            cut(&run);
        }
    }
}

#[test]
fn a_file_that_shrinks_is_exit_3_and_what_was_sent_is_cut() {
    for (authority, tls) in ways() {
        let upload = Upload::of_big_file().trusting(&authority);
        let path = upload.path("big.bin");
        let shrink = move || {
            let file = std::fs::File::options().write(true).open(&path).expect("the local file");
            file.set_len(BIG / 2).expect("a shorter file");
        };
        let script = storing_big(&tls, &tls).receive(1 << 20).meanwhile(shrink).then(Move::ReceiveAll);
        let run = script.run_protected(upload);
        run.outcome.fails(3).within(A_FEW_SECONDS);
        cut(&run);
    }
}

#[test]
fn a_success_that_comes_before_the_data_connection_is_ended_counts() {
    for (authority, tls) in ways() {
        let script = Script::protected_storing("hello.txt", &tls).receive(6).reply("226 Stored").and_all_is_well();
        let run = script.run_protected(Upload::of_hello().trusting(&authority));
        run.outcome.succeeds().within(Duration::from_secs(4));
        run.server_log.stored(HELLO);
    }
}

#[test]
fn a_reset_after_the_last_byte_needs_a_size() {
    for (authority, tls) in ways() {
        let reset = || Script::protected_storing("hello.txt", &tls).receive(6).reset_data().reply("226 Stored");
        let upload = || Upload::of_hello().trusting(&authority);
        reset().no_size("hello.txt").run_protected(upload()).outcome.fails(10);
        reset().and_all_is_well().run_protected(upload()).outcome.succeeds().says("size confirmed");
    }
}

#[test]
fn half_a_record_in_mid_transfer_is_no_reply_yet() {
    for (authority, tls) in ways() {
        let script = storing_big(&tls, &tls).receive(1 << 20).then(Move::SendHalf(b"226 Stored\r\n".to_vec()));
        let script = script.pause(300).receive_all().then(Move::SendOtherHalf).tell_size("big.bin", BIG).goodbye();
        let run = script.run_protected(Upload::of_big_file().trusting(&authority));
        run.outcome.succeeds();
        run.server_log.stored(&vec![0; BIG as usize]);
    }
}

#[test]
fn records_that_say_nothing_do_not_disturb_a_transfer() {
    let (authority, identity) = certified();
    let tls = Tls::of(&identity);
    let mut script = storing_big(&tls, &tls);
    for _ in 0..8 {
        script = script.receive(1 << 20).then(Move::RefreshKeys).pause(20);
    }
    let script = script.receive_all().reply("226 Stored").tell_size("big.bin", BIG).goodbye();
    let run = script.run_protected(Upload::of_big_file().trusting(&authority));
    run.outcome.succeeds();
    run.server_log.stored(&vec![0; BIG as usize]).resumed(1);
}

#[test]
fn half_a_record_for_ever_does_not_keep_a_client() {
    for (authority, tls) in ways() {
        let script =
            storing_big(&tls, &tls).receive(1 << 20).then(Move::SendHalf(b"226 Stored\r\n".to_vec())).silence();
        let run = script.run_protected(Upload::of_big_file().trusting(&authority).timeout("1"));
        run.outcome.fails(8).not_before(Duration::from_millis(900)).within(A_FEW_SECONDS);
        cut(&run);
    }
}

#[test]
fn bytes_slipped_into_a_data_connection_end_it_and_the_file_is_cut() {
    for (authority, tls) in ways() {
        for slip in [&b"thank you\r\n"[..], b"\x17\x03\x03\x00\x20aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
            let script = storing_big(&tls, &tls).receive(1 << 20).then(Move::SlipInData(slip.to_vec())).receive_all();
            let run = script.silence().run_protected(Upload::of_big_file().trusting(&authority).timeout("2"));
            run.outcome.claim(matches!(run.outcome.code, 5 | 8), "exit code 5 or 8").fails(run.outcome.code);
            run.outcome.mentions(&["partial"]).within(A_FEW_SECONDS);
            cut(&run);
        }
    }
}

#[test]
fn a_server_that_sends_on_the_data_connection_does_no_harm() {
    for (authority, tls) in ways() {
        for size in [6, 200 << 10] {
            let script = Script::protected_storing("hello.txt", &tls).then(Move::SendData(vec![b'x'; size]));
            let script = script.receive_all().reply("226 Stored").and_all_is_well();
            let run = script.run_protected(Upload::of_hello().trusting(&authority));
            run.outcome.succeeds().within(A_FEW_SECONDS);
            run.server_log.stored(HELLO);
        }
    }
}

#[test]
fn a_slow_reader_is_no_failure_while_it_reads_what_is_protected() {
    for (authority, tls) in ways() {
        let content = vec![b'x'; 600 << 10];
        let slowly = Move::ReceiveSlowly(8 << 10, Duration::from_millis(60));
        let script = Script::protected_storing("tail.bin", &tls).then(slowly).reply("226 Stored");
        let script = script.tell_size("tail.bin", 600 << 10).goodbye();
        let run = script.run_protected(Upload::of("tail.bin", &content).trusting(&authority).timeout("2"));
        run.outcome.succeeds().not_before(Duration::from_secs(3));
        run.server_log.stored(&content);
    }
}

/// With TLS 1.3, session tickets arrive in such records on every data connection, at any time.
#[test]
fn records_that_say_nothing_do_not_hide_the_final_reply() {
    let (authority, identity) = certified();
    let tls = Tls::of(&identity);
    let script = Script::protected_storing("hello.txt", &tls).receive(6).pause(200).then(Move::RefreshDataKeys);
    let script = script.pause(200).reply("226 Stored").and_all_is_well();
    let run = script.run_protected(Upload::of_hello().trusting(&authority).timeout("10"));
    run.outcome.succeeds().within(Duration::from_secs(4));
    run.server_log.stored(HELLO);
}

#[test]
fn records_that_say_nothing_do_not_end_the_patience_with_a_slow_reader() {
    let (authority, identity) = certified();
    let tls = Tls::of(&identity);
    let content = vec![b'x'; 1200 << 10];
    let begun = Script::protected_storing("tail.bin", &tls).receive(8 << 10).pause(100).then(Move::RefreshDataKeys);
    let script = begun.then(Move::ReceiveSlowly(8 << 10, Duration::from_millis(60))).reply("226 Stored");
    let script = script.tell_size("tail.bin", 1200 << 10).goodbye();
    let run = script.run_protected(Upload::of("tail.bin", &content).trusting(&authority).timeout("4"));
    run.outcome.succeeds().not_before(Duration::from_secs(6));
    run.server_log.stored(&content);
}

#[test]
fn records_that_say_nothing_do_not_keep_a_client_for_ever() {
    let (authority, identity) = certified();
    let mut script = Script::protected_storing("hello.txt", &Tls::of(&identity)).receive(6);
    for _ in 0..30 {
        script = script.pause(100).then(Move::RefreshDataKeys);
    }
    let run = script.silence().run_protected(Upload::of_hello().trusting(&authority).timeout("1"));
    run.outcome.fails(10).not_before(Duration::from_millis(900)).within(Duration::from_millis(2900));
}

/// A server that is about to receive `big.bin`.
fn storing_big(control: &Tls, data: &Tls) -> Script {
    Script::protected_and_ready(control).passive().store("big.bin").secure_data(data)
}

/// Asserts that the server can tell from the end of the data connection that the file is not whole.
#[track_caller]
fn cut(run: &Run) {
    let ending = run.server_log.files.last().map(|file| file.ending);
    run.server_log.claim(matches!(ending, Some(Ending::Reset | Ending::Cut)), "a data connection that was cut");
}

/// A server with each version of TLS, and the authority that has issued its certificate.
fn ways() -> [(Authority, Tls); 2] {
    let made = |old: fn(Tls) -> Tls| {
        let (authority, identity): (Authority, Identity) = certified();
        (authority, old(Tls::of(&identity)))
    };
    [made(|tls| tls), made(Tls::old)]
}
