//! Checks of servers that refuse, or that have peculiarities. Each is found, and told by its name.

use std::time::Duration;

use serde_json::Value;

use crate::support::check::{check, program};
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::{Order, Quirk, Refusal, StoreRefusal, Turn};

/// The file of a user, which no check may touch.
const OTHERS: &str = "/inbox/a";

fn server(quirks: impl IntoIterator<Item = Quirk>) -> QuirkyServer {
    let server = QuirkyServer::start(quirks);
    server.place_file(OTHERS, b"of somebody else");
    server
}

/// Returns true if the server has the file of the user, and no other one.
fn is_untouched(server: &QuirkyServer) -> bool {
    server.wait_until_idle();
    server.files().into_iter().eq([(OTHERS.to_owned(), b"of somebody else".to_vec())])
}

#[test]
fn nothing_but_one_temporary_file_is_named_in_commands_that_change_something() {
    let server = server([]);
    let checked = check(&server, "inbox", &["--jobs", "2"]);
    checked.succeeded().tells("file/set_time/command", "MFMT").tells("file/resume/command", "REST");
    checked.claim(is_untouched(&server), "the files as before");
    let record = server.record();
    for verb in ["STOR", "APPE", "RNFR", "RNTO", "DELE", "MDTM"] {
        let is_ours = |name: &&str| name.starts_with(".ftp-uploader.") && name.ends_with(".part") && name.len() == 35;
        let names = record.arguments(verb);
        checked.claim(names.iter().all(is_ours), &format!("generated names only after {verb}: {names:?}"));
    }
    checked.claim(record.count("RNTO") == 1 && record.count("MFMT") == 1, "renamed once, time set once");
    checked.claim(record.count("MKD") == 0 && record.count("RMD") == 0, "no directory");
    let names: std::collections::BTreeSet<_> = record.arguments("STOR").into_iter().collect();
    let again = check(&server, "inbox", &["--jobs", "1"]);
    let second = server.record();
    let same = second.arguments("STOR").into_iter().skip(names.len() * 2).any(|name| names.contains(name));
    again.claim(!same, "another name in another run");
}

#[test]
fn a_server_that_refuses_every_store_is_exit_7_and_has_nothing() {
    let server = server([Quirk::RefusesStoreOf("", "550 Permission denied", StoreRefusal::AtOnce)]);
    let checked = check(&server, "inbox", &["--jobs", "1"]);
    checked.failed(7).results("fails", &["file/store"]).tells("file/store/problem/code", 550);
    checked.tells("file/remains", Value::Array(Vec::new()));
    checked.claim(is_untouched(&server), "the files as before");
}

#[test]
fn a_disk_that_is_full_is_told_and_the_part_is_removed() {
    let server = server([Quirk::RefusesStoreOf("", "552 Disk full", StoreRefusal::InTransfer)]);
    let checked = check(&server, "inbox", &["--jobs", "1"]);
    checked.claim(checked.code > 0, "an exit code that is not 0");
    checked.results("fails", &["file/store"]).results("works", &["file/remove"]);
    checked.claim(is_untouched(&server), "the part was removed");
}

#[test]
fn a_server_that_says_550_to_everything_is_told_so() {
    let verbs = ["STOR", "APPE", "REST", "SIZE", "MDTM", "MFMT", "RNFR", "DELE", "LIST", "MLSD"];
    let server = server(verbs.map(|verb| Quirk::Refuses(verb, "550 No")));
    let checked = check(&server, "inbox", &["--jobs", "1"]);
    checked.failed(7).results("works", &["login", "directory"]).results("fails", &["listing", "file/store"]);
    checked.claim(is_untouched(&server), "the files as before");
}

#[test]
fn each_refusal_is_the_finding_about_that_command_alone() {
    for (verb, reply, path, result) in [
        ("RNFR", "550 No", "file/rename", "fails"),
        ("RNTO", "553 No", "file/rename", "fails"),
        ("RNFR", "502 Unknown", "file/rename", "missing"),
        ("MFMT", "550 No", "file/set_time", "fails"),
        ("SIZE", "502 Unknown", "file/size", "missing"),
        ("REST", "502 Unknown", "file/resume", "works"),
        ("LIST", "550 No", "listing", "works"),
    ] {
        let server = server([Quirk::Refuses(verb, reply)]);
        let checked = check(&server, "inbox", &["--jobs", "1"]);
        checked.succeeded().results(result, &[path]).results("works", &["file/store", "file/remove"]);
        checked.claim(is_untouched(&server), &format!("the files as before, although {verb} is refused"));
    }
}

