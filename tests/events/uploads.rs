//! The events of uploads that succeed.

use serde_json::json;

use crate::support::events::Events;
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::Quirk;
use crate::support::run::Run;
use crate::support::script::{Move, Script};
use crate::support::scripted_server::ScriptedServer;
use crate::support::secret_cases::Fixture;
use crate::support::upload::{BIG, HELLO, Upload};

#[test]
fn an_upload_of_one_file_has_all_its_phases_in_order() {
    let run = Script::ready().take("hello.txt").and_all_is_well().run(Upload::of_hello().options(["--json"]));
    let events = run.outcome.events(0);
    let phases = ["connecting", "greeting", "login", "directory", "binary_type", "features"];
    let of_file = ["inspection", "data_connection", "store", "transfer", "confirmation", "verifying", "quit"];
    let mut found = events.phases();
    found.dedup();
    assert_eq!(found, [&phases[..], &of_file].concat(), "{:#?}", events.0);
    let mut others = events.names();
    others.retain(|name| *name != "phase");
    assert_eq!(others, ["planned", "started", "progress", "stored", "summary"]);
    assert_eq!(events.only("planned")["size_bytes"], 6);
    let stored = events.only("stored");
    assert_eq!([&stored["path"], &stored["remote"], &stored["verified"]], ["hello.txt", "hello.txt", "size"]);
    let summary = events.summary();
    assert_eq!([&summary["stored"], &summary["failed"], &summary["dropped_events"]], [1, 0, 0]);
    assert_eq!(summary["verified"], json!({ "size": 1 }));
    assert!(summary["error"].is_null() && summary["sync"].is_null());
}

/// By a hash, by the size, and by the final reply alone.
#[test]
fn each_stored_file_has_the_proof_that_the_server_gave() {
    let hashed = Script::hashing().take("hello.txt").tell_hash("hello.txt", HELLO).goodbye();
    let sized = Script::ready().take("hello.txt").and_all_is_well();
    let confirmed = Script::ready().take("hello.txt").no_size("hello.txt").goodbye();
    for (script, proof) in [(hashed, "sha256"), (sized, "size"), (confirmed, "none")] {
        let events = script.run(Upload::of_hello().options(["--json"])).outcome.events(0);
        assert_eq!(events.only("stored")["verified"], proof);
        assert_eq!(events.summary()["verified"], json!({ proof: 1 }));
    }
}

#[test]
fn a_name_is_looked_up_and_an_address_is_connected_to() {
    let server = ScriptedServer::start(Script::ready().take("hello.txt").and_all_is_well());
    let port = server.address().port();
    let program = Upload::of_hello().options(["--json", "--tls", "off"]).at(format!("localhost:{port}")).start();
    let events = Run::end(program, server).outcome.events(0);
    let first = &events.0[0];
    assert_eq!([&first["phase"], &first["host"]], ["resolving", "localhost"]);
    let connecting: Vec<_> = events.named("phase").into_iter().filter(|event| event["phase"] == "connecting").collect();
    let last = connecting.last().expect("a connection");
    assert_eq!([&last["address"], &last["peer"]], [&json!(format!("127.0.0.1:{port}")), &json!("server")]);
}

#[test]
fn a_retry_has_its_cause_and_its_pause() {
    let busy = Script::ready().lacks("hello.txt").passive().expect("STOR hello.txt").reply("450 Busy").goodbye();
    let again = Script::ready().take("hello.txt").and_all_is_well();
    let run = crate::support::runs::run_in_turn([busy, again], Upload::of_hello().retries("2").options(["--json"]));
    let events = run.outcome.events(0);
    let retry = events.only("retry");
    assert_eq!([&retry["path"], &retry["error"]["kind"], &retry["error"]["step"]], ["hello.txt", "refused", "store"]);
    assert_eq!([&retry["error"]["reply_code"], &retry["count"], &retry["limit"]], [450, 1, 2]);
    assert_eq!(retry["error"]["reply_text"], "Busy");
    assert!(retry["pause_seconds"].as_f64().is_some_and(|pause| (0.01..1.0).contains(&pause)), "{retry}");
}

#[test]
fn progress_comes_at_most_ten_times_a_second() {
    let slowly = Move::ReceiveSlowly(64 << 10, std::time::Duration::from_millis(4));
    let script = Script::storing("big.bin").then(slowly).reply("226 Stored").tell_size("big.bin", BIG).goodbye();
    let run = script.run(Upload::of_big_file().options(["--json"]));
    let events = run.outcome.events(0);
    let progress = events.named("progress");
    let most = usize::try_from(run.outcome.took.as_millis() / 100).expect("a short time") + 2;
    run.outcome.claim((5..=most).contains(&progress.len()), &format!("5 to {most} events, not {}", progress.len()));
    let sent: Vec<_> = progress.iter().map(|event| event["all_sent_bytes"].as_u64().expect("a number")).collect();
    assert!(sent.is_sorted() && sent.iter().all(|sent| *sent <= BIG), "{sent:?}");
    assert!(progress.iter().any(|event| event["bytes_per_second"].is_number()), "{progress:#?}");
}

