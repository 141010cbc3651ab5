//! Components that report false results, or texts with escape sequences for terminals.
//!
//! The host cannot check a component's report about the server: an invented error is shown like a real one.

use super::attack::{Attack, Repelled, port};
use crate::support::script::Script;
use crate::support::upload::HELLO;

const COUNT: &str = "the host's own count";
const ESCAPED: &str = "text from outside is escaped";
const CALL: &str = "64 KiB for each call";

#[test]
fn a_component_that_reports_success_without_having_sent_the_file_is_not_believed() {
    let met = Attack::new("a file that was not sent", COUNT).meets(Script::greeted().silence());
    met.fails(1, "has not sent").server_heard(&[]).server_stored(&[]);
    // The component reports a wrong size first and the right one when it is asked again.
    let met = Attack::new("a file that was not sent and is seen", COUNT).meets(Script::greeted().silence());
    met.fails(10, "it has 0").server_heard(&[]).server_stored(&[]);
    storing("more bytes than there are", COUNT).fails(1, "has not sent").never_stored();
}

#[test]
fn an_error_is_never_a_success_whatever_the_component_calls_it() {
    let wall = "no error has exit code 0";
    let met = Attack::new("a refusal of the goodbye", wall).meets(Script::greeted().silence());
    met.fails(1, "goodbye").never_stored();
    let met = Attack::new("a refusal of the goodbye after the file", wall).meets(Script::greeted().silence());
    met.fails(1, "goodbye").never_stored();
}

#[test]
fn that_nothing_was_sent_is_not_said_for_the_component() {
    let wall = "the host knows whether TLS was wanted";
    let met = Attack::new("a refusal of TLS that nobody wants", wall).meets(Script::new().silence());
    met.fails(5, "(534 \"No TLS\")").server_heard(&["USER alice"]);
    met.met.outcome.never_says("No password was sent");
}

#[test]
fn what_a_component_says_is_shown_escaped_and_cut() {
    let met = Attack::new("a refusal full of escapes", ESCAPED).meets(Script::greeted().silence());
    met.fails(6, r#"(0 "\u{1b}]0;owned\u{7}\u{1b}[2J\r\nftp-uploader: all is well."#);
    let met = Attack::new("a refusal without end", "512 bytes of text").meets(Script::greeted().silence());
    met.fails(6, r"\u{1b}]0;owned");
    met.met.outcome.claim(met.met.outcome.stderr.len() < 4096, "a line that is cut");
    let met = storing("a name full of escapes", ESCAPED);
    met.succeeds(r"Stored hello.txt as \u{1b}]0;owned\u{7}\u{1b}[2J\r\nftp-uploader: all is well.\xff");
    met.server_stored(&[HELLO]);
    let met = storing("a name without end", "4 KiB for each name");
    met.succeeds("Stored hello.txt in inbox: 6 bytes").server_stored(&[HELLO]);
}

#[test]
fn a_component_that_says_too_much_is_stopped() {
    let met = Attack::new("a refusal of a megabyte", CALL).meets(Script::greeted().silence());
    met.fails(1, "fuel").server_heard(&[]);
    storing("a name of a megabyte", CALL).fails(1, "fuel").never_stored();
}

#[test]
fn there_is_an_end_to_trying_again() {
    let attack = Attack::new("trouble that may pass, again and again", "--retries");
    let met = attack.with(|upload| upload.retries("3")).meets(Script::greeted().silence());
    met.fails(4, "Retrying in 0 s (3 of 3)");
}

#[test]
fn sizes_that_cannot_be_are_no_trouble() {
    let attack = Attack::new("absurd sizes", "numbers are only compared");
    let met = attack.with(|upload| upload.options(["--resume"])).meets(Script::greeted().silence());
    met.fails(10, "18446744073709551615").server_heard(&[]);
}

impl Repelled {
    fn never_stored(&self) {
        self.met.outcome.never_says("Stored hello");
    }
}

/// Attacks the upload of `hello.txt` with a component that sends the file and then reports something false.
fn storing(name: &'static str, wall: &'static str) -> Repelled {
    let data = port();
    Attack::on(name, wall, &data).meets(Script::new().take_on(data))
}
