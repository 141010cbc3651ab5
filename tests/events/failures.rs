//! The events of runs that fail: each failure is one event, and the summary has the exit code and the reason.

use std::os::unix::fs::symlink;
use std::sync::mpsc::channel;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use crate::support::events::Events;
use crate::support::many_files::{ManyFiles, run_to};
use crate::support::outcome::Outcome;
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::{Quirk, StoreRefusal};
use crate::support::run::{ClosedPort, IdleServer, Run};
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::upload::{PASSWORD, Upload};

/// An upload of `hello.txt` with events.
fn with_events() -> Upload {
    Upload::of_hello().options(["--json"])
}

#[test]
fn a_mistake_in_the_command_line_has_a_summary_alone() {
    for options in [&["--bad"][..], &["--retries=x"], &["--quiet", "--verbose"]] {
        let outcome = IdleServer::listen().fails_before_connecting(with_events().options(options));
        let events = outcome.events(2);
        assert_eq!(events.names(), ["summary"], "{options:?}");
        let error = &events.summary()["error"];
        assert_eq!(error["kind"], "usage");
        let message = error["message"].as_str().expect("a message");
        assert_eq!(outcome.stderr, format!("ftp-uploader: {message}\n"));
        assert_eq!(events.summary()["seconds"], 0.0);
    }
}

#[test]
fn a_setting_that_cannot_be_carried_out_has_a_summary_alone() {
    let outcome = with_events().options(["--ca-file", "missing.pem"]).at("127.0.0.1:1").run();
    let events = outcome.events(2);
    assert_eq!(events.names(), ["summary"]);
    assert_eq!(events.summary()["error"]["kind"], "usage");
}

#[test]
fn a_missing_file_is_a_failure_before_anything_was_sent() {
    let outcome =
        IdleServer::listen().fails_before_connecting(Upload::of_nothing().argument_file("missing").options(["--json"]));
    let events = outcome.events(3);
    assert_eq!(events.names(), ["failed", "summary"]);
    let error = json!({ "kind": "source", "cause": "unreadable", "reason": "not_found" });
    for field in ["kind", "cause", "reason"] {
        assert_eq!(events.only("failed")["error"][field], error[field]);
        assert_eq!(events.summary()["error"][field], error[field]);
    }
    assert_eq!([&events.summary()["stored"], &events.summary()["sent_bytes"]], [0, 0]);
}

#[test]
fn a_server_that_does_not_listen_is_unreachable() {
    let closed = ClosedPort::reserve();
    let outcome = with_events().to(closed.address).run();
    let events = outcome.events(4);
    let failed = events.only("failed");
    assert_eq!([&failed["error"]["kind"], &failed["error"]["cause"]], ["unreachable", "refused"]);
    assert!(failed["path"].is_null());
    assert_eq!(events.phases(), ["connecting"]);
    tells_each_failure_once(&outcome, &events, 1);
}

#[test]
fn a_wrong_password_is_refused_at_the_login() {
    let script = Script::greeted().expect("USER alice").reply("331 Go on").expect(&format!("PASS {PASSWORD}"));
    let run = script.reply("530 Wrong").run(with_events());
    let events = run.outcome.events(6);
    let error = &events.only("failed")["error"];
    assert_eq!([&error["kind"], &error["step"]], ["refused", "login"]);
    assert_eq!([&error["reply_code"], &error["reply_text"]], [&json!(530), &json!("Wrong")]);
}

#[test]
fn a_refused_file_is_one_failure_and_the_next_one_is_stored() {
    let script = Script::ready().passive().expect("STOR one").reply("553 No ones");
    let script = script.take("two").tell_size("two", 1).goodbye();
    let run = script.run(Upload::of("one", b"1").and("two", b"2").options(["--json"]));
    let events = run.outcome.events(7);
    let failed = events.only("failed");
    assert_eq!([&failed["path"], &failed["error"]["reply_text"]], ["one", "No ones"]);
    assert_eq!([&failed["partial"], &failed["remains"], &failed["earlier"]], [&json!(false), &json!([]), &json!(null)]);
    assert_eq!(events.only("stored")["path"], "two");
    let summary = events.summary();
    assert_eq!([&summary["stored"], &summary["failed"], &summary["untried"]], [1, 1, 0]);
    assert_eq!(summary["error"]["reply_code"], 553);
    assert!(summary["message"].as_str().is_some_and(|line| line.starts_with("1 of 2 files stored, ")), "{summary}");
    tells_each_failure_once(&run.outcome, &events, 1);
}

#[test]
fn the_files_that_remain_under_generated_names_are_listed() {
    let temporary = "{temp:hello.txt}";
    let lost = Script::ready().can_rename("hello.txt").passive().store(temporary).receive(3).reset_data().close();
    let run = lost.run(with_events().options(["--atomic"]));
    let events = run.outcome.events(10);
    let failed = events.only("failed");
    assert_eq!([&failed["error"]["kind"], &failed["earlier"]["kind"]], ["unknown", "broken"]);
    let remains = failed["remains"].as_array().expect("a list");
    assert_eq!(remains.len(), 1, "{failed}");
    assert_eq!([&remains[0]["content"], &remains[0]["state"]], ["new", "unknown"]);
    assert!(remains[0]["remote"].as_str().is_some_and(|name| name.starts_with(".hello.txt.")), "{failed}");
}

