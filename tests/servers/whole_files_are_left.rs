//! A file that may be complete on the server is left alone: it is neither overwritten nor sent twice if the final reply
//! is lost or late, or if the size after it proves nothing.

use std::thread;
use std::time::{Duration, Instant};

use test_servers::{FtpServer, Kind, Options, Setting};

use crate::support::cutting_relay::CuttingRelay;
use crate::support::real_delivery::{Consumer, deliver};
use crate::support::real_servers::{content, on_servers};
use crate::support::relay::{Cut, How, Point, Relay};

const OLD: &[u8] = b"what was good yesterday\n";

/// The delay between the last byte and the end of a transfer, long enough for a consumer that polls.
const TAKING: Duration = Duration::from_millis(150);

on_servers!(vsftpd Vsftpd, proftpd Proftpd; [
    a_file_that_a_consumer_takes_at_once_is_not_delivered_twice,
    a_file_that_a_consumer_takes_while_the_final_reply_is_lost_is_not_delivered_twice
]);

#[test]
fn in_a_drop_box_a_file_whose_final_reply_is_lost_is_not_sent_over() {
    final_reply_is_lost(Kind::Proftpd, &[Setting::NoReading]);
}

#[test]
fn where_no_sizes_are_told_a_file_whose_final_reply_is_lost_is_not_sent_over() {
    final_reply_is_lost(Kind::Vsftpd, &[Setting::NoSizes]);
}

/// If the file were sent a second time, the second cut would leave only its beginning.
fn final_reply_is_lost(kind: Kind, settings: &'static [Setting]) {
    let Some(server) = kind.start_with(Options::set(settings)) else { return };
    let bytes = content(3_000_000);
    thread::scope(|scope| {
        for (number, how) in [How::Close, How::Reset, How::Silence].into_iter().enumerate() {
            let (server, bytes) = (&server, &bytes);
            scope.spawn(move || {
                let name = format!("drop{number}");
                let cuts = [Cut::control(Point::FinalReply, how), Cut::data(100_000, How::Close)];
                let relay = Relay::before(server.addr, cuts);
                let options = ["--timeout", "1", "--retries", "3"];
                let outcome = deliver(server, relay.address, &options, &[(&name, bytes)]);
                outcome.claim(server.holds(&name, bytes), "the whole file on the server");
                outcome.fails(10).counts(1, "> STOR ");
            });
        }
    });
}

#[test]
fn in_a_drop_box_files_are_stored_once_and_without_a_size() {
    let Some(server) = Kind::Proftpd.start_with(Options::set(&[Setting::NoReading])) else { return };
    let files = [("one", &content(1000)[..]), ("two", &content(2000))];
    for options in [&[][..], &["--atomic"], &["--atomic", "--replace"]] {
        let outcome = deliver(&server, server.addr, options, &files);
        outcome.succeeds().counts(2, "> STOR ").never_claims("size confirmed");
        for (name, bytes) in files {
            outcome.claim(server.holds(name, bytes), "the same bytes on the server");
        }
    }
}

fn a_file_that_a_consumer_takes_at_once_is_not_delivered_twice(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let bytes = content(100_000);
    let consumer = Consumer::of(&server, bytes.len(), |_| true);
    let relay = Relay::slow(server.addr, TAKING);
    let outcome = deliver(&server, relay.address, &[], &[("order.xml", &bytes)]);
    outcome.claim(consumer.end() == [bytes], "one delivery").succeeds().never_claims("size confirmed");
}

fn a_file_that_a_consumer_takes_while_the_final_reply_is_lost_is_not_delivered_twice(kind: Kind) {
    let Some(server) = kind.start() else { return };
    for how in [How::Close, How::Reset, How::Silence] {
        let bytes = content(100_000);
        let consumer = Consumer::of(&server, bytes.len(), |_| true);
        let mut cuts = [Cut::control(Point::FinalReply, how)].into_iter();
        let relay = Relay::planned(server.addr, TAKING, move || cuts.next().flatten());
        let outcome = deliver(&server, relay.address, &["--timeout", "1"], &[("order.xml", &bytes)]);
        outcome.claim(consumer.end() == [bytes], "one delivery");
        outcome.fails(10).counts(1, "> STOR ");
    }
}

/// The server reports the size of the old file, which it keeps under the name.
#[test]
fn where_the_server_stores_aside_an_old_size_is_no_reason_to_send_again() {
    for retries in ["0", "3"] {
        let Some(server) = storing_aside() else { return };
        let bytes = content(1000);
        let outcome = deliver(&server, server.addr, &["--retries", retries], &[("report.csv", &bytes)]);
        outcome.claim(server.stored_names() == ["report.csv", "report.csv.1"], "one more file on the server");
        outcome.fails(10).counts(1, "> STOR ");
        assert_eq!(server.stored("report.csv"), OLD);
        assert_eq!(server.stored("report.csv.1"), bytes);
    }
}

#[test]
fn where_the_server_stores_aside_an_equal_old_size_confirms_nothing() {
    let Some(server) = storing_aside() else { return };
    let bytes = content(OLD.len());
    let outcome = deliver(&server, server.addr, &[], &[("report.csv", &bytes)]);
    outcome.never_claims("size confirmed").counts(1, "> STOR ");
    outcome.exits(if outcome.code == 0 { 0 } else { 10 });
    assert_eq!(server.stored("report.csv"), OLD);
    assert_eq!(server.stored("report.csv.1"), bytes);
}

/// With this setting a file gets its name only at the end, so that a size proves nothing before.
#[test]
fn a_final_reply_that_comes_too_late_leaves_the_file_whole() {
    let options = Options { aside: true, ..Options::set(&[Setting::HiddenStores]) };
    let Some(server) = Kind::Proftpd.start_with(options) else { return };
    let bytes = content(1_000_000);
    let relay = CuttingRelay::late(&server, Duration::from_millis(3500));
    let outcome = deliver(&server, relay.address, &["--timeout", "1", "--tls", "off"], &[("late", &bytes)]);
    wait_for(&server, "late", bytes.len());
    outcome.claim(server.holds("late", &bytes), "the whole file on the server");
    outcome.never_says("> REST ");
    outcome.exits(if outcome.code == 0 { 0 } else { 10 });
}

fn wait_for(server: &FtpServer, name: &str, size: usize) {
    let (begun, path) = (Instant::now(), server.stored_path(name));
    while begun.elapsed() < Duration::from_secs(10) && !path.metadata().is_ok_and(|file| file.len() == size as u64) {
        thread::sleep(Duration::from_millis(20));
    }
}

/// Starts a server that stores new files beside existing ones of the same name, with one existing file.
fn storing_aside() -> Option<FtpServer> {
    let server = Kind::PureFtpd.start_with(Options::set(&[Setting::StoresAside]))?;
    server.place("report.csv", OLD);
    Some(server)
}