#[test]
fn a_file_that_was_renamed_by_a_refused_command_is_removed_too() {
    let server = server([Quirk::RefusesWhatItRenames(".part", "553 Could not")]);
    let checked = check(&server, "inbox", &["--jobs", "1"]);
    checked.succeeded().results("fails", &["file/rename"]).results("works", &["file/store", "file/remove", "flights"]);
    checked.claim(is_untouched(&server), "the files as before");
}

#[test]
fn a_problem_names_options_and_not_the_library() {
    let server = server([Quirk::OneReplyTooFew(Turn::Each("STOR"))]);
    let checked = check(&server, "inbox", &["--jobs", "1", "--timeout", "1"]);
    checked.claim(!checked.stdout.contains("Network::"), "no name of the library");
    checked.claim(checked.stdout.contains("within --timeout"), "the name of the option");
}

#[test]
fn a_server_without_rest_continues_by_appe() {
    let server = server([Quirk::Refuses("REST", "502 Unknown")]);
    check(&server, "inbox", &["--jobs", "1"]).succeeded().tells("file/resume/command", "APPE");
    let server = self::server([Quirk::Refuses("REST", "502 Unknown"), Quirk::Refuses("APPE", "502 Unknown")]);
    let checked = check(&server, "inbox", &["--jobs", "1"]);
    checked.succeeded().results("missing", &["file/resume"]).results("works", &["file/store", "file/size"]);
    checked.claim(!checked.recommended().contains(&"--resume"), "no --resume");
    checked.claim(is_untouched(&server), "the files as before");
}

#[test]
fn a_file_that_cannot_be_removed_is_named_and_is_exit_7() {
    let server = server([Quirk::Refuses("DELE", "550 Permission denied")]);
    let checked = check(&server, "inbox", &["--jobs", "1"]);
    checked.failed(7).results("works", &["file/store", "file/rename"]).results("fails", &["file/remove"]);
    let left: Vec<_> = server.files().into_keys().filter(|path| path != OTHERS).collect();
    let [left] = &left[..] else { panic!("one file: {left:?}") };
    let name = left.strip_prefix("/inbox/").unwrap_or_default();
    let size = server.content(left).map(|bytes| bytes.len());
    checked.tells("file/remains/0/name", name).tells("file/remains/0/size_bytes", size).says(name);
}

#[test]
fn a_part_that_the_server_refuses_to_remove_and_to_tell_about_is_named() {
    let hidden = vec![Quirk::NoMlsd, Quirk::IgnoresListOptions];
    for listings in [vec![], vec![Quirk::RefusesListings], hidden] {
        let refusals = ["DELE", "SIZE", "MDTM"].map(|verb| Quirk::Refuses(verb, "550 Permission denied"));
        let quota = Quirk::RefusesStoreOf("", "552 Quota exceeded", StoreRefusal::InTransfer);
        let server = server(refusals.into_iter().chain([quota]).chain(listings));
        let checked = check(&server, "inbox", &["--jobs", "1"]);
        checked.claim(checked.code > 0, "an exit code that is not 0");
        checked.results("fails", &["file/store", "file/remove"]);
        let left: Vec<_> = server.files().into_keys().filter(|path| path != OTHERS).collect();
        let [left] = &left[..] else { panic!("one file: {left:?}") };
        let name = left.strip_prefix("/inbox/").unwrap_or_default();
        checked.tells("file/remains/0/name", name).tells("file/remains/0/size_bytes", Value::Null);
        let table = program(&server, "inbox", &["--jobs", "1"]).run();
        table.claim(table.stdout.contains("MAY REMAIN"), "a file that may remain");
    }
}

