//! The server notices commands in a transfer, which no build of the program sends: its host refuses them.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpStream};

use crate::support::quirky_server::quirk::Quirk;
use crate::support::quirky_server::{HOST, QuirkyServer};
use crate::support::upload::PASSWORD;

/// A client that does what it is told.
pub(super) struct Client {
    control: BufReader<TcpStream>,
}

impl Client {
    pub(super) fn log_in(server: &QuirkyServer) -> Self {
        let mut client = Self { control: BufReader::new(TcpStream::connect(server.address()).expect("a server")) };
        client.reads("220");
        client.asks("USER alice", "331");
        client.asks(&format!("PASS {PASSWORD}"), "230");
        client
    }

    pub(super) fn sends(&mut self, lines: &str) {
        self.control.get_mut().write_all(lines.as_bytes()).expect("a server that reads");
    }

    pub(super) fn reads(&mut self, code: &str) -> String {
        let mut line = String::new();
        self.control.read_line(&mut line).expect("a reply");
        assert!(line.starts_with(code), "{code} is expected, not {line}");
        line
    }

    pub(super) fn asks(&mut self, command: &str, code: &str) -> String {
        self.sends(&format!("{command}\r\n"));
        self.reads(code)
    }

    pub(super) fn opens_data(&mut self) -> TcpStream {
        let reply = self.asks("EPSV", "229");
        let port = reply.split('|').nth(3).and_then(|port| port.parse().ok()).expect("a port");
        TcpStream::connect((HOST, port)).expect("a data port")
    }
}

#[test]
fn a_command_in_a_transfer_is_noted() {
    let server = QuirkyServer::start([]);
    let mut client = Client::log_in(&server);
    let mut data = client.opens_data();
    client.asks("STOR inbox/x", "150");
    data.write_all(b"one").expect("an open connection");
    client.sends("NOOP\r\nABOR\r\n");
    // The server looks when the data has ended.
    std::thread::sleep(std::time::Duration::from_millis(50));
    data.shutdown(Shutdown::Write).expect("an open connection");
    client.reads("226");
    client.reads("200");
    client.reads("226");
    assert_eq!(server.record().during_transfers(), ["NOOP"]);
    assert_eq!(server.files().get("/inbox/x").map(Vec::as_slice), Some(&b"one"[..]));
}

#[test]
fn a_command_in_a_transfer_ends_it_where_the_quirk_says_so() {
    for early in [true, false] {
        let server = QuirkyServer::start([Quirk::AbortsAtCommand]);
        let mut client = Client::log_in(&server);
        let data = client.opens_data();
        if early {
            client.sends("STOR inbox/x\r\nNOOP\r\n");
            client.reads("150");
        } else {
            client.asks("STOR inbox/x", "150");
            client.sends("NOOP\r\n");
        }
        client.reads("426");
        client.reads("200");
        drop(data);
    }
}

#[test]
fn commands_that_come_together_are_one_wave() {
    let server = QuirkyServer::start([]);
    let mut client = Client::log_in(&server);
    client.sends("SIZE a\r\nMDTM a\r\nEPSV\r\n");
    ["550", "550", "229"].iter().for_each(|code| drop(client.reads(code)));
    client.asks("NOOP", "200");
    let record = server.record();
    assert_eq!(record.waves(0)[2..], [vec!["SIZE a", "MDTM a", "EPSV"], vec!["NOOP"]]);
    assert_eq!(record.in_flight(), ["MDTM a", "EPSV"]);
}
