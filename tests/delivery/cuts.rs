//! Real servers behind a relay that cuts connections: the data or the control connection, by a close, a reset or
//! silence, after any share of the file. One test restarts the server in mid-transfer. Every byte of the file must
//! arrive, and the program must report success.

use std::thread;
use std::time::Duration;

use test_servers::{FtpServer, Kind};

use crate::support::program::Program;
use crate::support::real_servers::{content, on_servers};
use crate::support::relay::{Cut, How, Point, Relay};

// libunftp is missing because it reads the whole directory for CWD, and refuses CWD if a file in the directory changes
// meanwhile.
on_servers!(vsftpd Vsftpd, proftpd Proftpd, pure_ftpd PureFtpd, pyftpdlib Pyftpdlib; [
    data_that_is_cut_arrives_in_the_end,
    a_control_connection_that_is_cut_in_mid_transfer_costs_nothing,
    a_lost_final_reply_costs_nothing,
    a_connection_that_is_cut_at_any_reply_costs_nothing,
    a_cut_under_a_temporary_name_costs_nothing,
    a_server_that_is_restarted_in_mid_transfer_costs_nothing
]);

const HOWS: [How; 3] = [How::Close, How::Reset, How::Silence];

fn data_that_is_cut_arrives_in_the_end(kind: Kind) {
    let Some(server) = kind.start() else { return };
    side_by_side(&server, shares().flat_map(|share| HOWS.map(|how| (Cut::data(share, how), &[][..]))));
}

fn a_control_connection_that_is_cut_in_mid_transfer_costs_nothing(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let cuts = shares().flat_map(|share| HOWS.map(|how| (Cut::control(Point::Bytes(share), how), &[][..])));
    side_by_side(&server, cuts);
}

fn a_lost_final_reply_costs_nothing(kind: Kind) {
    let Some(server) = kind.start() else { return };
    side_by_side(&server, HOWS.map(|how| (Cut::control(Point::FinalReply, how), &[][..])));
}

fn a_connection_that_is_cut_at_any_reply_costs_nothing(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let replies = (1..=11)
        .flat_map(|reply| [How::Close, How::Reset].map(|how| (Cut::control(Point::Reply(reply), how), &[][..])));
    side_by_side(&server, replies);
}

fn a_cut_under_a_temporary_name_costs_nothing(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let options = &["--atomic", "--replace"][..];
    let data = shares().map(|share| (Cut::data(share, How::Reset), options));
    let replies = (7..=15).map(|reply| (Cut::control(Point::Reply(reply), How::Close), options));
    side_by_side(&server, data.chain(replies).chain([(Cut::control(Point::FinalReply, How::Reset), options)]));
    let left: Vec<_> =
        std::fs::read_dir(server.stored_path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().ends_with(".part")), "{left:?}");
}

fn a_server_that_is_restarted_in_mid_transfer_costs_nothing(kind: Kind) {
    let Some(mut server) = kind.start() else { return };
    let relay = Relay::slow(server.addr, Duration::from_millis(20));
    let bytes = content(SIZE as usize);
    let program = program(&server, &relay, "restarted", &bytes, &[]).start();
    let begun = || std::fs::metadata(server.stored_path("restarted")).is_ok_and(|file| file.len() > 100_000);
    while !begun() {
        thread::sleep(Duration::from_millis(5));
    }
    server.restart();
    let outcome = program.wait();
    outcome.succeeds().mentions(&["Retrying in"]);
    assert!(server.stored("restarted") == bytes, "the stored file differs");
}

/// The numbers of bytes after which the relay cuts.
fn shares() -> impl Iterator<Item = u64> {
    [SIZE / 100, SIZE / 2, SIZE - SIZE / 1000, SIZE].into_iter()
}

/// Runs one upload for each cut, all in parallel, because the tests mostly wait.
fn side_by_side<'a>(server: &FtpServer, cuts: impl IntoIterator<Item = (Option<Cut>, &'a [&'a str])>) {
    thread::scope(|scope| {
        for (number, (cut, options)) in cuts.into_iter().enumerate() {
            let thread = thread::Builder::new().name(format!("{cut:?} {options:?}"));
            thread.spawn_scoped(scope, move || cut_once(server, number, cut, options)).unwrap();
        }
    });
}

fn cut_once(server: &FtpServer, number: usize, cut: Option<Cut>, options: &[&str]) {
    let relay = Relay::before(server.addr, [cut]);
    // Each upload has another size, so that no two files are equal.
    let (name, bytes) = (format!("cut{number}"), content(SIZE as usize + number));
    let outcome = program(server, &relay, &name, &bytes, options).run();
    outcome.succeeds();
    outcome.claim(server.stored(&name) == bytes, &format!("the same bytes on the server after {cut:?}"));
}

fn program(server: &FtpServer, relay: &Relay, name: &str, bytes: &[u8], options: &[&str]) -> Program {
    Program::new()
        .with_file(name, bytes)
        .arguments(["--verbose", "--timeout", "3", "--retry-delay", "0.3", "--retries", "5"])
        .arguments(options)
        .arguments([&relay.address.to_string(), server.user, name, server.upload_dir()])
        .environment("FTP_PASSWORD", server.password)
}

const SIZE: u64 = 2 << 20;
