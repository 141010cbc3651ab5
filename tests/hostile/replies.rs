//! Replies of ordinary, unusual and hostile servers (RFC 959 §4.2), received by the whole program.
//!
//! The tests of the parser itself are in `guest/protocol`. `interruptions.rs` tests missing replies, and
//! `data_connection.rs` tests replies about the data connection.

use std::time::Duration;

use crate::support::script::{Move, Script};
use crate::support::server_log::A_FEW_SECONDS;
use crate::support::upload::{HELLO, PASSWORD, Upload};

#[test]
fn an_ordinary_conversation_stores_the_file() {
    let run = Script::ready().take("hello.txt").and_all_is_well().run_hello();
    run.outcome.succeeds().says("Stored hello.txt in inbox: 6 bytes in ").says(", size confirmed by the server");
    run.server_log.stored(HELLO).last_command("SIZE hello.txt");
}

#[test]
fn lines_inside_a_reply_may_start_with_any_code() {
    let script = Script::new()
        .send("220-Welcome\r\n220 is our number\r\n")
        .expect("USER alice")
        .send("331-Rules:\r\n 530 is what strangers get\r\n530 no\r\n530-really\r\n\r\n221\r\n331x\r\n331 Now\r\n")
        .expect(&format!("PASS {PASSWORD}"))
        .send("230-\r\n550 Not the end\r\n230-not either\r\n230 \r\n")
        .expect("CWD inbox")
        .send("250-   \r\n   250 indented, not the end\r\n250 \r\n");
    let script = script.binary().take("hello.txt").and_all_is_well();
    script.run_hello().outcome.succeeds();
}

#[test]
fn replies_may_come_byte_by_byte() {
    let script = Script::new()
        .dribble("220-Slow\r\n 530 server\r\n220 ready")
        .expect("USER alice")
        .dribble("331 Password")
        .expect(&format!("PASS {PASSWORD}"))
        .dribble("230 In")
        .expect("CWD inbox")
        .dribble("250 Done")
        .expect("TYPE I")
        .dribble("200 Done")
        .expect("FEAT")
        .dribble("211-Features\r\n EPSV\r\n211 End")
        .passive()
        .expect("STOR hello.txt")
        .dribble("150 Go")
        .then(Move::AcceptData)
        .receive_all()
        .dribble("226-Stored\r\n226 Done");
    let run = script.expect("SIZE hello.txt").dribble("213 6").goodbye().run_hello();
    run.outcome.succeeds();
    run.server_log.stored(HELLO);
}

#[test]
fn lines_may_end_without_a_carriage_return() {
    let script = Script::new()
        .send("220-Unix\n220 ready\n")
        .expect("USER alice")
        .send("331 Password\n")
        .expect(&format!("PASS {PASSWORD}"))
        .send("230-In\n 230\n230 Come\n")
        .expect("CWD inbox")
        .send("250 Done\n")
        .expect("TYPE I")
        .send("200 Done\n")
        .expect("FEAT")
        .send("211-Features\n SIZE\n211 End\n")
        .take("hello.txt")
        .expect("SIZE hello.txt")
        .send("213 6\n")
        .expect("QUIT")
        .send("221 Bye\n");
    script.run_hello().outcome.succeeds().says("size confirmed");
}

#[test]
fn several_replies_may_come_in_one_packet() {
    let script = Script::new().send("120 Soon\r\n220 Now\r\n").expect("USER alice").reply("230 No password needed");
    let script = script.expect("CWD inbox").reply("250 Done").binary();
    let script = script.passive().store("hello.txt").receive_all().send("150 Nearly\r\n150 Done\r\n226 Stored\r\n");
    let run = script.and_all_is_well().run_hello();
    run.outcome.succeeds();
    run.server_log.stored(HELLO);
}

#[test]
fn text_of_replies_may_be_in_any_encoding() {
    let latin1 = b"220-Gr\xfc\xdf Gott\r\n\xff\xfe\x80\r\n220 \xe4\r\n".to_vec();
    let script = Script::new().send(latin1).expect("USER alice").send(b"230 \xc3\xbc and \xfc\r\n".to_vec());
    let script = script.expect("CWD inbox").send(b"550 inbox nicht zug\xe4nglich\r\n".to_vec());
    script.run_hello().outcome.fails(7).says("inbox nicht zug").mentions(&["550"]);
}

#[test]
fn escape_sequences_of_a_server_do_not_reach_the_terminal() {
    let hostile = "550 no\x1b[2J\x1b]0;owned\x07 entry\u{9b}31m \u{202e}desrever\u{7f}\x08\x08\t.\r\n";
    for options in [&[][..], &["--verbose"][..]] {
        let script = Script::logged_in().expect("CWD inbox").send(hostile);
        let run = script.run(Upload::of_hello().options(options));
        // Each run checks that the output has no raw control characters. The text around them must still be shown.
        run.outcome.exits(7).says("550").says("[2J").says("owned").says(" entry");
    }
}