/// The server keeps the part of the file that it has, and lets nobody remove it.
#[test]
fn a_file_that_remains_has_the_size_that_the_server_tells() {
    let refuses = Quirk::RefusesStoreOf("report.csv", "552 Full", StoreRefusal::InTransfer);
    let server = QuirkyServer::start([refuses, Quirk::Refuses("DELE", "550 Not for you")]);
    let upload = Upload::of("report.csv", &[b'x'; 200_000]).options(["--json", "--atomic"]);
    let events = run_to(&server, upload.retries("0")).events(8);
    let failed = events.only("failed");
    let remains = failed["remains"].as_array().expect("a list");
    assert_eq!(remains.len(), 1, "{failed}");
    let name = remains[0]["remote"].as_str().expect("a name");
    let there = server.content(&format!("/inbox/{name}")).expect("a file").len();
    assert!((1..200_000).contains(&there), "{there}");
    assert_eq!([&remains[0]["content"], &remains[0]["state"]], ["new", "seen"]);
    assert_eq!(remains[0]["size_bytes"], there, "{failed}");
}

#[test]
fn a_file_that_may_be_there_in_part_is_said_to_be_partial() {
    let script = Script::storing("big.bin").receive(1 << 20).reset_data().close();
    let events = script.run(Upload::of_big_file().options(["--json"])).outcome.events(8);
    let failed = events.only("failed");
    assert_eq!(failed["error"]["kind"], "broken");
    // The server ends both connections, and either may be noticed first.
    assert!(
        ["data", "control"].map(|connection| json!(connection)).contains(&failed["error"]["connection"]),
        "{failed}"
    );
    assert_eq!([&failed["partial"], &failed["path"]], [&json!(true), &json!("big.bin")]);
}

#[test]
fn files_that_were_not_tried_are_events() {
    let server = QuirkyServer::start([Quirk::RefusesStore("/inbox/f003", "550 Not this one")]);
    let files = ManyFiles::new(200, 100);
    let events = run_to(&server, files.upload("1").options(["--json", "--fail-fast"])).events(7);
    let untried: Vec<_> = events.named("untried").into_iter().map(|event| event["path"].clone()).collect();
    let summary = events.summary();
    assert!(untried.len() > 100 && !untried.contains(&json!("f003")), "{untried:?}");
    assert_eq!(summary["untried"], untried.len());
    let total = ["stored", "failed", "untried"].map(|field| summary[field].as_u64().expect("a number"));
    assert_eq!(total.iter().sum::<u64>(), 200, "{summary}");
}

#[test]
fn a_part_that_was_left_out_is_an_event_and_the_reason_of_the_exit_code() {
    let upload = Upload::of_nothing().argument_file("site").options(["--json", "-r"]);
    let site = upload.path("site");
    std::fs::create_dir(&site).expect("a local folder");
    std::fs::write(site.join("page"), "page").expect("a local file");
    symlink("nowhere", site.join("link")).expect("a link");
    let server = QuirkyServer::start([]);
    let events = run_to(&server, upload).events(3);
    let skipped = events.only("skipped");
    assert_eq!([&skipped["path"], &skipped["kind"]], ["site/link", "link"]);
    assert_eq!([&events.only("planned")["skipped"], &events.summary()["skipped"]], [1, 1]);
    assert_eq!(events.summary()["error"]["kind"], "skipped");
}

#[test]
fn an_interruption_is_a_failure_with_a_summary() {
    let (reached, wait) = channel();
    let server = ScriptedServer::start(Script::storing("big.bin").receive(1 << 20).tell(reached).silence());
    let upload = Upload::of_big_file().timeout("30").options(["--json"]);
    let program = upload.to(server.address()).signals("--default-signal").start();
    wait.recv_timeout(Duration::from_secs(20)).expect("the transfer begins");
    program.signal(Signal::TERM);
    let run = Run::end(program, server);
    let events = run.outcome.events(130);
    assert_eq!(events.only("failed")["error"]["kind"], "interrupted");
    assert_eq!(events.summary()["error"]["kind"], "interrupted");
    tells_each_failure_once(&run.outcome, &events, 1);
}

#[test]
fn each_failure_of_many_is_told_once() {
    for jobs in ["1", "4"] {
        let refusals = ["/inbox/f003", "/inbox/f017", "/inbox/f031"].map(|path| Quirk::RefusesStore(path, "550 No"));
        let server = QuirkyServer::start(refusals);
        let outcome = run_to(&server, ManyFiles::new(40, 100).upload(jobs).options(["--json"]));
        let events = outcome.events(7);
        tells_each_failure_once(&outcome, &events, 3);
        assert_eq!([&events.summary()["stored"], &events.summary()["failed"]], [37, 3]);
    }
}

/// Claims that there are so many failures, each with an event and a line on standard error that are equal.
fn tells_each_failure_once(outcome: &Outcome, events: &Events, count: usize) {
    let failed = events.named("failed");
    let mut told: Vec<_> = failed.iter().map(|event| event["message"].as_str().expect("a message")).collect();
    let summary = events.summary()["message"].as_str().map(|line| format!("{line}."));
    let lines = outcome.stderr.lines().filter_map(|line| line.strip_prefix("ftp-uploader: "));
    let mut lines: Vec<_> = lines.filter(|line| summary.as_deref() != Some(line)).collect();
    told.sort_unstable();
    lines.sort_unstable();
    outcome.claim(told == lines && told.len() == count, &format!("{count} failures, each told once, not {told:#?}"));
}
