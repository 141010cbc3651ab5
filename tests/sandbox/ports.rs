//! Components that connect to forbidden ports, or to too many.

use std::io::{ErrorKind, Read};
use std::net::TcpListener;

use super::attack::{Attack, port};
use crate::support::script::Script;

const MANY: &str = "8 connections for each call";

#[test]
fn ports_below_1024_are_never_connected_to() {
    let met = Attack::new("low ports", "no ports below 1024").meets(Script::greeted().silence());
    met.fails(6, "1024 of 1024 denied").server_heard(&[]);
    let met = Attack::new("a port that needs 17 bits", "ports have 16 bits").meets(Script::greeted().silence());
    met.fails(6, "\"denied\"").server_heard(&[]);
}

#[test]
fn there_is_an_end_to_connecting_and_nothing_is_said_there() {
    let open = port();
    let met = Attack::on("thousands of connections", MANY, &open).meets(Script::greeted().silence());
    met.fails(6, "8 open, 4992 denied").server_heard(&[]);
    assert_eq!(visitors(&open), 8);
}

#[test]
fn ports_of_our_own_are_opened_only_with_active_and_not_without_end() {
    let name = "thousands of ports of our own";
    let met = Attack::new(name, "--active").meets(Script::greeted().silence());
    met.fails(6, "0 open, 5000 denied").server_heard(&[]);
    let attack = Attack::new(name, MANY).with(|upload| upload.options(["--active"]));
    attack.meets(Script::greeted().silence()).fails(6, "8 open, 4992 denied").server_heard(&[]);
}

#[test]
fn there_is_an_end_to_waiting_for_nobody() {
    let attack = Attack::new("waiting for nobody without end", MANY);
    let attack = attack.with(|upload| upload.timeout("1").options(["--active"]));
    attack.meets(Script::new().silence()).fails(6, "7 waits, then denied").server_heard(&[]);
}

/// Counts the clients that have connected and have sent nothing.
fn visitors(listener: &TcpListener) -> usize {
    listener.set_nonblocking(true).expect("a listener can be polled");
    let visitors = std::iter::from_fn(|| listener.accept().ok());
    visitors
        .map(|(mut visitor, _)| match visitor.read(&mut [0]) {
            Ok(0) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            other => panic!("something was said: {other:?}"),
        })
        .count()
}
