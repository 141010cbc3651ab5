//! The options for directories on the command line.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::script::Script;
use crate::support::upload::Upload;

/// An upload of the directory `site`, which has three files and a link.
fn of_site() -> Upload {
    let upload = Upload::of_nothing().argument_file("site");
    let site = upload.path("site");
    fs::create_dir_all(site.join("css")).unwrap();
    fs::create_dir(site.join("empty")).unwrap();
    for name in ["index.html", "css/site.css", ".hidden"] {
        fs::write(site.join(name), name).unwrap();
    }
    symlink("index.html", site.join("link")).unwrap();
    upload
}

#[test]
fn a_directory_without_r_is_exit_3_and_r_is_advised() {
    Script::new().run(of_site()).outcome.fails(3).says("site is a directory").says("use -r");
}

#[test]
fn an_explanation_counts_the_contents_and_names_what_is_skipped() {
    let explain = |options: &[&str]| of_site().options(["-r", "--explain"]).options(options).at("127.0.0.1:9").run();
    let plain = explain(&[]);
    plain.exits(0);
    for text in ["site, with 3 files and 2 directories in it", "29 bytes", "stored as site in inbox", "1 in it: "] {
        assert!(plain.stdout.contains(text), "{text}: {}", plain.stdout);
    }
    assert!(plain.stdout.contains("except the files above"), "{}", plain.stdout);
    let followed = explain(&["--links", "follow", "--exclude", "css/", "--exclude=.*"]);
    followed.exits(0);
    assert!(followed.stdout.contains("2 files and 1 directory in it"), "{}", followed.stdout);
    assert!(!followed.stdout.contains("skipped"), "{}", followed.stdout);
}

#[test]
fn rules_apply_in_the_order_in_which_they_are_typed() {
    let files = |options: &[&str]| {
        let outcome = of_site().options(["-r", "--explain=json"]).options(options).at("127.0.0.1:9").run();
        let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
        json["trees"][0]["files"].as_u64().unwrap()
    };
    assert_eq!(files(&["--exclude", "*.*", "--include", "*.html"]), 1);
    assert_eq!(files(&["--include", "*.html", "--exclude", "*.*"]), 0);
}

#[test]
fn two_files_with_one_name_on_the_server_are_exit_2_and_nothing_is_sent() {
    let upload = of_site().options(["-r"]).and("index.html", b"another").argument_file(".");
    Script::new().run(upload).outcome.fails(2).says("would be stored under the same name").says("Nothing was sent");
}

#[test]
fn options_that_make_no_sense_together_are_exit_2_and_nothing_is_sent() {
    for options in
        [&["--exclude", "x"][..], &["-r", "--unique"], &["-r", "--exclude", ""], &["-r", "--exclude", "[z-a]"]]
    {
        Script::new().run(of_site().options(options)).outcome.fails(2);
    }
}
