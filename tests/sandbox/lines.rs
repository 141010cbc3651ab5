//! Components that send invalid commands, their own passwords, or too many lines.

use super::attack::Attack;
use crate::support::script::Script;
use crate::support::upload::PASSWORD;

#[test]
fn lines_that_are_none_and_forged_passwords_are_denied() {
    let result = Attack::new("forged lines", "lines, none of them PASS").run(Script::greeted().silence());
    result.fails(7, "20 of 20 denied").server_heard(&[]);
}

#[test]
fn a_line_too_long_is_denied() {
    let result = Attack::new("a line too long", "16 KiB for each line").run(Script::greeted().silence());
    result.fails(7, "denied").server_heard(&[]);
}

#[test]
fn the_password_is_sent_once() {
    let result = Attack::new("the password twice", "once for each connection").run(Script::greeted().silence());
    result.fails(6, "\"done, denied\"").server_heard(&[&format!("PASS {PASSWORD}")]);
}

#[test]
fn there_is_an_end_to_sending() {
    let script = Script::greeted().send("x".repeat(600)).silence();
    let result = Attack::new("lines without end", "512 lines for each call").run(script);
    result.fails(6, "512 sent, then denied").server_heard(&["NOOP"; 512]);
}

#[test]
fn there_is_an_end_to_sending_without_listening() {
    let wall = "16 lines without a reply";
    let result = Attack::new("lines without listening", wall).run(Script::greeted().silence());
    result.fails(6, "\"16 sent, then denied\"").server_heard(&["NOOP"; 16]);
}

#[test]
fn there_is_an_end_to_the_lines_that_are_sent_at_once() {
    let result = Attack::new("many lines at once", "8 lines at once").run(Script::greeted().silence());
    result.fails(6, "\"denied, done, done, denied\"").server_heard(&["NOOP"; 16]);
}

/// A server that repeats the password, and a component that does not wait for its reply before the next command.
#[test]
fn the_reply_to_the_password_is_masked_whatever_is_sent_behind_it() {
    let replies = format!("200 {PASSWORD}\r\n");
    let script = Script::greeted().expect(&format!("PASS {PASSWORD}")).expect("NOOP").expect("NOOP");
    let script = script.send(format!("230-Hello\r\n230 {PASSWORD}\r\n{replies}")).silence();
    let result = Attack::new("the password behind a command", "the reply to PASS is masked").run(script);
    let backwards: String = PASSWORD.chars().rev().collect();
    result.fails(6, "done, done: ;;**** 002;;**** 032;;olleH-032").run.outcome.never_says(&backwards);
}

/// A component that sends another command when only a part of the reply to PASS was received.
#[test]
fn the_reply_to_the_password_is_masked_to_its_end() {
    let script = Script::greeted().expect(&format!("PASS {PASSWORD}")).send("150 Wait\r\n230-Hello\r\n");
    let script = script.expect("NOOP").expect("NOOP");
    let script = script.send(format!(" 230 {PASSWORD}\r\n230 {PASSWORD}\r\n200 {PASSWORD}\r\n")).silence();
    let attack = Attack::new("a command within the reply to the password", "the reply to PASS is masked");
    let backwards: String = PASSWORD.chars().rev().collect();
    let told = "done, done: ;;**** 002;;**** 032;;**** 032 ;;olleH-032;;tiaW 051";
    attack.run(script).fails(6, told).run.outcome.never_says(&backwards);
}

#[test]
fn there_is_an_end_to_listening() {
    let script = Script::greeted().flood(&b"200 And so on\r\n".repeat(100));
    let result = Attack::new("listening without end", "2 MiB for each call").run(script);
    result.fails(6, "2097152 bytes, then denied");
}
