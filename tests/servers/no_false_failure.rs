//! A stored file is reported as stored, and a file that can still be stored is tried again: slow hashes, a server
//! without a free port, directories that need not be entered, a quota exceeded in the middle of a run.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use test_servers::{FtpServer, Kind, Options, Setting};

use crate::support::outcome::Outcome;
use crate::support::real_delivery::{deliver, deliver_into};
use crate::support::real_servers::{content, on_servers};
use crate::support::relay::{Cut, How, Point, Relay};

on_servers!(proftpd_with_a_quota Proftpd, pure_ftpd_with_a_quota PureFtpd; [
    a_quota_in_the_middle_of_a_run_does_not_stop_the_next_file
]);

#[test]
fn a_hash_that_does_not_come_in_time_is_a_note_and_the_size_decides() {
    let Some(outcome) = with_a_slow_hash(&[]) else { return };
    outcome.succeeds().tells("size confirmed").counts(1, "> HASH ").counts(1, "> STOR ");
    let words = outcome.own_words().to_lowercase();
    outcome.claim(words.contains("hash") || words.contains("sha-"), "a note about the hash");
    outcome.within(Duration::from_secs(8));
}

#[test]
fn a_hash_that_was_demanded_and_does_not_come_in_time_is_exit_10() {
    let Some(outcome) = with_a_slow_hash(&["--verify", "hash"]) else { return };
    outcome.fails(10).counts(1, "> STOR ");
}

/// Cuts the control connection into silence at the hash's first reply, as if the server needed longer than `--timeout`
/// to read a large file.
fn with_a_slow_hash(options: &[&str]) -> Option<Outcome> {
    let server = Kind::Proftpd.start_with(Options::set(&[Setting::Hashes]))?;
    let plan = || Cut::control(Point::Line("213-Computing"), How::Silence);
    let relay = Relay::planned(server.addr, Duration::ZERO, plan);
    let bytes = content(100_000);
    let options = [&["--timeout", "1"], options].concat();
    let outcome = deliver(&server, relay.address, &options, &[("hashed", &bytes)]);
    outcome.claim(server.holds("hashed", &bytes), "the whole file on the server");
    Some(outcome)
}

#[test]
fn a_server_out_of_ports_is_a_lost_connection() {
    let Some((server, port)) = out_of_ports() else { return };
    let outcome = deliver(&server, server.addr, &["--retries", "1"], &[("x", b"x")]);
    outcome.fails(4).counts(1, "Retrying in ").never_says("> STOR ");
    drop(port);
}

#[test]
fn a_server_out_of_ports_is_tried_again_until_it_has_one() {
    let Some((server, port)) = out_of_ports() else { return };
    let mut port = Some(port);
    let mut connections = 0;
    let relay = Relay::planned(server.addr, Duration::ZERO, move || {
        connections += 1;
        if connections == 2 {
            drop(port.take());
        }
        None
    });
    let outcome = deliver(&server, relay.address, &[], &[("x", b"x"), ("y", b"yy")]);
    // Another program of this machine may hold the port for a moment.
    outcome.succeeds().claim(outcome.stderr.contains("Retrying in "), "a retry");
    assert_eq!((server.stored("x"), server.stored("y")), (b"x".to_vec(), b"yy".to_vec()));
}

/// The cut leaves an incomplete file under our own temporary name, so the program may remove it.
#[test]
fn a_temporary_file_that_may_not_be_overwritten_is_no_obstacle_to_the_next_try() {
    let Some(server) = Kind::Proftpd.start_with(Options::set(&[Setting::NoOverwriting])) else { return };
    for (name, cut) in [
        ("unanswered", Cut::control(Point::Line("150 "), How::Close)),
        ("half", Cut::data(500_000, How::Reset)),
        ("unconfirmed", Cut::control(Point::FinalReply, How::Close)),
    ] {
        let (bytes, relay) = (content(1_000_000), Relay::before(server.addr, [cut]));
        let outcome = deliver(&server, relay.address, &["--atomic", "--timeout", "5"], &[(name, &bytes)]);
        outcome.succeeds().claim(server.holds(name, &bytes), "the whole file on the server");
        outcome.tells_of_all(&server, &["unanswered", "half", "unconfirmed"]);
    }
}

/// Returns a server whose only port for data connections is in use until the listener is dropped.
fn out_of_ports() -> Option<(FtpServer, TcpListener)> {
    let server = Kind::Vsftpd.start_with(Options::set(&[Setting::OnePassivePort]))?;
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, *server.passive_ports().start())).expect("the server's port");
    Some((server, port))
}

#[test]
fn a_server_without_cwd_is_no_obstacle_to_the_directory_after_login() {
    let Some(server) = Kind::Proftpd.start_with(Options::set(&[Setting::NoDirectoryChanges])) else { return };
    server.open_root();
    let outcome = deliver_into(&server, server.addr, &[], &[("printed", b"page")], ".");
    outcome.succeeds();
    assert_eq!(std::fs::read(server.root().join("printed")).unwrap(), b"page");
    let outcome = deliver(&server, server.addr, &[], &[("printed", b"page")]);
    outcome.fails(7).tells("550");
}

fn a_quota_in_the_middle_of_a_run_does_not_stop_the_next_file(kind: Kind) {
    let Some(server) = kind.start_with(Options::set(&[Setting::Quota])) else { return };
    server.open_root();
    let files = [("first", &content(1000)[..]), ("large", &content(3 << 20)), ("last", &content(2000))];
    let outcome = deliver(&server, server.addr, &[], &files);
    outcome.exits(8).says("Stored first").says("Stored last").never_claims("Stored large").tells("552");
    assert_eq!((server.stored("first"), server.stored("last")), (content(1000), content(2000)));
}

/// 451 is a transient error: the program tries the file again before it sends the next one.
#[test]
fn a_full_disk_in_the_middle_of_a_run_does_not_stop_a_file_that_has_room() {
    let options = Options { largest_file: Some(512 * 1087), ..Options::default() };
    let Some(server) = Kind::Vsftpd.start_with(options) else { return };
    let files = [("first", &content(1000)[..]), ("large", &content(3 << 20)), ("last", &content(2000))];
    let outcome = deliver(&server, server.addr, &["--retries", "1"], &files);
    outcome.exits(8).says("Stored first").says("Stored last").never_claims("Stored large");
    assert_eq!((server.stored("first"), server.stored("last")), (content(1000), content(2000)));
}
