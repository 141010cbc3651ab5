//! Excluded files and directories: they are left alone on both sides.

use crate::support::quirky_server::QuirkyServer;
use crate::support::sync::LocalTree;

/// TREES D16.
#[test]
fn excluded_directories_are_neither_made_nor_touched() {
    let server = QuirkyServer::start([]);
    server.place_file("/inbox/node_modules/there/x", b"installed on the server");
    let local = LocalTree::new(&[("index.html", "page"), ("node_modules/here/y", "1"), ("sub/node_modules/z", "2")]);
    local.make_directory("empty/node_modules");
    let options = ["--exclude", "node_modules/", "--delete", "extra", "--max-delete", "9"];
    let run = local.sync().options(options).run(&server);
    run.succeeded().stored(&["index.html"]).deleted_nothing();
    let mentions = run.record.arguments("MKD").into_iter().filter(|path| path.contains("node_modules")).count();
    run.claim(mentions == 0, "no MKD for node_modules");
    run.claim(server.content("/inbox/node_modules/there/x").is_some(), "the files of the server");
    run.claim(server.directories().contains(&"/inbox/empty".to_owned()), "the directory beside them");
}

/// TREES D16.
#[test]
fn a_file_that_is_excluded_later_stays_on_the_server() {
    for delete in ["own", "extra"] {
        let server = QuirkyServer::start([]);
        let local = LocalTree::new(&[("index.html", "page"), ("app.map", "map"), ("deep/b.map", "map")]);
        local.sync().options(["--delete", delete]).run(&server).succeeded();
        local.remove("app.map");
        let run = local.sync().options(["--delete", delete, "--exclude", "*.map"]).run(&server);
        run.succeeded().deleted_nothing().stored(&[]);
        run.claim(server.files().contains_key("/inbox/app.map"), "app.map is still there");
    }
}

/// TREES D16.
#[test]
fn patterns_mean_what_they_mean_in_a_gitignore_file() {
    let local = LocalTree::new(&[
        ("a.log", "1"),
        ("keep.log", "2"),
        ("sub/a.log", "3"),
        ("build/x", "4"),
        ("sub/build/x", "5"),
        ("docs/a.txt", "6"),
        ("docs/sub/b.txt", "7"),
    ]);
    for (options, stored) in [
        (&["--exclude", "*.log"][..], &["build/x", "docs/a.txt", "docs/sub/b.txt", "sub/build/x"][..]),
        (&["--exclude", "/build/", "--exclude", "*.log"], &["docs/a.txt", "docs/sub/b.txt", "sub/build/x"]),
        (
            &["--exclude", "*.log", "--include", "keep.log", "--exclude", "build", "--exclude", "docs/*.txt"],
            &["docs/sub/b.txt", "keep.log"],
        ),
    ] {
        let server = QuirkyServer::start([]);
        local.sync().options(options).run(&server).succeeded().stored(stored);
    }
}

/// TREES D16.
#[test]
fn a_dry_run_names_the_rule_for_an_excluded_file_of_the_server() {
    let server = QuirkyServer::start([]);
    server.place_file("/inbox/node_modules/x", b"1");
    let local = LocalTree::new(&[("index.html", "page"), ("node_modules/y", "2")]);
    let options = ["--dry-run", "--exclude", "node_modules/", "--delete", "extra", "--max-delete", "9"];
    let run = local.sync().options(options).run(&server);
    run.exits(0).only_asked();
    let line = run.stdout.lines().find(|line| line.starts_with("keep node_modules"));
    run.claim(line.is_some_and(|line| line.contains("node_modules/)") || line.contains("`node_modules/`")), "the rule");
}