#[test]
fn a_bare_carriage_return_or_nul_inside_a_reply_is_harmless() {
    let script = Script::logged_in().expect("CWD inbox").send(b"550 first\rftp-uploader: fake\0 last\r\n".to_vec());
    script.run_hello().outcome.fails(7).says("550");
}

#[test]
fn an_over_long_line_is_exit_9() {
    let run = Script::new().flood(&[b'2'; 4096]).run_hello();
    run.outcome.fails(9).within(A_FEW_SECONDS);
    bounded(run.server_log.flooded);
}

#[test]
fn an_over_long_line_that_starts_like_a_reply_is_exit_9() {
    let line = format!("220 {}\r\n", "x".repeat(70_000));
    Script::new().send(line).run_hello().outcome.fails(9).within(A_FEW_SECONDS);
}

#[test]
fn an_endless_reply_of_short_lines_is_exit_9() {
    let run = Script::greeted().expect("USER alice").send("331-Rules\r\n").flood(b"331-more rules\r\n").run_hello();
    run.outcome.fails(9).within(A_FEW_SECONDS);
    bounded(run.server_log.flooded);
}

#[test]
fn a_long_reply_within_the_limit_is_read_whole() {
    let rules = " all our rules, at length\r\n".repeat(2000);
    let script = Script::new().send(format!("220-Rules\r\n{rules}220 That was all\r\n")).expect("USER alice");
    script.reply("530 No").run_hello().outcome.fails(6);
}

#[test]
fn endless_preliminary_replies_are_exit_9_or_10() {
    let greeting = Script::new().flood(b"120 Soon\r\n").run_hello();
    greeting.outcome.fails(9).within(A_FEW_SECONDS);
    bounded(greeting.server_log.flooded);

    // The file is larger than the buffers of a connection that the server does not read, so that not all bytes can have
    // been sent, however early the first of the replies arrives.
    let store = Script::ready().passive().expect("STOR big.bin").flood(b"150 Soon\r\n").run(Upload::of_big_file());
    store.outcome.fails(9).within(A_FEW_SECONDS);

    let after = Script::taken_hello().flood(b"150 Soon\r\n").run_hello();
    // All bytes were sent, so the outcome is unknown.
    after.outcome.fails(10).says("broke the FTP protocol").within(A_FEW_SECONDS);
}

#[test]
fn a_few_preliminary_replies_are_waited_out() {
    let script = Script::new().reply("120 Soon").pause(200).reply("120 Sooner").reply("220 Now").expect("USER alice");
    let script = script.reply("230 In").expect("CWD inbox").reply("250 Done").binary();
    let script = script.passive().store("hello.txt").reply("150 Still").receive_all().reply("110 Mark");
    script.reply("226 Stored").and_all_is_well().run_hello().outcome.succeeds();
}

#[test]
fn any_2xx_is_success_of_its_step() {
    let script = Script::new().reply("299 Hello").expect("USER alice").reply("331 Password");
    let script = script.expect(&format!("PASS {PASSWORD}")).reply("202 Superfluous").expect("CWD inbox");
    let script =
        script.reply("257 \"/inbox\"").expect("TYPE I").reply("250 Fine").featureless().passive().store("hello.txt");
    let run = script.receive_all().reply("299 Whatever").and_all_is_well().run_hello();
    run.outcome.succeeds();
    run.server_log.stored(HELLO);
}

#[test]
fn a_125_instead_of_150_is_as_good() {
    let script = Script::ready().passive().expect("STOR hello.txt").reply("125 Already open");
    let run = script.then(Move::AcceptData).receive_all().reply("250 Stored").and_all_is_well().run_hello();
    run.outcome.succeeds();
    run.server_log.stored(HELLO);
}

#[test]
fn a_230_after_the_user_name_sends_no_password() {
    let script = Script::greeted().expect("USER alice").reply("230 No password needed").expect("CWD inbox");
    let run = script.reply("550 No inbox").run_hello();
    run.outcome.fails(7);
    run.server_log.last_command("CWD inbox");
}

#[test]
fn an_account_is_sent_where_the_server_asks_for_one() {
    let asked = || {
        let script = Script::greeted().expect("USER alice").reply("331 Password");
        script.expect(&format!("PASS {PASSWORD}")).reply("332 Account, please")
    };
    let script = asked().expect("ACCT sales 7").reply("230 In").expect("CWD inbox").reply("550 No inbox");
    script.run(Upload::of_hello().options(["--account", "sales 7"])).outcome.fails(7);
    asked().run_hello().outcome.fails(6).mentions(&["--account"]);

    let script = asked().expect("ACCT sales").reply("530 No such account");
    script.run(Upload::of_hello().options(["--account", "sales"])).outcome.fails(6).says("No such account");
}

