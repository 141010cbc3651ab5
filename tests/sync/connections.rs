//! Connections that end, limits of their number, and servers that are restarted.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use test_servers::{Kind, Options, Setting};

use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::{Quirk, REFUSALS};
use crate::support::real_servers::{content, on_servers};
use crate::support::relay::{Cut, How, Point, Relay};
use crate::support::sync::LocalTree;
use crate::support::sync::destination::Behind;

on_servers!(vsftpd Vsftpd, proftpd Proftpd, pure_ftpd PureFtpd; [
    a_server_may_be_restarted_in_the_middle,
    a_connection_that_is_cut_at_any_reply_costs_nothing
]);

/// The longest wait for the start of a run.
const PATIENCE: Duration = Duration::from_secs(20);

/// TREES D21.
#[test]
fn over_connections_that_end_every_file_gets_to_its_place() {
    for jobs in ["1", "4"] {
        let server = QuirkyServer::start([Quirk::ClosesAfterTransfers(7)]);
        let local = LocalTree::numbered(50, 5, 500);
        let first = local.sync().jobs(jobs).retries("3").run(&server);
        first.succeeded().mirrored(&local, &server).stayed_inside();
        let second = local.sync().jobs(jobs).retries("3").run(&server);
        second.found_all_unchanged(50);
    }
}

/// TREES D21.
#[test]
fn connections_that_end_cost_no_deletion_either() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::numbered(60, 6, 100);
    let options = ["--delete", "own", "--max-delete", "40"];
    local.sync().options(options).run(&server).succeeded();
    (0..30).for_each(|number| local.remove(&format!("d{:02}/f{number:03}", number % 6)));
    (30..60).for_each(|number| local.write(&format!("d{:02}/f{number:03}", number % 6), "changed"));
    server.change_quirks([Quirk::ClosesAfterTransfers(4)]);
    let second = local.sync().options(options).retries("3").run(&server);
    second.succeeded().mirrored(&local, &server);
}

/// TREES D22.
#[test]
fn a_server_that_takes_two_sessions_of_a_user_gets_the_tree_over_two() {
    let options = Options::set(&[Setting::TwoClientsPerUser]);
    let Some(server) = Kind::Proftpd.start_with(options) else { return };
    let local = LocalTree::numbered(60, 6, 1000);
    let first = local.sync().jobs("4").retries("3").run(&server);
    first.succeeded().mirrored(&local, &server);
    local.sync().jobs("4").retries("3").run(&server).succeeded().stored(&[]);
}

/// TREES D22.
#[test]
fn a_server_that_takes_few_sessions_gets_the_tree_over_those() {
    for refusal in REFUSALS {
        for most in [1, 2] {
            let server = QuirkyServer::start([Quirk::AtMostSessions(most, refusal)]);
            let local = LocalTree::numbered(40, 8, 100);
            let run = local.sync().jobs("4").options(["--timeout", "1"]).retries("3").run(&server);
            run.succeeded().mirrored(&local, &server);
            run.claim(server.peak() <= most, &format!("at most {most} sessions with {refusal:?}"));
        }
    }
}

fn a_server_may_be_restarted_in_the_middle(kind: Kind) {
    let Some(mut server) = kind.start() else { return };
    let local = LocalTree::numbered(60, 6, 50_000);
    let options = ["--limit-rate", "2m", "--delete", "own"];
    let running = local.sync().options(options).retries("8").start(&server);
    // A server that is not there at the first connection ends the run, so the restart waits for the run's lock.
    let folder = server.root().join("inbox");
    let begun = Instant::now();
    while fs::read_dir(&folder).is_ok_and(|entries| entries.count() == 0) && begun.elapsed() < PATIENCE {
        thread::sleep(Duration::from_millis(10));
    }
    thread::sleep(Duration::from_millis(400));
    server.restart();
    running.end(&server).succeeded().mirrored(&local, &server);
    local.sync().options(options).run(&server).succeeded().stored(&[]);
}

fn a_connection_that_is_cut_at_any_reply_costs_nothing(kind: Kind) {
    // A STOR whose data connection never comes holds the lock of vsftpd on the file.
    let settings = if kind == Kind::Vsftpd { &[Setting::ShortAccept][..] } else { &[] };
    let Some(server) = kind.start_with(Options::set(settings)) else { return };
    let local = LocalTree::numbered(6, 3, 2000);
    for number in (2..80).step_by(6) {
        let how = if number % 4 == 0 { How::Close } else { How::Reset };
        (0..6).for_each(|file| local.write(&format!("d{:02}/f{file:03}", file % 3), content(3000 + file + number)));
        local.write(&format!("only-{number}/x"), "gone with the next run");
        if number > 2 {
            local.remove(&format!("only-{}", number - 6));
        }
        let relay = Relay::before(server.addr, [Cut::control(Point::Reply(number), how)]);
        let behind = Behind(relay.address, &server);
        let run = local.sync().options(["--delete", "own", "--verbose"]).jobs("1").retries("3").run(&behind);
        run.succeeded().mirrored(&local, &server);
    }
}

#[test]
fn a_run_without_retries_that_is_cut_fails_and_the_next_one_completes_it() {
    let server = QuirkyServer::start([Quirk::ClosesAfterTransfers(5)]);
    let local = LocalTree::numbered(40, 4, 100);
    let run = local.sync().jobs("1").options(["--manifest"]).run(&server);
    run.claim(run.code != 0 || server.connections() > 1, "a failure, or more than one connection");
    server.change_quirks([]);
    local.sync().options(["--manifest"]).run(&server).succeeded().mirrored(&local, &server);
}
