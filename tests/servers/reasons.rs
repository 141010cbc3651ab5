//! The program reports the true reason and acts on it: it retries if a server is full, does not if a server demands TLS,
//! and chooses a temporary name that the server permits.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use test_servers::{FtpServer, Kind, Options, ServerTls, Setting};

use crate::support::program::Program;
use crate::support::real_delivery::deliver;
use crate::support::real_servers::{content, on_servers};
use crate::support::relay::{Cut, How, Relay};
use crate::support::secure_server::SecureServer;

on_servers!(vsftpd Vsftpd, proftpd Proftpd, pure_ftpd PureFtpd; [
    a_server_with_as_many_clients_as_it_takes_is_waited_for,
    a_server_that_stays_full_is_not_taken_for_a_wrong_password
]);

fn a_server_with_as_many_clients_as_it_takes_is_waited_for(kind: Kind) {
    is_waited_for(kind, &[Setting::OneClient]);
}

#[test]
fn a_server_with_as_many_clients_of_one_user_as_it_takes_is_waited_for() {
    is_waited_for(Kind::Proftpd, &[Setting::OneClientPerUser]);
}

#[test]
fn a_server_with_as_many_connections_of_one_address_as_it_takes_is_waited_for() {
    is_waited_for(Kind::Proftpd, &[Setting::OneConnectionPerAddress]);
}

fn is_waited_for(kind: Kind, settings: &'static [Setting]) {
    let Some(server) = kind.start_with(Options::set(settings)) else { return };
    let place = take_the_place(&server);
    let release = thread::spawn(move || {
        // Long enough for the program to make its first attempt on a busy machine.
        thread::sleep(Duration::from_millis(1500));
        drop(place);
    });
    let outcome = deliver(&server, server.addr, &["--retries", "5"], &[("x", b"x")]);
    outcome.succeeds().says("Retrying in ").never_claims("password may be wrong");
    outcome.claim(server.holds("x", b"x"), "the file on the server");
    release.join().unwrap();
}

fn a_server_that_stays_full_is_not_taken_for_a_wrong_password(kind: Kind) {
    let Some(server) = kind.start_with(Options::set(&[Setting::OneClient])) else { return };
    let place = take_the_place(&server);
    let outcome = deliver(&server, server.addr, &["--retries", "0"], &[("x", b"x")]);
    outcome.fails(outcome.code).never_claims("password may be wrong").mentions(&["busy", "too many", "later"]);
    outcome.claim(outcome.code != 0, "a failure");
    drop(place);
}

/// Logs in. The server may still count the connection that tested whether it had started, so this may take some
/// attempts.
fn take_the_place(server: &FtpServer) -> BufReader<TcpStream> {
    for _ in 0..100 {
        if let Some(session) = log_in(server) {
            return session;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("no login");
}

fn log_in(server: &FtpServer) -> Option<BufReader<TcpStream>> {
    let stream = TcpStream::connect(server.addr).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let mut session = BufReader::new(stream);
    read_reply(&mut session, "220")?;
    for (command, reply) in [(format!("USER {}", server.user), "331"), (format!("PASS {}", server.password), "230")] {
        session.get_mut().write_all(format!("{command}\r\n").as_bytes()).ok()?;
        read_reply(&mut session, reply)?;
    }
    Some(session)
}

/// Reads a reply to its last line.
fn read_reply(session: &mut BufReader<TcpStream>, code: &str) -> Option<()> {
    loop {
        let mut line = String::new();
        session.read_line(&mut line).ok()?;
        let is_last = line.get(3..4) == Some(" ");
        if !line.starts_with(code) {
            return None;
        }
        if is_last {
            return Some(());
        }
    }
}

#[test]
fn a_servers_own_fault_at_the_login_is_not_taken_for_a_wrong_password() {
    let Some(server) = Kind::Vsftpd.start_with(Options::set(&[Setting::NoHome])) else { return };
    let outcome = deliver(&server, server.addr, &["--retries", "0"], &[("x", b"x")]);
    outcome.fails(outcome.code).never_claims("password may be wrong").tells("OOPS").mentions(&["configuration"]);
    outcome.claim(outcome.code != 0, "a failure");
}

#[test]
fn a_server_that_wants_tls_is_not_waited_for() {
    let Some(mut server) = SecureServer::start(Kind::PureFtpd, ServerTls::of) else { return };
    server.retries = "3";
    let outcome =
        server.upload_in_clear(Program::new().with_file("x", b"x").arguments(["--retry-delay", "0.2"]), &["x"]);
    outcome.fails(6).tells("421 ").tells("TLS").never_says("Retrying in ").within(Duration::from_secs(3));
}

#[test]
fn where_dot_names_are_forbidden_the_temporary_name_has_no_dot() {
    for options in [&["--atomic"][..], &["--atomic", "--replace"], &["--atomic", "--resume"]] {
        let Some(server) = Kind::PureFtpd.start_with(Options::set(&[Setting::NoDotFiles])) else { return };
        server.place("report.csv", b"what was good yesterday\n");
        let bytes = content(10_000);
        let outcome = deliver(&server, server.addr, options, &[("report.csv", &bytes)]);
        outcome.succeeds().counts(1, "> STOR report.csv.").counts(1, "> RNTO report.csv");
        outcome.claim(server.holds("report.csv", &bytes), "the new file on the server");
        assert_eq!(server.stored_names(), ["report.csv"]);
    }
}

/// The cut alone would make the user look for a fault in the network.
#[test]
fn after_a_cut_the_refusal_of_the_next_try_is_told() {
    let Some(server) = Kind::Proftpd.start_with(Options::set(&[Setting::NoOverwriting])) else { return };
    let relay = Relay::before(server.addr, [Cut::data(500_000, How::Reset)]);
    let options = ["--retries", "2", "--timeout", "5"];
    let outcome = deliver(&server, relay.address, &options, &[("cut", &content(1_000_000))]);
    outcome.tells("Overwrite permission denied").fails(if outcome.code == 7 { 7 } else { 8 }).tells("artial file");
}
