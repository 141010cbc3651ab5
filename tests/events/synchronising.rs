//! The events of `sync`: its plan, its operations, and its failures.

use serde_json::{Value, json};

use crate::support::events::Events;
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::Quirk;
use crate::support::sync::{LOCK, LocalTree, MANIFEST};

/// Returns a server and a directory with files to store and to remove, and one file that is equal.
fn changed_site() -> (QuirkyServer, LocalTree) {
    let server = QuirkyServer::start([]);
    let local = LocalTree::new(&[("index.html", "ten bytes!"), ("old/a.js", "a"), ("same", "same")]);
    local.sync().options(["--delete", "own"]).run(&server).succeeded();
    server.place_file("/inbox/foreign", b"foreign");
    local.write("index.html", "twelve bytes");
    local.write("css/a.css", "a");
    local.remove("old");
    (server, local)
}

/// The values of a field of the events of this name.
fn values(events: &Events, name: &str, field: &str) -> Vec<Value> {
    events.named(name).into_iter().map(|event| event[field].clone()).collect()
}

#[test]
fn a_run_tells_its_plan_and_each_change() {
    let (server, local) = changed_site();
    let run = local.sync().options(["--delete", "own", "--json"]).run(&server);
    let events = run.events(0);
    let plan = events.only("plan");
    let numbers = ["make_directories", "store", "store_bytes", "remove", "remove_directories", "unchanged"];
    assert_eq!(numbers.map(|number| plan[number].as_u64().expect("a number")), [1, 2, 13, 1, 1, 1]);
    assert_eq!(events.only("planned")["files"], 2);
    let mut stored = values(&events, "stored", "remote");
    stored.retain(|remote| remote != MANIFEST);
    stored.sort_by_key(Value::to_string);
    assert_eq!(stored, ["css/a.css", "index.html"]);
    assert_eq!(values(&events, "removed", "remote"), ["old/a.js", "old"]);
    assert_eq!(values(&events, "removed", "directory"), [false, true]);
    let summary = events.summary();
    let sync = &summary["sync"];
    assert_eq!([&sync["dry_run"], &sync["compared"]], [&json!(false), &plan["compared"]]);
    let numbers = ["made_directories", "removed", "removed_directories", "unchanged"];
    assert_eq!(numbers.map(|number| sync[number].as_u64().expect("a number")), [1, 1, 1, 1]);
    assert!(summary["message"].as_str().is_some_and(|line| line.starts_with("Synchronised: ")), "{summary}");
}

#[test]
fn a_dry_run_tells_each_operation_and_changes_nothing() {
    for dry_run in ["--dry-run", "--dry-run=json"] {
        let (server, local) = changed_site();
        let before = server.files();
        let events = local.sync().options(["--delete", "own", "--json", dry_run]).run(&server).events(0);
        let operations = values(&events, "operation", "operation");
        assert_eq!(operations, ["make", "store", "store", "remove", "remove-directory"]);
        let paths = values(&events, "operation", "remote");
        assert_eq!(paths, ["css", "css/a.css", "index.html", "old/a.js", "old"]);
        assert!(events.named("note").iter().any(|note| note["kind"] == "plan"), "a note about the foreign file");
        assert_eq!(events.summary()["sync"]["dry_run"], true);
        assert_eq!(server.files(), before);
    }
}

#[test]
fn a_run_with_nothing_to_do_has_no_event_of_a_file() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::new(&[("a", "1"), ("b", "2")]);
    local.sync().run(&server).succeeded();
    let events = local.sync().options(["--json"]).run(&server).events(0);
    assert_eq!(events.only("plan")["unchanged"], 2);
    for name in ["started", "stored", "removed", "failed"] {
        assert!(events.named(name).is_empty(), "{name}: {:#?}", events.0);
    }
    assert!(events.summary()["message"].as_str().is_some_and(|line| line.starts_with("Nothing to do: ")));
}

#[test]
fn a_refused_file_is_one_failure_and_nothing_is_removed() {
    let (server, local) = changed_site();
    server.change_quirks(vec![Quirk::RefusesStoreOf(
        "index.html",
        "550 Not this one",
        crate::support::quirky_server::quirk::StoreRefusal::AtOnce,
    )]);
    let run = local.sync().options(["--delete", "own", "--json"]).run(&server);
    let events = run.events(7);
    let failed = events.only("failed");
    assert_eq!(failed["error"]["reply_text"], "Not this one");
    assert!(failed["path"].as_str().is_some_and(|path| path.ends_with("/index.html")), "{failed}");
    assert!(events.named("removed").is_empty());
    assert_eq!(events.summary()["failed"], 1);
}

#[test]
fn a_lock_of_another_run_is_the_only_failure() {
    let (server, local) = changed_site();
    let (lock, owner) = (format!("/inbox/{LOCK}"), format!("/inbox/{LOCK}/bob@elsewhere.0123456789abcdef"));
    server.place_directory(&owner);
    [lock, owner].iter().for_each(|path| server.set_age(path, 60));
    let events = local.sync().options(["--json"]).run(&server).events(7);
    let error = &events.only("failed")["error"];
    assert_eq!([&error["kind"], &error["cause"]], ["sync", "locked"]);
    assert!(events.summary()["error"]["message"].as_str().is_some_and(|text| text.contains("lock")));
}

#[test]
fn a_plan_that_removes_too_much_is_refused() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::new(&[("a", "1"), ("b", "2"), ("c", "3")]);
    local.sync().options(["--delete", "own"]).run(&server).succeeded();
    ["a", "b", "c"].into_iter().for_each(|path| local.remove(path));
    let events = local.sync().options(["--delete", "own", "--json"]).run(&server).events(2);
    let error = &events.only("failed")["error"];
    assert_eq!([&error["kind"], &error["cause"], &error["reason"]], ["sync", "plan_refused", "source_empty"]);
}
