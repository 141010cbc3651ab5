//! Components that connect to forbidden ports, or to too many.

use std::io::{ErrorKind, Read};
use std::net::TcpListener;

use super::attack::{Attack, port};
use crate::support::script::Script;

const MANY: &str = "8 connections for each call";

#[test]
fn ports_below_1024_are_never_connected_to() {
    let result = Attack::new("low ports", "no ports below 1024").run(Script::greeted().silence());
    result.fails(6, "1024 of 1024 denied").server_heard(&[]);
    let result = Attack::new("a port that needs 17 bits", "ports have 16 bits").run(Script::greeted().silence());
    result.fails(6, "\"denied\"").server_heard(&[]);
}

#[test]
fn there_is_an_end_to_connecting_and_nothing_is_said_there() {
    let open = port();
    let result = Attack::on("thousands of connections", MANY, &open).run(Script::greeted().silence());
    result.fails(6, "8 open, 4992 denied").server_heard(&[]);
    assert_eq!(clients(&open), 8);
}

#[test]
fn ports_of_our_own_are_opened_only_with_active_and_not_without_end() {
    let name = "thousands of ports of our own";
    let result = Attack::new(name, "--active").run(Script::greeted().silence());
    result.fails(6, "0 open, 5000 denied").server_heard(&[]);
    let attack = Attack::new(name, MANY).with(|upload| upload.options(["--active"]));
    attack.run(Script::greeted().silence()).fails(6, "8 open, 4992 denied").server_heard(&[]);
}

#[test]
fn there_is_an_end_to_waiting_for_nobody() {
    let attack = Attack::new("waiting for nobody without end", MANY);
    let attack = attack.with(|upload| upload.timeout("1").options(["--active"]));
    attack.run(Script::new().silence()).fails(6, "7 waits, then denied").server_heard(&[]);
}

/// Counts the clients that have connected and have sent nothing.
fn clients(listener: &TcpListener) -> usize {
    listener.set_nonblocking(true).expect("a listener can be polled");
    let clients = std::iter::from_fn(|| listener.accept().ok());
    clients
        .map(|(mut client, _)| match client.read(&mut [0]) {
            Ok(0) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            other => panic!("something was said: {other:?}"),
        })
        .count()
}
