//! Servers that send more replies than there were commands. A reply that arrived before a command was sent cannot be
//! the reply to that command.
//!
//! The program closes such a connection and continues on a new one.

use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use test_servers::Kind;

use crate::support::program::Program;
use crate::support::runs::run_in_turn;
use crate::support::script::Script;
use crate::support::tls_run::certified;
use crate::support::tls_server::Tls;
use crate::support::upload::{HELLO, Upload};

/// The last replies of a server with several processes, each of which reports the failure. vsftpd sends such replies if
/// it has no free port.
const LAST_WORDS: &str = "500 OOPS: no port to be had\r\n500 OOPS: priv_sock_get_cmd\r\n";

#[test]
fn the_second_line_of_a_dying_server_does_not_answer_the_next_question() {
    let dying = Script::ready().lacks("hello.txt").expect("EPSV").send(LAST_WORDS).close();
    let run =
        run_in_turn([dying, Script::ready().take("hello.txt").and_all_is_well()], Upload::of_hello().retries("1"));
    run.outcome.succeeds().retried(1).says("no port to be had");
    run.stored_last(HELLO);
    // The server has not refused EPSV itself, so the program must not fall back to PASV.
    let died = Script::ready().expect("EPSV").send(LAST_WORDS).close().run_hello();
    died.outcome.fails(4).says("OOPS: no port to be had");
    died.server_log.last_command("EPSV");
}

#[test]
fn a_server_that_refuses_twice_and_hangs_up_is_lost_and_not_refusing() {
    for words in ["500 Broken\r\n500 Down\r\n", "425 Broken\r\n425 Down\r\n", "500 Broken\r\n500-Do"] {
        let dying = || Script::ready().expect("EPSV").send(words);
        for script in [dying().close(), dying().silence()] {
            let run = script.run_hello();
            run.outcome.fails(4).says("opening a data connection");
            run.server_log.last_command("EPSV");
        }
    }
}

#[test]
fn success_said_twice_costs_a_new_connection_and_no_file() {
    let twice =
        |script: Script, name: &str| script.passive().store(name).receive_all().send("226 Stored\r\n226 Stored\r\n");
    let scripts = [
        twice(Script::ready().lacks("one"), "one"),
        Script::ready().tell_size_twice("one", 1).lacks("two").take("two").tell_size("two", 2).goodbye(),
    ];
    let run = run_in_turn(scripts, Upload::of("one", b"1").and("two", b"22").retries("2"));
    run.outcome.succeeds().says("Stored one in inbox: 1 bytes").says("Stored two in inbox: 2 bytes");
}

#[test]
fn a_late_answer_to_epsv_behind_pasv_costs_a_new_connection_and_no_file() {
    let shifted = Script::ready().lacks("hello.txt").expect("EPSV").reply("200 Fine").expect("PASV");
    let shifted = shifted.reply("229 Entering Extended Passive Mode (|||50000|)").silence();
    let scripts = [shifted, Script::ready().take("hello.txt").and_all_is_well()];
    let run = run_in_turn(scripts, Upload::of_hello().retries("1"));
    run.outcome.succeeds();
    run.stored_last(HELLO);
}

/// The second positive reply arrives when the next command has already been sent.
#[test]
fn the_end_of_a_transfer_is_not_taken_for_the_answer_to_another_question() {
    let late = Script::ready().take("one").expect("SIZE one").reply("226 Stored").reply("213 1").silence();
    let again = Script::ready().tell_size_twice("one", 1).lacks("two").take("two").tell_size("two", 2).goodbye();
    let run = run_in_turn([late, again], Upload::of("one", b"1").and("two", b"22"));
    run.outcome.succeeds().retried(0).says("Stored one in inbox: 1 bytes").says("Stored two in inbox: 2 bytes");

    let late = Script::ready().lacks("one").expect("EPSV").reply("426 Aborted").silence();
    let run =
        run_in_turn([late, Script::ready().take("one").tell_size("one", 1)], Upload::of("one", b"1").retries("1"));
    run.outcome.succeeds().retried(1);
}

#[test]
fn an_unrequested_421_is_reported_as_the_reason() {
    let tired = Script::logged_in().expect("CWD inbox").send("250 Done\r\n421 Idle for too long\r\n").close();
    tired.run_hello().outcome.fails(7).says("421").says("Idle for too long");
    let tired = Script::logged_in().expect("CWD inbox").send("250 Done\r\n500 What?\r\n421 Too odd\r\n").close();
    tired.run_hello().outcome.fails(7).says("421").says("Too odd");
}

#[test]
fn the_password_is_not_sent_in_answer_to_something_else() {
    let doubled = Script::greeted().expect("USER alice").send("331 Password\r\n331 Password\r\n");
    let run = doubled.silence().run_hello();
    run.outcome.fails(4).says("a reply to no command");
    run.server_log.last_command("USER alice");
}

#[test]
fn a_greeting_in_two_replies_is_not_an_answer_to_the_user_name() {
    let run = Script::new().send("220 Hello\r\n220 And welcome\r\n").silence().run_hello();
    run.outcome.fails(4).says("a reply to no command");
    run.server_log.claim(run.server_log.commands.is_empty(), "no command");
}

/// A connection that the server has closed after its reply is handled like one with an unexpected reply.
#[test]
fn a_connection_that_the_server_has_closed_gets_no_further_command() {
    let closed = Script::ready().lacks("hello.txt").passive().expect("STOR hello.txt").reply("450 Busy").close();
    let run =
        run_in_turn([closed, Script::ready().take("hello.txt").and_all_is_well()], Upload::of_hello().retries("1"));
    run.outcome.succeeds();
}

#[test]
fn an_unrequested_reply_inside_tls_is_noticed_too() {
    let (authority, identity) = certified();
    let asked = Script::secured(&Tls::of(&identity)).expect("USER alice");
    let run =
        asked.send("331 Password\r\n331 Password\r\n").silence().run_protected(Upload::of_hello().trusting(&authority));
    run.outcome.fails(4).says("a reply to no command");
    run.server_log.last_command("USER alice");
    // Session tickets arrive without a command, too, but they are not replies.
    let script = Script::protected_and_ready(&Tls::of(&identity)).take_protected("hello.txt", &Tls::of(&identity));
    script.and_all_is_well().run_protected(Upload::of_hello().trusting(&authority)).outcome.succeeds();
}

/// All passive ports are in use at first.
#[test]
fn a_vsftpd_without_a_free_port_is_tried_again_later() {
    let Some(server) = Kind::Vsftpd.start() else { return };
    let taken: Vec<_> =
        server.passive_ports().filter_map(|port| TcpListener::bind((server.addr.ip(), port)).ok()).collect();
    assert_eq!(taken.len(), server.passive_ports().count());
    let freed = thread::spawn(move || {
        thread::sleep(Duration::from_millis(1500));
        drop(taken);
    });
    let program = Program::new().with_file("hello.txt", HELLO);
    let arguments = ["--retries", "3", "--retry-delay", "2", &server.addr.to_string(), server.user, "hello.txt"];
    let program = program.arguments(arguments).arguments([server.upload_dir()]);
    let outcome = program.environment("FTP_PASSWORD", server.password).run();
    freed.join().unwrap();
    outcome.succeeds().says("OOPS").says("Retrying").says("size confirmed");
    assert_eq!(server.stored("hello.txt"), HELLO);
}
