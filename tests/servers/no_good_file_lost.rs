//! A complete file is never lost: `--atomic --replace` either replaces the old file or leaves it unchanged, byte for
//! byte, on servers that forbid renaming, replacing or deleting, and wherever the connection breaks.

use std::thread;
use std::time::Duration;

use test_servers::{FtpServer, Kind, Options, Setting};

use crate::support::real_delivery::{Consumer, deliver};
use crate::support::real_servers::{content, on_servers};
use crate::support::relay::{Cut, How, Point, Relay};

const NAME: &str = "report.csv";
const OLD: &[u8] = b"what was good yesterday\n";
const NEW: &[u8] = b"what is good today, and longer\n";

/// The program must never delete the file under its own name.
const DELETES: &str = "> DELE report.csv";

on_servers!(vsftpd Vsftpd, proftpd Proftpd, pure_ftpd PureFtpd; [
    where_renaming_is_forbidden_the_old_file_stays,
    where_nothing_is_forbidden_the_old_file_is_replaced
]);

on_servers!(vsftpd_with_a_scanner Vsftpd, proftpd_with_a_scanner Proftpd; [
    a_temporary_file_that_was_taken_away_does_not_cost_the_old_one
]);

fn where_renaming_is_forbidden_the_old_file_stays(kind: Kind) {
    let Some(server) = kind.start_with(Options::set(&[Setting::NoRenaming])) else { return };
    for options in [&["--atomic", "--replace"][..], &["--atomic", "--replace", "--resume"], &["--atomic"]] {
        server.place(NAME, OLD);
        let outcome = deliver(&server, server.addr, options, &[(NAME, NEW)]);
        outcome.claim(server.holds(NAME, OLD), "the old file");
        outcome.fails(7).never_says(DELETES).tells_of_all(&server, &[NAME]);
        outcome.claim(!outcome.own_words().contains("use --replace"), "no advice that does not help");
        remove_all(&server);
    }
}

fn where_nothing_is_forbidden_the_old_file_is_replaced(kind: Kind) {
    let Some(server) = kind.start() else { return };
    server.place(NAME, OLD);
    is_replaced(&server, &["--atomic", "--replace"]);
}

#[test]
fn a_server_that_renames_over_no_file_has_the_old_one_moved_aside_and_deleted_at_the_end() {
    let Some(server) = not_overwriting() else { return };
    for options in [&["--atomic", "--replace"][..], &["--atomic", "--replace", "--resume"]] {
        server.place(NAME, OLD);
        is_replaced(&server, options);
    }
}

#[test]
fn without_replace_the_old_file_stays_and_the_new_one_is_where_the_message_says() {
    let Some(server) = not_overwriting() else { return };
    server.place(NAME, OLD);
    let outcome = deliver(&server, server.addr, &["--atomic"], &[(NAME, NEW)]);
    outcome.fails(7).never_says("> DELE ").tells("--replace").tells_of_all(&server, &[NAME]);
    assert_eq!(server.stored(NAME), OLD);
    let temporary = other_names(&server, NAME);
    assert_eq!(temporary.len(), 1, "{temporary:?}");
    assert_eq!(server.stored(&temporary[0]), NEW);
}

#[test]
fn an_old_file_that_cannot_be_deleted_stays_aside_and_is_told_of() {
    let settings = &[Setting::NoOverwriting, Setting::NoDeleting];
    let Some(server) = Kind::Proftpd.start_with(Options::set(settings)) else { return };
    server.place(NAME, OLD);
    let outcome = deliver(&server, server.addr, &["--atomic", "--replace"], &[(NAME, NEW)]);
    outcome.succeeds().never_says(DELETES).tells_of_all(&server, &[NAME]);
    assert_eq!(server.stored(NAME), NEW);
    let aside = other_names(&server, NAME);
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert!(aside[0].ends_with(".old"), "{aside:?}");
    assert_eq!(server.stored(&aside[0]), OLD);
}

