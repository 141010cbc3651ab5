//! Components that misuse the connections that only receive: for files, without end, or for names that are paths. The
//! program lists only to synchronise.

use super::attack::{Attack, AttackResult, port};
use crate::support::script::{Move, Script};

const WALL: &str = "the commands that the call needs";
const NAME: &str = "names are parts of paths";

/// The limit of `listing_connection.rs`.
const MOST: usize = 64 << 20;

#[test]
fn a_component_that_fetches_a_file_in_place_of_a_listing_is_stopped() {
    let result = listing("fetches by a listing", WALL, b"12345".to_vec());
    result.fails(7, "\"denied, denied, denied, denied, done, 5 bytes\"").server_heard(&["CWD inbox", "MLSD ."]);
}

#[test]
fn a_component_that_fetches_a_file_while_it_lists_is_stopped() {
    let result = listing("fetches while it lists", WALL, b"12345".to_vec());
    result.fails(7, "\"done, denied, 5 bytes, the end, denied\"").server_heard(&["CWD inbox", "MLSD ."]);
}

#[test]
fn there_is_an_end_to_a_listing() {
    let result = listing("receives without end", "64 MiB for each connection", vec![b'x'; MOST + 1]);
    result.fails(7, "\"67108864 bytes, then denied\"").server_heard(&["CWD inbox"]);
}

#[test]
fn a_listing_has_no_paths() {
    let result = Attack::new("lists paths", NAME).synchronising().run(Script::entered().silence());
    result.fails(1, "no part of a path").server_heard(&["CWD inbox"]);
}

#[test]
fn a_component_that_lists_without_end_is_stopped() {
    let attack = Attack::new("lists without end", "5 s of computing for each call").synchronising();
    attack.run(Script::greeted().silence()).fails(1, "the component computed for more than 5 s").server_heard(&[]);
}

/// Attacks a synchronisation, with a data port that sends `bytes`.
fn listing(name: &'static str, wall: &'static str, bytes: Vec<u8>) -> AttackResult {
    let data = port();
    let attack = Attack::on(name, wall, &data).synchronising();
    let script = Script::entered().then(Move::OpenDataOn(data)).then(Move::AcceptData).then(Move::SendData(bytes));
    attack.run(script.close_data().silence())
}

impl Attack {
    /// Synchronises the directory with `hello.txt` and `inbox`.
    fn synchronising(self) -> Self {
        self.with(|upload| upload.synchronising("."))
    }
}
