//! Components that send invalid commands, their own passwords, or too many lines.

use super::attack::Attack;
use crate::support::script::Script;
use crate::support::upload::PASSWORD;

#[test]
fn lines_that_are_none_and_forged_passwords_are_denied() {
    let result = Attack::new("forged lines", "one line, not PASS").run(Script::greeted().silence());
    result.fails(6, "17 of 17 denied").server_heard(&[]);
}

#[test]
fn a_line_too_long_is_denied() {
    let result = Attack::new("a line too long", "16 KiB for each line").run(Script::greeted().silence());
    result.fails(6, "denied").server_heard(&[]);
}

#[test]
fn the_password_is_sent_once() {
    let result = Attack::new("the password twice", "once for each connection").run(Script::greeted().silence());
    result.fails(6, "\"done, denied\"").server_heard(&[&format!("PASS {PASSWORD}")]);
}

#[test]
fn there_is_an_end_to_sending() {
    let result = Attack::new("lines without end", "512 lines for each call").run(Script::greeted().silence());
    result.fails(6, "512 sent, then denied").server_heard(&["NOOP"; 512]);
}

#[test]
fn there_is_an_end_to_listening() {
    let script = Script::greeted().flood(&b"200 And so on\r\n".repeat(100));
    let result = Attack::new("listening without end", "2 MiB for each call").run(script);
    result.fails(6, "2097152 bytes, then denied");
}
