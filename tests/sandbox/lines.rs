//! Components that send invalid commands, their own passwords, or too many lines.

use super::attack::Attack;
use crate::support::script::Script;
use crate::support::upload::PASSWORD;

#[test]
fn lines_that_are_none_and_forged_passwords_are_denied() {
    let met = Attack::new("forged lines", "one line, not PASS").meets(Script::greeted().silence());
    met.fails(6, "17 of 17 denied").server_heard(&[]);
}

#[test]
fn a_line_too_long_is_denied() {
    let met = Attack::new("a line too long", "16 KiB for each line").meets(Script::greeted().silence());
    met.fails(6, "denied").server_heard(&[]);
}

#[test]
fn the_password_is_sent_once() {
    let met = Attack::new("the password twice", "once for each connection").meets(Script::greeted().silence());
    met.fails(6, "\"done, denied\"").server_heard(&[&format!("PASS {PASSWORD}")]);
}

#[test]
fn there_is_an_end_to_sending() {
    let met = Attack::new("lines without end", "512 lines for each call").meets(Script::greeted().silence());
    met.fails(6, "512 sent, then denied").server_heard(&["NOOP"; 512]);
}

#[test]
fn there_is_an_end_to_listening() {
    let script = Script::greeted().flood(&b"200 And so on\r\n".repeat(100));
    let met = Attack::new("listening without end", "2 MiB for each call").meets(script);
    met.fails(6, "2097152 bytes, then denied");
}