#[test]
fn several_files_over_several_connections_have_their_events_in_order() {
    let server = QuirkyServer::start([]);
    let names: Vec<_> = (0..40).map(|number| format!("file{number}")).collect();
    let upload = names.iter().fold(Upload::of_nothing(), |upload, name| upload.and(name, name.as_bytes()));
    let outcome = crate::support::many_files::run_to(&server, upload.jobs("4").options(["--json"]));
    let events = outcome.events(0);
    for name in &names {
        let of_file = events.0.iter().filter(|event| event["path"] == name.as_str() && event["event"] != "progress");
        let of_file: Vec<_> = of_file.map(|event| event["event"].as_str().expect("a name")).collect();
        assert_eq!(of_file, ["started", "stored"], "{name}");
    }
    assert!(!events.phases().contains(&"transfer"), "steps of files that are mixed: {:?}", events.phases());
    let summary = events.summary();
    assert_eq!([&summary["stored"], &summary["size_bytes"]], [40, names.iter().map(String::len).sum::<usize>()]);
    assert!(summary["message"].as_str().is_some_and(|line| line.starts_with("40 files, ")), "{summary}");
}

#[test]
fn tls_and_a_note_are_events() {
    let fixture = Fixture::new();
    let upload = Upload::of_hello().options(["--json", "--tls", "explicit", "--ca-file", "ca.pem", "--chmod", "640"]);
    let script = fixture.protected_but_for_the_mode();
    let server = ScriptedServer::start(script);
    let port = server.address().port();
    let upload = upload.with_local("ca.pem", fixture.authority.pem());
    let events = Run::end(upload.at(format!("localhost:{port}")).start(), server).outcome.events(0);
    let connections: Vec<_> = events.named("secured").into_iter().map(|event| event["connection"].clone()).collect();
    assert_eq!(connections, ["control", "data"]);
    let note = events.only("note");
    assert_eq!([&note["kind"], &note["path"]], ["permissions_not_set", "hello.txt"]);
    assert_eq!(note["error"]["reply_code"], 502);
}

#[test]
fn a_stream_has_no_size_before_its_end() {
    let script = Script::ready().take("hello.txt").and_all_is_well();
    let upload = Upload::of_nothing().options(["--json", "--from-stdin", "hello.txt"]);
    let events = script.run(upload.program(|program| program.stdin("hello\n"))).outcome.events(0);
    assert!(events.only("started")["size_bytes"].is_null());
    assert_eq!(events.only("stored")["size_bytes"], 6);
}

#[test]
fn verbose_shows_the_conversation_on_standard_error_as_well() {
    let script = Script::ready().take("hello.txt").and_all_is_well();
    let run = script.run(Upload::of_hello().options(["--json", "--verbose"]));
    run.outcome.events(0);
    run.outcome.says("> STOR hello.txt\n").says("* connecting to 127.0.0.1:").says("Stored hello.txt in inbox");
}

#[test]
fn explain_is_one_event_with_the_document_of_its_own() {
    for explain in ["--explain", "--explain=json"] {
        let outcome = Upload::of_hello().options(["--json", explain]).at("127.0.0.1:1").run();
        let events = outcome.events(0);
        assert_eq!(events.names(), ["explain", "summary"]);
        let alone = Upload::of_hello().options(["--explain=json"]).at("127.0.0.1:1").run();
        let alone: serde_json::Value = alone.stdout.parse().expect("JSON");
        let grants = &events.only("explain")["grants"];
        assert_eq!([&grants["server"], &grants["limits"]], [&alone["server"], &alone["limits"]]);
    }
}

#[test]
fn without_the_option_nothing_is_on_standard_output() {
    let run = Script::ready().take("hello.txt").and_all_is_well().run_hello();
    run.outcome.succeeds();
    assert!(Events::read("").0.is_empty());
}

#[test]
fn a_file_that_is_there_already_is_an_event() {
    let server = QuirkyServer::start([]);
    server.place_file("/inbox/a", b"older");
    let upload = Upload::of("a", b"1").and("b", b"2").options(["--json", "--skip-existing"]);
    let events = crate::support::many_files::run_to(&server, upload).events(0);
    let there = events.only("already_there");
    assert_eq!([&there["path"], &there["remote"]], ["a", "a"]);
    assert_eq!(events.only("stored")["path"], "b");
    assert_eq!([&events.summary()["stored"], &events.summary()["already_there"]], [1, 1]);
}

#[test]
fn files_that_arrive_late_slow_the_events_down_and_not_their_number() {
    let server = QuirkyServer::start([Quirk::LateReplies(std::time::Duration::from_millis(20))]);
    let upload = Upload::of("a", b"1").and("b", b"2").options(["--json", "--atomic"]);
    let events = crate::support::many_files::run_to(&server, upload).events(0);
    assert_eq!(events.named("stored").len(), 2);
}
