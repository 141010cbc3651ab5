//! Components that report false results, or texts with escape sequences for terminals.
//!
//! The host cannot check a component's report about the server: an invented error is shown like a real one.

use super::attack::{Attack, AttackResult, port};
use crate::support::script::Script;
use crate::support::upload::HELLO;

const COUNT: &str = "the host's own count";
const ESCAPED: &str = "text from outside is escaped";
const CALL: &str = "64 KiB for each call";

#[test]
fn a_component_that_reports_success_without_having_sent_the_file_is_not_believed() {
    let result = Attack::new("a file that was not sent", COUNT).run(Script::greeted().silence());
    result.fails(1, "has not sent").server_heard(&[]).server_stored(&[]);
    // The component reports a wrong size first and the right one when it is asked again.
    let result = Attack::new("a file that was not sent and is seen", COUNT).run(Script::greeted().silence());
    result.fails(10, "it has 0").server_heard(&[]).server_stored(&[]);
    storing("more bytes than there are", COUNT).fails(1, "has not sent").never_stored();
}

#[test]
fn an_error_is_never_a_success_whatever_the_component_calls_it() {
    let wall = "no error has exit code 0";
    let result = Attack::new("a refusal of the goodbye", wall).run(Script::greeted().silence());
    result.fails(1, "end the session").never_stored();
    let result = Attack::new("a refusal of the goodbye after the file", wall).run(Script::greeted().silence());
    result.fails(1, "end the session").never_stored();
}

#[test]
fn that_nothing_was_sent_is_not_said_for_the_component() {
    let wall = "the host knows whether TLS was wanted";
    let result = Attack::new("a refusal of TLS that nobody wants", wall).run(Script::new().silence());
    result.fails(5, "(534 \"No TLS\")").server_heard(&["USER a refusal of TLS that nobody wants"]);
    result.run.outcome.never_says("No password was sent");
}

#[test]
fn the_text_of_a_component_is_shown_escaped_and_cut() {
    let result = Attack::new("a refusal full of escapes", ESCAPED).run(Script::greeted().silence());
    result.fails(6, r#"(0 "\u{1b}]0;owned\u{7}\u{1b}[2J\r\nftp-uploader: all is well."#);
    let result = Attack::new("a refusal without end", "512 bytes of text").run(Script::greeted().silence());
    result.fails(6, r"\u{1b}]0;owned");
    result.run.outcome.claim(result.run.outcome.stderr.len() < 4096, "a line that is cut");
    let result = storing("a name full of escapes", ESCAPED);
    result.succeeds(r"Stored hello.txt as \u{1b}]0;owned\u{7}\u{1b}[2J\r\nftp-uploader: all is well.\xff");
    result.server_stored(&[HELLO]);
    let result = storing("a name without end", "4 KiB for each name");
    result.succeeds("Stored hello.txt in inbox: 6 bytes").server_stored(&[HELLO]);
}

#[test]
fn a_component_that_says_too_much_is_stopped() {
    let result = Attack::new("a refusal of a megabyte", CALL).run(Script::greeted().silence());
    result.fails(1, "fuel").server_heard(&[]);
    storing("a name of a megabyte", CALL).fails(1, "fuel").never_stored();
}

#[test]
fn there_is_an_end_to_trying_again() {
    let attack = Attack::new("trouble that may pass, again and again", "--retries");
    let result = attack.with(|upload| upload.retries("3")).run(Script::greeted().silence());
    result.fails(4, "Retrying in 0 s (3 of 3)");
}

#[test]
fn sizes_that_cannot_be_are_no_trouble() {
    let attack = Attack::new("absurd sizes", "numbers are only compared");
    let result = attack.with(|upload| upload.options(["--resume"])).run(Script::greeted().silence());
    result.fails(10, "18446744073709551615").server_heard(&[]);
}

impl AttackResult {
    fn never_stored(&self) {
        self.run.outcome.never_says("Stored hello");
    }
}

/// Attacks the upload of `hello.txt` with a component that sends the file and then reports something false.
fn storing(name: &'static str, wall: &'static str) -> AttackResult {
    let data = port();
    Attack::on(name, wall, &data).run(Script::new().take_on(data))
}
