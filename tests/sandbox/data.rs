//! Components that do not send the bytes of the file once and in order, or that keep the host busy with data
//! connections.

use std::net::TcpListener;

use super::attack::{Attack, AttackResult, port};
use crate::support::script::{Move, Script};
use crate::support::server_log::{A_FEW_SECONDS, Ending};
use crate::support::tls_run::certified;
use crate::support::tls_server::Tls;
use crate::support::upload::HELLO;

const ORDER: &str = "the file, in order, none of it twice";
const ONCE: &str = "one end for each connection";
const WAY: &str = "one connection for each file";

impl Script {
    /// Accepts the data connection on an open port and reads it to its end.
    pub(super) fn take_on(self, data: TcpListener) -> Self {
        self.there(data).receive_all()
    }

    /// Accepts the data connection and never reads from it.
    fn neglect(self, data: TcpListener) -> Self {
        self.there(data).silence()
    }

    /// Accepts the data connection and sends the first reply.
    fn there(self, data: TcpListener) -> Self {
        self.then(Move::OpenDataOn(data)).then(Move::AcceptData).reply("150 Here")
    }
}

#[test]
fn bytes_that_are_not_there_are_not_sent() {
    let result = storing("absurd splices", "the size at opening");
    result.fails(7, "\"end, end, end, end, end, denied; 6, end\"").server_stored(&[HELLO]);
    result.run.server_log.was_cut();
}

#[test]
fn bytes_are_sent_once_and_in_order() {
    let result = storing("bytes twice and out of order", ORDER);
    result.fails(7, "\"denied, 3, denied, denied, denied, 1, denied, 2\"").server_stored(&[HELLO]);
    storing("the same bytes without end", ORDER).fails(7, "6 bytes, then no more").server_stored(&[HELLO]);
}

#[test]
fn nothing_comes_after_the_end() {
    let result = storing("bytes after the end", ONCE);
    result.fails(7, "\"3, done; denied, denied, denied\"").server_stored(&[b"hel"]);
    let ending = result.run.server_log.files[0].ending;
    result.run.server_log.claim(ending == Ending::Closed, "the end that the component announced");
}

#[test]
fn nothing_comes_after_the_shutdown() {
    let result = storing("bytes after the shutdown", ONCE);
    result.fails(7, "\"3, done; denied, denied; done, denied, denied\"").server_stored(&[b"hel"]);
    let ending = result.run.server_log.files[0].ending;
    result.run.server_log.claim(ending == Ending::Closed, "the end that the component announced");
}

/// The component reads the preliminary reply after the shutdown, so the wait for the end is not shortened.
#[test]
fn the_end_is_waited_for_if_only_the_preliminary_reply_has_come() {
    let data = port();
    let attack = Attack::on("a late preliminary reply", "the deadline of the transfer", &data);
    let script = Script::new().then(Move::OpenDataOn(data)).then(Move::AcceptData).then(Move::Receive(HELLO.len()));
    let script = script.reply("150 Here").pause(2000).reply("226 Stored").receive_all().silence();
    attack.run(script).fails(7, "\"6, done, 150 Here, done, replied\"").server_stored(&[HELLO]);
}

#[test]
fn one_file_does_not_go_over_two_connections() {
    storing("one file over two connections", WAY)
        .fails(7, "\"3, denied, denied, denied, denied\"")
        .server_stored(&[b"hel"]);
}

#[test]
fn no_byte_of_the_file_is_sent_in_clear_where_tls_is_required() {
    let data = port();
    let attack = Attack::on("data in clear", "TLS on data connections too", &data).with_tls("explicit");
    attack.run(Script::new().take_on(data)).fails(7, "\"denied, denied\"").server_stored(&[b""]);
}

#[test]
fn an_end_or_a_handshake_that_did_not_come_is_not_waited_for_again() {
    let data = port();
    let attack = Attack::on("finishing without end", ONCE, &data).with(|upload| upload.timeout("1"));
    let result = attack.run(Script::new().neglect(data));
    result.fails(7, "1 waits, then denied").server_heard(&[]);
    result.run.outcome.within(A_FEW_SECONDS);

    let (data, (authority, identity)) = (port(), certified());
    let attack = Attack::on("data handshakes without end", "one handshake for each connection", &data);
    let attack = attack.with_tls("implicit").with(|upload| upload.timeout("1").trusting(&authority));
    let result = attack.run(Script::new().secure(&Tls::of(&identity)).neglect(data));
    result.fails(7, "1 waits, then denied").server_heard(&[]);
    result.run.outcome.within(A_FEW_SECONDS);
}

#[test]
fn a_component_that_does_not_listen_is_not_waited_for() {
    let data = port();
    let attack = Attack::on("a deaf ear", "the deadline of the transfer", &data).with(|upload| upload.timeout("1"));
    let result = attack.run(Script::new().neglect(data));
    result.fails(7, "\"timed-out\"");
    result.run.outcome.within(A_FEW_SECONDS);
}

#[test]
fn there_is_an_end_to_hashing() {
    let attack = Attack::new("hashes without end", "4 hashes for each call");
    let big = attack.with(|upload| upload.program(|program| program.with_zeros("hello.txt", 16 << 20)));
    big.run(Script::greeted().silence()).fails(1, "asked for more hashes").server_heard(&[]);
    let attack = Attack::new("hashes prepared without end", "5 s of computing for each call");
    attack.run(Script::greeted().silence()).fails(1, "the component computed for more than 5 s").server_heard(&[]);
}

#[test]
fn no_hash_tells_what_is_in_the_file_piece_by_piece() {
    let attack = Attack::new("a hash of each piece", "only of what is sent or compared");
    let result = attack.run(Script::greeted().silence());
    result.fails(1, "asked for the hash of a piece").server_heard(&[]);
}

/// Attacks the upload of `hello.txt` to a server that accepts every byte.
fn storing(name: &'static str, wall: &'static str) -> AttackResult {
    let data = port();
    // The server stops listening after the first connection; the duplicate keeps the port open for further ones.
    let _open = data.try_clone().expect("one more descriptor");
    Attack::on(name, wall, &data).run(Script::new().take_on(data))
}
