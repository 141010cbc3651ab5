//! Logins that fail. Servers lock accounts after a few wrong passwords, so the program must not send a password
//! repeatedly. But a server that is full, misconfigured, or requires TLS uses the same reply codes.

use std::time::Duration;

use crate::support::runs::run_in_turn;
use crate::support::script::Script;
use crate::support::upload::{PASSWORD, Upload};

#[test]
fn a_password_that_is_answered_by_the_end_of_the_line_is_sent_once_more_at_most() {
    let ends: [fn(Script) -> Script; 6] = [
        Script::close,
        Script::reset,
        Script::silence,
        |script| script.reply("421 Too many failures").close(),
        |script| script.reply("421 Maximum number of attempts to log in").close(),
        |script| script.send("530 Login").close(),
    ];
    for end in ends {
        let run = run_in_turn([end(told()), end(told())], Upload::of_hello().retries("5").timeout("1"));
        run.outcome.fails(run.outcome.code).retried(1);
        run.outcome.claim(matches!(run.outcome.code, 4 | 6), "exit code 4 or 6");
    }
}

#[test]
fn a_server_that_turns_us_away_for_a_while_does_not_get_the_password_a_third_time() {
    let banned = || Script::new().close();
    let scripts = [told().close(), banned(), Script::greeted().expect("USER alice").close(), told().close()];
    run_in_turn(scripts, Upload::of_hello().retries("9")).outcome.fails(4).retried(3);
}

#[test]
fn a_password_that_is_refused_is_not_sent_again() {
    for answer in ["530 Login incorrect", "530 Not logged in", "430 Invalid", "500 Wrong"] {
        told().reply(answer).run(Upload::of_hello().retries("5")).outcome.fails(6).retried(0).says(&answer[4..]);
    }
}

#[test]
fn a_line_that_breaks_before_the_password_was_sent_is_tried_as_often_as_was_asked_for() {
    let asked = || Script::greeted().expect("USER alice").close();
    let run = run_in_turn([asked(), asked(), asked(), asked(), whole()], Upload::of_hello().retries("4"));
    run.outcome.succeeds().retried(4);
}

#[test]
fn a_login_that_worked_makes_up_for_one_that_did_not() {
    let lost = Script::ready().expect("EPSV").close();
    let last = Script::ready().take("hello.txt").and_all_is_well();
    let upload = Upload::of_hello().retries("2");
    run_in_turn([told().close(), lost, told().close(), last], upload).outcome.succeeds().retried(3);
}

#[test]
fn a_server_that_is_full_is_tried_again_later() {
    let words = [
        "530 Sorry, the maximum number of clients (1) for this user are already connected.",
        "530 Too many connections from your address",
        "421 There are too many connected users, please try later.",
    ];
    for answer in words {
        for full in [told(), Script::greeted().expect("USER alice"), Script::new()] {
            let run = run_in_turn([full.reply(answer).close(), whole()], Upload::of_hello().retries_after("2", "0.1"));
            run.outcome.succeeds().retried(1).says(&answer[4..30]).not_before(Duration::from_millis(700));
        }
    }
}

#[test]
fn a_server_that_is_always_full_is_not_said_to_refuse_the_password() {
    let full = || told().reply("530 Sorry, the maximum number of clients (1) are already connected.").close();
    let run = run_in_turn([full(), full(), full()], Upload::of_hello().retries("2"));
    run.outcome.fails(run.outcome.code).says("maximum number of clients").never_says("password may be wrong");
}

#[test]
fn a_server_whose_configuration_is_broken_is_not_said_to_refuse_the_password() {
    let oops = "500 OOPS: vsftpd: refusing to run with writable root inside chroot()";
    let run = told().reply(oops).run(Upload::of_hello().retries("3"));
    run.outcome.fails(6).retried(0).says("writable root").never_says("password may be wrong");
    run.outcome.mentions(&["configuration", "set up"]);
}

#[test]
fn a_server_that_wants_tls_is_left_at_once() {
    let words = "421 Sorry, cleartext sessions and weak ciphers are not accepted on this server.";
    for script in [Script::new(), Script::greeted().expect("USER alice"), told()] {
        let outcome = script.reply(words).close().run(Upload::of_hello().retries_after("3", "1")).outcome;
        outcome.fails(outcome.code).retried(0).says("cleartext sessions").mentions(&["--tls"]);
        outcome.within(Duration::from_secs(3));
    }
}

/// A server that has received the password.
fn told() -> Script {
    Script::greeted().expect("USER alice").reply("331 Password, please").expect(&format!("PASS {PASSWORD}"))
}

/// An upload that succeeds.
fn whole() -> Script {
    Script::ready().lacks("hello.txt").take("hello.txt").and_all_is_well()
}
