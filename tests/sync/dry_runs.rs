//! `--dry-run`: the plan on standard output, and nothing but questions to the server.

use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::Quirk;
use crate::support::sync::LocalTree;
use crate::support::sync::claims::Synced;
use crate::support::sync::destination::Destination;

/// Returns a server and a directory with a change of each kind.
fn changed_site(quirks: Vec<Quirk>) -> (QuirkyServer, LocalTree) {
    let server = QuirkyServer::start([]);
    let local = LocalTree::new(&[("index.html", "ten bytes!"), ("old/a.js", "a"), ("same", "same")]);
    local.sync().options(["--delete", "own"]).run(&server).succeeded().mirrored(&local, &server);
    server.place_file("/inbox/foreign", b"foreign");
    local.write("index.html", "twelve bytes");
    local.write("css/a.css", "a");
    local.remove("old");
    server.change_quirks(quirks);
    (server, local)
}

#[test]
fn a_dry_run_shows_each_operation_with_its_reason_and_asks_only() {
    for quirks in [vec![], vec![Quirk::NoMlsd]] {
        let (server, local) = changed_site(quirks);
        let before = server.tree_below("inbox");
        let run = local.sync().options(["--delete", "own", "--dry-run"]).run(&server);
        run.exits(0).only_asked().changed_nothing(&before, &server);
        has_lines_in_order(&run, &["make css", "store css/a.css (new", "store index.html (", "remove old/a.js ("]);
        let line = run.stdout.lines().find(|line| line.starts_with("store index.html")).unwrap_or_default();
        run.claim(line.contains("10") && line.contains("12"), "both sizes of the page");
    }
}

#[test]
fn a_dry_run_shows_the_directory_that_becomes_empty_and_the_file_that_is_kept() {
    let (server, local) = changed_site(vec![]);
    let run = local.sync().options(["--delete", "own", "--dry-run=text"]).run(&server);
    run.exits(0).only_asked();
    has_lines_in_order(&run, &["remove old/a.js (", "remove-directory old (", "keep foreign ("]);
    run.claim(!run.stdout.contains("same"), "nothing about the file that is unchanged");
}

#[test]
fn a_dry_run_asks_only_though_listings_are_truncated() {
    let (server, local) = changed_site(vec![Quirk::TruncatesListings(4)]);
    let before = server.tree_below("inbox");
    let run = local.sync().options(["--delete", "own", "--dry-run"]).run(&server);
    run.exits(0).only_asked().changed_nothing(&before, &server);
    has_lines_in_order(&run, &["make css", "store css/a.css (new", "store index.html ("]);
}

#[test]
fn a_dry_run_in_json_has_the_same_operations() {
    let (server, local) = changed_site(vec![]);
    let run = local.sync().options(["--delete", "own", "--dry-run=json"]).run(&server);
    run.exits(0).only_asked();
    let json: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON on standard output");
    let operations: Vec<_> = json["operations"].as_array().expect("a list").iter().map(words).collect();
    let wanted = [
        ("make", "css"),
        ("store", "css/a.css"),
        ("store", "index.html"),
        ("remove", "old/a.js"),
        ("remove-directory", "old"),
    ];
    run.claim(operations == wanted.map(|(operation, path)| (operation.to_owned(), path.to_owned())), "the operations");
    run.claim(json["schema"] == 1 && json["unchanged"] == 1, "the schema, and one file that is unchanged");
    let has_reasons = json["operations"].as_array().is_some_and(|all| all.iter().all(|one| one["reason"].is_string()));
    run.claim(has_reasons && json["notes"].is_array(), "reasons and notes");
}

fn words(operation: &serde_json::Value) -> (String, String) {
    let word = |name: &str| operation[name].as_str().unwrap_or_default().to_owned();
    (word("operation"), word("path"))
}

#[test]
fn a_dry_run_to_a_directory_that_does_not_exist_makes_none() {
    let (server, local) = (QuirkyServer::start([]), LocalTree::new(&[("a", "1"), ("css/b", "2")]));
    let run = local.sync().options(["--dry-run", "--create-dirs"]).to("inbox/new/site").run(&server);
    run.exits(0).only_asked();
    has_lines_in_order(&run, &["make css", "store a (new", "store css/b (new"]);
    run.claim(server.directories() == ["/inbox"], "no new directory");
}

#[test]
fn names_in_a_plan_are_escaped() {
    let server = QuirkyServer::start([]);
    server.place_file("/inbox/evil\u{9b}2J", b"1");
    let local = LocalTree::new(&[("red\u{9b}31m", "1"), ("index.html", "page")]);
    let options = ["--delete", "extra", "--max-delete", "9", "--dry-run"];
    // The claims for every run find raw control characters.
    let run = local.sync().options(options).run(&server);
    run.exits(0).only_asked();
    run.claim(run.stdout.contains("\\u{9b}"), "an escaped character");
}

#[test]
fn the_plan_of_a_refused_run_changes_nothing() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::new(&[("a", "1"), ("b", "2"), ("c", "3")]);
    local.sync().options(["--delete", "own"]).run(&server).succeeded();
    local.remove("a");
    local.remove("b");
    let run = local.sync().options(["--delete", "own", "--dry-run"]).run(&server);
    run.exits(2).only_asked().says("2 of the 3 files on the server would be removed");
    // It is the plan that one has to look at.
    has_lines_in_order(&run, &["remove a", "remove b"]);
    let exact = ["--delete", "own", "--dry-run=json", "--max-delete", "1"];
    let run = local.sync().options(exact).run(&server);
    run.exits(2).says("--max-delete permits 1").claim(run.stdout.contains("\"remove\""), "the plan as JSON");
}

#[test]
fn a_plan_that_cannot_be_written_is_no_success() {
    let server = QuirkyServer::start([]);
    let local = LocalTree::new(&[("a", "1")]);
    let run = |option: &'static str| {
        let run = local.sync().options([option]).program(|program| program.redirected(">/dev/full"));
        run.run(&server)
    };
    for option in ["--dry-run", "--dry-run=json", "--explain", "--explain=json"] {
        run(option).exits(2).says("Cannot write to standard output");
    }
}

#[test]
fn a_dry_run_with_nothing_to_do_says_so() {
    let (server, local) = (QuirkyServer::start([]), LocalTree::new(&[("a", "1")]));
    local.sync().run(&server).succeeded();
    let run = local.sync().options(["--dry-run"]).run(&server);
    run.exits(0).only_asked();
    run.claim(!run.stdout.contains("store ") && !run.stdout.contains("make "), "no operation");
    run.says("unchanged");
}

fn has_lines_in_order(run: &Synced, beginnings: &[&str]) {
    let at = |beginning: &&str| run.stdout.lines().position(|line| line.starts_with(beginning));
    let places: Vec<_> = beginnings.iter().map(at).collect();
    run.claim(
        places.iter().all(Option::is_some) && places.is_sorted(),
        &format!("{beginnings:?} in this order: {places:?}"),
    );
}