#[test]
fn an_old_server_without_mlsd_and_mfmt_is_no_failure() {
    let server = server([Quirk::NoMlsd, Quirk::NoMfmt]);
    let checked = check(&server, "inbox", &["--jobs", "1"]);
    checked.succeeded().tells("listing/mlsd", false).tells("file/set_time/command", "MDTM");
    checked.claim(is_untouched(&server), "the files as before");
}

#[test]
fn a_clock_that_is_wrong_is_told_with_its_rounding() {
    for ahead in [3600, -86_400] {
        let server = server([Quirk::ClockIsAhead(ahead)]);
        let checked = check(&server, "inbox", &["--jobs", "1"]);
        let time = checked.succeeded().finding("file/time");
        let ms = |name: &str| time[name].as_i64().unwrap_or_default();
        let (min, max) = (ms("clock_ahead_min_ms"), ms("clock_ahead_max_ms"));
        // Each change takes a second of the server's clock.
        let within = |found: i64| (found - ahead * 1000).abs() < 20_000;
        checked.claim(within(min) && within(max) && min < max, &format!("a clock that is {ahead} s ahead"));
        let table = program(&server, "inbox", &["--jobs", "1"]).run();
        let way = if ahead > 0 { "ahead (MDTM, which tells whole seconds" } else { "behind (MDTM" };
        // The table is broken into lines.
        let text = table.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        table.claim(text.contains(way), way);
    }
}

#[test]
fn a_server_with_one_session_is_found_and_the_number_is_never_exceeded() {
    for refusal in [Refusal::Greeting, Refusal::Login] {
        let server = server([Quirk::AtMostSessions(1, refusal)]);
        let checked = check(&server, "inbox", &["--jobs", "4"]);
        checked.succeeded().tells("connections/open", 1).tells("connections/tried", 4);
        checked.claim(checked.recommended().contains(&"--jobs 1"), "--jobs 1");
        checked.claim(server.refused_sessions() == 1, "one refusal is enough");
        checked.claim(is_untouched(&server), "the files as before");
    }
    for jobs in [1, 2, 5] {
        let server = server([]);
        let checked = check(&server, "inbox", &["--jobs", &jobs.to_string()]);
        checked.succeeded().tells("connections/open", jobs).tells("connections/refused", Value::Null);
        checked.claim(server.peak() == usize::try_from(jobs).unwrap(), &format!("{jobs} at the same time"));
    }
}

#[test]
fn a_server_that_cannot_take_flights_is_found() {
    for quirk in [
        Quirk::DropsAllButFirst,
        Quirk::ClosesOnFlight,
        Quirk::ReordersReplies(Order::Reversed),
        Quirk::ReordersReplies(Order::FirstTwoExchanged),
    ] {
        let server = server([quirk.clone()]);
        let checked = check(&server, "inbox", &["--jobs", "1", "--timeout", "2"]);
        checked.succeeded().results("fails", &["flights"]).results("works", &["file/store", "file/remove"]);
        checked.claim(is_untouched(&server), &format!("the files as before: {quirk:?}"));
    }
}

#[test]
fn bytes_that_get_lost_are_found() {
    let server = server([Quirk::OneReplyTooMany(Turn::Only("SIZE", 1), "213 1", Duration::ZERO)]);
    let checked = check(&server, "inbox", &["--jobs", "1"]);
    checked.claim(is_untouched(&server), "the files as before");
}

#[test]
fn a_wrong_password_is_exit_6_and_is_sent_once() {
    let server = server([]);
    let outcome = program(&server, "inbox", &["--retries", "3"]).environment("FTP_PASSWORD", "wrong").run();
    outcome.exits(6);
    outcome.claim(server.refused_passwords() == 1, "one login");
}

#[test]
fn a_directory_that_does_not_exist_is_exit_7() {
    let server = server([]);
    let checked = check(&server, "elsewhere", &["--jobs", "1"]);
    checked.failed(7).results("works", &["login"]).results("fails", &["directory"]).results("unasked", &["listing"]);
}

#[test]
fn nobody_at_the_port_is_exit_4_with_json() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let outcome = crate::support::program::Program::new()
        .arguments(["check", "--json", "--retries", "0", &address.to_string(), "alice"])
        .environment("FTP_PASSWORD", "x")
        .run();
    let checked = crate::support::check::Checked::of(outcome);
    checked.failed(4).results("unasked", &["login"]);
}