/// For example by a virus scanner, which may remove the file when it has all its bytes and before the server has
/// noticed the end.
fn a_temporary_file_that_was_taken_away_does_not_cost_the_old_one(kind: Kind) {
    let Some(server) = kind.start() else { return };
    server.place(NAME, OLD);
    let new = content(100_000);
    let scanner = Consumer::of(&server, new.len(), |name| name != NAME);
    let relay = Relay::slow(server.addr, Duration::from_millis(150));
    let outcome = deliver(&server, relay.address, &["--atomic", "--replace"], &[(NAME, &new)]);
    let taken = scanner.end();
    outcome.claim(!taken.is_empty(), "something to take").claim(server.holds(NAME, OLD), "the old file");
    outcome.fails(if outcome.code == 7 { 7 } else { 10 }).never_says(DELETES).never_claims("is stored as");
    outcome.tells_of_all(&server, &[NAME]);
}

#[test]
fn wherever_the_line_breaks_vsftpd_has_the_old_or_the_new_file() {
    breaks_everywhere(Kind::Vsftpd, &[]);
}

#[test]
fn wherever_the_line_breaks_proftpd_has_the_old_or_the_new_file() {
    breaks_everywhere(Kind::Proftpd, &[]);
}

#[test]
fn wherever_the_line_breaks_pure_ftpd_has_the_old_or_the_new_file() {
    breaks_everywhere(Kind::PureFtpd, &[]);
}

#[test]
fn wherever_the_line_breaks_a_server_that_tells_no_sizes_has_the_old_or_the_new_file() {
    breaks_everywhere(Kind::Vsftpd, &[Setting::NoSizes]);
}

#[test]
fn wherever_the_line_breaks_a_server_that_renames_over_no_file_has_the_old_or_the_new_one() {
    breaks_everywhere(Kind::Proftpd, &[Setting::NoOverwriting]);
}

#[test]
fn wherever_the_line_breaks_a_server_that_renames_nothing_has_the_old_file() {
    breaks_everywhere(Kind::Vsftpd, &[Setting::NoRenaming]);
}

/// Cuts the control connection instead of each reply, once with and once without retries.
fn breaks_everywhere(kind: Kind, settings: &'static [Setting]) {
    let Some(server) = kind.start_with(Options::set(settings)) else { return };
    for retries in ["0", "2"] {
        thread::scope(|scope| {
            for reply in 4..=24 {
                let server = &server;
                let thread = thread::Builder::new().name(format!("{kind:?} reply {reply}, {retries} retries"));
                thread.spawn_scoped(scope, move || break_at(server, reply, retries)).unwrap();
            }
        });
    }
}

fn break_at(server: &FtpServer, reply: usize, retries: &str) {
    let name = format!("{retries}-{reply}.csv");
    server.place(&name, OLD);
    let relay = Relay::before(server.addr, [Cut::control(Point::Reply(reply), How::Close)]);
    let options = ["--atomic", "--replace", "--retries", retries, "--timeout", "5"];
    let outcome = deliver(server, relay.address, &options, &[(&name, NEW)]);
    let others: Vec<_> =
        other_names(server, &name).into_iter().filter(|other| other.contains(&format!(".{name}."))).collect();
    let is_aside = others.iter().any(|other| other.ends_with(".old") && server.holds(other, OLD));
    if outcome.code == 0 {
        outcome.claim(server.holds(&name, NEW), "the new file");
        outcome.claim(others.iter().all(|other| outcome.own_words().contains(other)), "no file that is not told of");
    } else {
        let is_good = server.holds(&name, OLD) || server.holds(&name, NEW) || is_aside;
        outcome.claim(is_good, &format!("the old or the new file, not {others:?} only"));
        for other in &others {
            outcome.tells(other);
        }
    }
}

fn is_replaced(server: &FtpServer, options: &[&str]) {
    let outcome = deliver(server, server.addr, options, &[(NAME, NEW)]);
    outcome.succeeds().never_says(DELETES);
    outcome.claim(server.holds(NAME, NEW), "the new file");
    assert_eq!(server.stored_names(), [NAME]);
}

fn not_overwriting() -> Option<FtpServer> {
    Kind::Proftpd.start_with(Options::set(&[Setting::NoOverwriting]))
}

fn remove_all(server: &FtpServer) {
    for name in server.stored_names() {
        std::fs::remove_file(server.stored_path(name)).unwrap();
    }
}

fn other_names(server: &FtpServer, name: &str) -> Vec<String> {
    server.stored_names().into_iter().filter(|other| other != name).collect()
}
