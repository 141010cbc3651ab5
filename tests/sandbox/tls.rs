//! Components that bypass TLS where it is required, or start it after injected text.

use super::attack::{Attack, AttackResult};
use crate::support::script::{Move, Script};
use crate::support::server_log::A_FEW_SECONDS;
use crate::support::tls_run::certified;
use crate::support::tls_server::Tls;

const WALL: &str = "nothing but AUTH TLS in clear";
const ONCE: &str = "one handshake for each connection";

#[test]
fn nothing_is_sent_in_clear_where_tls_is_required() {
    for kind in ["explicit", "implicit"] {
        let result = Attack::new("commands in clear", WALL).with_tls(kind).run(Script::greeted().silence());
        result.fails(6, "\"denied, denied, done\"").server_heard(&[]);
    }
}

#[test]
fn the_password_is_not_sent_where_tls_was_refused() {
    let script = Script::greeted().expect("AUTH TLS").reply("502 No TLS here").silence();
    let result = Attack::new("the password where TLS was refused", WALL).with_tls("explicit").run(script);
    result.fails(6, "\"done, denied, denied\"").server_heard(&["AUTH TLS"]);
}

/// CVE-2021-22947, with a component that ignores the injected reply.
#[test]
fn tls_does_not_begin_over_text_that_was_slipped_in() {
    let wall = "no handshake while bytes are unread";
    let script = Script::greeted().expect("AUTH TLS").send("234 Go ahead\r\n230 You are in\r\n").silence();
    let result = Attack::new("TLS over text that was slipped in", wall).with_tls("explicit").run(script);
    result.fails(6, "\"done, denied, denied\"").server_heard(&["AUTH TLS"]);
    not_a_byte_more(&result);
}

#[test]
fn tls_is_not_to_be_had_where_the_user_does_without() {
    let result = Attack::new("TLS where there is none", "what the user asked for").run(Script::greeted().silence());
    result.fails(6, "\"insecure, insecure, insecure\"").server_heard(&[]);
}

#[test]
fn tls_begins_once() {
    let (authority, identity) = certified();
    let script = Script::agreed().secure(&Tls::of(&identity)).silence();
    let attack = Attack::new("TLS twice", ONCE).with_tls("explicit");
    let result = attack.with(|upload| upload.trusting(&authority)).run(script);
    result.fails(6, "\"done, done, denied\"").server_heard(&["AUTH TLS"]);
}

#[test]
fn a_handshake_that_failed_is_not_waited_for_again() {
    let attack = Attack::new("a silent handshake again and again", ONCE).with_tls("explicit");
    let result = attack.with(|upload| upload.timeout("1")).run(Script::agreed().then(Move::ReadClientHello).silence());
    result.fails(6, "\"done, timed-out, denied\"");
    result.run.outcome.within(A_FEW_SECONDS);
}

#[track_caller]
fn not_a_byte_more(result: &AttackResult) {
    result.run.server_log.claim(result.run.server_log.clear == b"AUTH TLS\r\n", "AUTH TLS and not a byte more");
}
