//! Every step of an upload, interrupted in every way: the program must report the right exit code and the reason in one
//! line, within a bounded time.
//!
//! Each row of the table is a conversation up to the point at which the client waits for the server.

use std::time::Duration;

use crate::support::run::Run;
use crate::support::script::{Move, Script};
use crate::support::server_log::A_FEW_SECONDS;
use crate::support::upload::{PASSWORD, Upload};

#[test]
fn a_connection_closed_at_any_step_is_told_in_one_line() {
    cut_everywhere(Script::close, Duration::ZERO);
}

#[test]
fn a_connection_reset_at_any_step_is_told_in_one_line() {
    cut_everywhere(Script::reset, Duration::ZERO);
}

#[test]
fn a_server_silent_at_any_step_is_left_in_time() {
    cut_everywhere(Script::silence, WAIT_LIMIT);
}

#[test]
fn a_server_that_dribbles_for_ever_is_left_in_time() {
    type Reply = &'static [u8];
    let dribbles: [(Script, Reply, i32); 5] = [
        (Script::new(), b"2", 4),
        (Script::greeted().expect("USER alice"), b"3", 4),
        (Script::logged_in().expect("CWD inbox"), b"2", 4),
        (Script::taken_hello(), b"2", 10),
        (Script::taken_hello(), b"226-\r\n", 10),
    ];
    for (script, piece, code) in dribbles {
        let script = script.then(Move::Flood(piece.to_vec(), Duration::from_millis(300)));
        let run = script.run(Upload::of_hello().timeout("2"));
        // The program may report a protocol error (9) before the timeout. It must not wait longer than the timeout.
        run.outcome.claim(run.outcome.code == code || run.outcome.code == 9, &format!("exit code {code} (or 9)"));
        run.outcome.fails(run.outcome.code).within(A_FEW_SECONDS);
    }
}

#[test]
fn preliminary_replies_do_not_prolong_the_wait_for_ever() {
    let script = Script::new().then(Move::Flood(b"120 Soon\r\n".to_vec(), Duration::from_millis(400)));
    let run = script.run(Upload::of_hello().timeout("1"));
    // If each preliminary reply started a new timeout, the wait would take 16 s, which is less than HARD_LIMIT.
    run.outcome.claim(matches!(run.outcome.code, 4 | 9), "exit code 4 or 9").within(Duration::from_secs(12));
}

/// Each step with the conversation up to it, and the exit code if the connection then breaks.
fn steps() -> Vec<(&'static str, Script, i32)> {
    let pass = format!("PASS {PASSWORD}");
    let old = || Script::ready().expect("EPSV").reply("500 No");
    let confirmed = || Script::storing("big.bin").receive_all().reply("226 Stored");
    vec![
        ("greeting", Script::new(), 4),
        ("half a greeting", Script::new().send("220-Wel"), 4),
        ("USER", Script::greeted().expect("USER alice"), 4),
        ("PASS", Script::greeted().expect("USER alice").reply("331 Go on").expect(&pass), 4),
        ("CWD", Script::logged_in().expect("CWD inbox"), 4),
        ("TYPE", Script::logged_in().expect("CWD inbox").reply("250 Done").expect("TYPE I"), 4),
        (
            "FEAT",
            Script::logged_in().expect("CWD inbox").reply("250 Done").expect("TYPE I").reply("200 Done").expect("FEAT"),
            4,
        ),
        ("EPSV", Script::ready().expect("EPSV"), 4),
        ("PASV", old().expect("PASV"), 4),
        ("STOR", Script::ready().passive().expect("STOR big.bin").then(Move::AcceptData), 8),
        ("mid-transfer", Script::storing("big.bin").receive(1 << 20), 8),
        ("final reply", Script::storing("big.bin").receive_all(), 10),
        ("half a final reply", Script::storing("big.bin").receive_all().send("226 Sto"), 10),
        ("SIZE", confirmed().expect("SIZE big.bin"), 10),
        ("QUIT", confirmed().no_size("big.bin").expect("QUIT"), 0),
    ]
}

/// Runs all steps in parallel, because the tests mostly wait.
fn cut_everywhere(cut: fn(Script) -> Script, patience: Duration) {
    std::thread::scope(|scope| {
        for (step, script, code) in steps() {
            let thread = std::thread::Builder::new().name(format!("cut at {step}"));
            let run = move || judge(&cut(script).run(Upload::of_big_file().timeout("2")), code, patience);
            thread.spawn_scoped(scope, run).expect("a thread");
        }
    });
}

fn judge(run: &Run, code: i32, patience: Duration) {
    let outcome = &run.outcome;
    if code == 0 {
        // Only QUIT is unanswered. The program waits for its reply for 2 s, and ignores a failure.
        outcome.succeeds().within(patience + A_FEW_SECONDS);
    } else {
        // The timeout applies to the step, not to each of its waits.
        outcome.fails(code).not_before(patience).within(patience + Duration::from_millis(1700));
    }
    if matches!(code, 8 | 10) {
        outcome.mentions(&["partial", "unknown", "may", "look", "check"]);
    }
}

/// The `--timeout` of every upload in the table.
const WAIT_LIMIT: Duration = Duration::from_secs(2);