#[test]
fn no_account_is_sent_where_none_is_asked_for() {
    let script = Script::logged_in().expect("CWD inbox").reply("550 No inbox");
    script.run(Upload::of_hello().options(["--account", "sales"])).outcome.fails(7);
}

#[test]
fn a_refused_login_is_exit_6_with_the_words_of_the_server() {
    let script = Script::greeted().expect("USER alice").reply("530 We know no alice");
    script.run_hello().outcome.fails(6).says("We know no alice").says("530");

    let script = Script::greeted().expect("USER alice").reply("331 Password").expect(&format!("PASS {PASSWORD}"));
    let run = script.send("530-Login incorrect\r\n530 Three tries left\r\n").run_hello();
    run.outcome.fails(6).says("Login incorrect");
}

#[test]
fn a_refused_greeting_is_exit_4_and_no_name_is_sent() {
    for reply in ["421 Too many users", "530 Not from there", "554 No service"] {
        let run = Script::new().reply(reply).run_hello();
        run.outcome.fails(4).says(&reply[4..]);
        let named = run.server_log.commands.iter().any(|command| command.starts_with(b"USER"));
        run.server_log.claim(!named, "no USER");
    }
}

#[test]
fn a_server_that_does_not_speak_ftp_is_exit_9() {
    for greeting in ["\r\n", "What?\r\n", "SSH\r\n"] {
        let run = Script::new().send(greeting).run_hello();
        run.outcome.fails(9).within(A_FEW_SECONDS).says("broke the FTP protocol");
    }
    Script::new().send(b"\x16\x03\x01\x02\x00\x01\x00\x01\n".to_vec()).run_hello().outcome.fails(9);
}

#[test]
fn a_server_of_another_protocol_is_named_and_not_tried_again() {
    let greetings: [(&[u8], &str); 6] = [
        (b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "an SSH server (SFTP and SCP), not an FTP server. SFTP is another"),
        (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "a web server (HTTP), not an FTP server"),
        (b"+OK Ready\r\n", "a mail server (POP3), not an FTP server"),
        (b"* OK [CAPABILITY IMAP4rev1] Ready\r\n", "a mail server (IMAP), not an FTP server"),
        // An alert to a client that sends no handshake.
        (b"\x15\x03\x01\0\x02\x02\x0a", "expects TLS from the first byte. Use --tls implicit"),
        (b"\x15\x03\x03\0\x02\x02\x0a", "expects TLS from the first byte. Use --tls implicit"),
    ];
    for (greeting, name) in greetings {
        for upload in [Upload::of_hello().retries("3"), Upload::of_hello().options(["--tls", "explicit"])] {
            let run = Script::new().send(greeting.to_vec()).close().run(upload);
            run.outcome.fails(9).retried(0).says(name).never_says("broke the FTP protocol");
        }
    }
    Script::new().dribble("SSH-2.0-dropbear").close().run_hello().outcome.fails(9).says("an SSH server");
}

#[test]
fn a_mail_server_whose_greeting_is_also_one_of_ftp_is_named_when_it_does_not_know_the_commands() {
    let greeting = "220 mail.example.org ESMTP Postfix";
    let refused = |script: Script| script.reply("502 5.5.2 Error: command not recognized");
    let run = refused(Script::new().reply(greeting).expect("USER alice")).run_hello();
    run.outcome.fails(9).says("a mail server (SMTP), not an FTP server");
    let asked = Script::new().reply(greeting).expect("AUTH TLS");
    let run = refused(asked).run(Upload::of_hello().options(["--tls", "explicit"]));
    run.outcome.fails(9).says("a mail server (SMTP), not an FTP server");
    // An FTP server may say that it belongs to a mail server.
    let run = Script::new().reply("220 FTP of the SMTP relay").expect("USER alice").reply("530 Not you").run_hello();
    run.outcome.fails(6).never_says("mail server");
}

#[test]
fn a_reply_that_makes_no_sense_at_its_step_is_exit_9() {
    for code in ["331", "350", "099", "600", "999", "22", "2200"] {
        let run = Script::logged_in().expect("CWD inbox").reply(&format!("{code} What?")).run_hello();
        run.outcome.fails(9).within(Duration::from_secs(4));
    }
}

/// Asserts that the server could send only a limited number of bytes. The program reads 64 KiB; the other bytes were in
/// the buffers of the two sockets.
#[track_caller]
fn bounded(flooded: usize) {
    assert!(flooded < 48 << 20, "the server could send {flooded} bytes");
}
