//! `--skip-existing`: a file is sent only if the server's answers can only mean that its name is free.

use std::collections::BTreeMap;
use std::fs;

use crate::support::many_files::{lines_with, run_to};
use crate::support::outcome::Outcome;
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::{Hidden, Order, Quirk};
use crate::support::run::IdleServer;
use crate::support::upload::Upload;

/// The content of the files that the server has before the run.
const OLD: &[u8] = b"old";

/// A server that has these files, with the content [`OLD`].
fn server_with(quirks: &[Quirk], names: &[&str]) -> QuirkyServer {
    let server = QuirkyServer::start(quirks.iter().cloned());
    names.iter().for_each(|name| server.place_file(&format!("/inbox/{name}"), OLD));
    server
}

/// An upload of files whose content is their name.
fn upload_of(names: &[&str]) -> Upload {
    let upload = names.iter().fold(Upload::of_nothing(), |upload, name| upload.and(name, name.as_bytes()));
    upload.options(["--skip-existing"])
}

/// Claims that the server has these files of `/inbox`, and no others.
fn has(server: &QuirkyServer, outcome: &Outcome, files: &[(&str, &[u8])]) {
    let wanted: BTreeMap<_, _> = files.iter().map(|(name, bytes)| (format!("/inbox/{name}"), bytes.to_vec())).collect();
    outcome.claim(server.files() == wanted, &format!("{wanted:?}, not {:?}", server.files()));
}

#[test]
fn files_that_are_there_are_left_alone_and_counted() {
    use Quirk::{NoMlsd, RefusesQuestions};
    for quirks in [&[][..], &[NoMlsd], &[RefusesQuestions], &[NoMlsd, RefusesQuestions]] {
        let server = server_with(quirks, &["a.txt", "other"]);
        let outcome = run_to(&server, upload_of(&["a.txt", "b.txt"]));
        outcome.succeeds().says("Skipped a.txt in inbox: already there").says("Stored b.txt in inbox");
        outcome.says("1 file, 5 B in ").says("; 1 already there").never_says("Stored a.txt");
        has(&server, &outcome, &[("a.txt", OLD), ("b.txt", b"b.txt"), ("other", OLD)]);
    }
}

#[test]
fn a_file_is_looked_for_under_the_name_that_as_gives_it() {
    let server = server_with(&[], &["a", "c"]);
    let outcome = run_to(&server, upload_of(&["a"]).options(["--as", "b"]));
    outcome.succeeds().says("Stored b in inbox");
    let outcome = run_to(&server, upload_of(&["a"]).options(["--as", "c"]));
    outcome.succeeds().says("Skipped c in inbox: already there");
    has(&server, &outcome, &[("a", OLD), ("b", b"a"), ("c", OLD)]);
}

#[test]
fn if_all_are_there_nothing_is_stored_and_the_exit_code_is_0() {
    for (options, jobs) in [(&[][..], "1"), (&["--quiet"], "1"), (&["--atomic"], "1"), (&[], "4")] {
        let server = server_with(&[], &["a", "b"]);
        let outcome = run_to(&server, upload_of(&["a", "b"]).options(options).jobs(jobs));
        outcome.succeeds();
        if options != ["--quiet"] {
            outcome.says("0 files; 2 already there");
        }
        has(&server, &outcome, &[("a", OLD), ("b", OLD)]);
        outcome.claim(!outcome.aside.contains("STOR") && outcome.aside.contains("QUIT"), "a session without STOR");
    }
}

#[test]
fn nothing_is_stored_on_an_answer_that_can_mean_two_things() {
    use Quirk::{
        AddsLines, FoldsCase, IgnoresListOptions, NoMlsd, RefusesListings, RefusesQuestions, TruncatesListings,
    };
    let dots_hidden = &[NoMlsd, IgnoresListOptions, RefusesQuestions][..];
    let cases: [(&[Quirk], &str, &str, &str); 6] = [
        (&[TruncatesListings(3), RefusesQuestions], "b", "b", "its listing of the directory is incomplete"),
        (&[AddsLines(&["What is this?"]), RefusesQuestions], "a", "b", "its listing of the directory is incomplete"),
        (&[RefusesListings, RefusesQuestions], "b", "b", "it does not list the directory"),
        (dots_hidden, ".b", ".b", "may leave out names that begin with a dot"),
        (&[FoldsCase, RefusesQuestions], "B", "b", "a similar name"),
        (&[RefusesQuestions], "B", "b", "a similar name"),
    ];
    for (quirks, there, ours, why) in cases {
        let server = server_with(quirks, &["a", there]);
        let outcome = run_to(&server, upload_of(&[ours]));
        outcome.fails(7).says("does not tell if a file with this name is there").says(why);
        let mut files = vec![("a", OLD)];
        files.extend((there != "a").then_some((there, OLD)));
        has(&server, &outcome, &files);
    }
    // A directory that must not be read may look empty.
    let server = server_with(dots_hidden, &[]);
    run_to(&server, upload_of(&["a"])).fails(7).says("shows nothing at all");
    assert!(server.files().is_empty());
}

#[test]
fn a_server_that_tells_sizes_settles_the_doubt() {
    use Quirk::{FoldsCase, IgnoresListOptions, NoMlsd, TruncatesListings};
    let cases: [(&[Quirk], &[&str], &[&str]); 4] = [
        // The listing ends after `a`.
        (&[TruncatesListings(3)], &["b"], &["z"]),
        (&[NoMlsd, IgnoresListOptions], &[".b"], &[".z"]),
        (&[FoldsCase], &["B"], &["z"]),
        // Case matters here.
        (&[], &["b"], &["A"]),
    ];
    for (quirks, there, new) in cases {
        let server = server_with(quirks, &[&["a"], there].concat());
        let ours = there.iter().map(|name| name.to_lowercase()).collect::<Vec<_>>();
        let ours: Vec<_> = ours.iter().map(String::as_str).chain(new.iter().copied()).collect();
        let outcome = run_to(&server, upload_of(&ours));
        outcome.succeeds().says(&format!("Skipped {} in inbox", ours[0])).says(&format!("Stored {} in inbox", new[0]));
        has(&server, &outcome, &[("a", OLD), (there[0], OLD), (new[0], new[0].as_bytes())]);
    }
}

#[test]
fn replies_in_another_order_are_not_taken_for_those_to_other_files() {
    for order in [Order::Reversed, Order::FirstTwoExchanged] {
        // The listing ends after `a`.
        let server = server_with(&[Quirk::ReordersReplies(order), Quirk::TruncatesListings(3)], &["a", "b"]);
        let outcome = run_to(&server, upload_of(&["b", "c", "d"]));
        outcome.succeeds().says("Skipped b in inbox").says("Stored c in inbox").says("Stored d in inbox");
        has(&server, &outcome, &[("a", OLD), ("b", OLD), ("c", b"c"), ("d", b"d")]);
    }
}

#[test]
fn the_other_files_are_stored_unless_the_first_failure_ends_the_run() {
    use Quirk::{IgnoresListOptions, NoMlsd, RefusesQuestions};
    let quirks = [NoMlsd, IgnoresListOptions, RefusesQuestions];
    let server = server_with(&quirks, &["a", ".b"]);
    let outcome = run_to(&server, upload_of(&["a", ".b", "c"]));
    outcome.exits(7).says("Stored c in inbox").says(".b: ").says("1 of 2 files stored").says("1 already there");
    has(&server, &outcome, &[(".b", OLD), ("a", OLD), ("c", b"c")]);
    let server = server_with(&quirks, &["a", ".b"]);
    let outcome = run_to(&server, upload_of(&["a", ".b", "c"]).options(["--fail-fast"]));
    outcome.exits(7).says("1 not tried: c").never_says("Stored");
    has(&server, &outcome, &[(".b", OLD), ("a", OLD)]);
}

#[test]
fn directories_are_looked_into_and_those_that_cannot_be_there_are_not() {
    for jobs in ["1", "4"] {
        let server = server_with(&[], &["site/css/old.css", "site/old.html"]);
        let upload = Upload::of_nothing().jobs(jobs).options(["-r", "--skip-existing"]).argument_file("site");
        for name in ["css/old.css", "css/new.css", "old.html", ".htaccess", "new/deep/a", "new/b"] {
            let path = upload.path("site").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        let outcome = run_to(&server, upload);
        outcome.succeeds().says("4 files, ").says("2 already there");
        has(
            &server,
            &outcome,
            &[
                ("site/css/old.css", OLD),
                ("site/old.html", OLD),
                ("site/css/new.css", b"css/new.css"),
                ("site/.htaccess", b".htaccess"),
                ("site/new/deep/a", b"new/deep/a"),
                ("site/new/b", b"new/b"),
            ],
        );
        let lists_new = outcome.aside.lines().any(|line| line.contains("MLSD") && line.contains("new"));
        outcome.claim(!lists_new, "no listing of directories that are not there");
    }
}

#[test]
fn files_in_directories_that_no_listing_shows_are_left_alone() {
    for (hidden, path) in [(Hidden::Dots, "site/.well-known/acme/token"), (Hidden::All, "site/sub/x")] {
        let server = server_with(&[Quirk::ListsWithout(hidden)], &["site/index.html", path]);
        let upload = Upload::of_nothing().options(["-r", "--skip-existing"]).argument_file("site");
        for name in [path, "site/index.html", "site/.new/deep/a", "site/new/b"] {
            fs::create_dir_all(upload.path(name).parent().unwrap()).unwrap();
            fs::write(upload.path(name), name).unwrap();
        }
        let outcome = run_to(&server, upload);
        outcome.claim(server.content(&format!("/inbox/{path}")) == Some(OLD.to_vec()), "the old file");
        for new in ["site/.new/deep/a", "site/new/b"] {
            let is_stored = server.content(&format!("/inbox/{new}")) == Some(new.into());
            outcome.claim(is_stored, &format!("{new}, which is not there"));
        }
    }
}

#[test]
fn many_files_are_sorted_out_over_several_connections() {
    let names: Vec<_> = (0..300).map(|number| format!("f{number:03}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let old: Vec<_> = names.iter().copied().step_by(2).collect();
    let server = server_with(&[], &old);
    let outcome = run_to(&server, upload_of(&names).jobs("4"));
    outcome.succeeds().says("150 files, 600 B").says("150 already there");
    outcome.claim(lines_with(&outcome, "already there") == 151, "a line for each file, and the last one");
    assert_eq!(server.files().values().filter(|bytes| *bytes == OLD).count(), 150);
    assert_eq!(server.files().len(), 300);
}

#[test]
fn a_stream_is_not_read_if_its_name_is_taken() {
    let server = server_with(&[], &["dump"]);
    let upload = Upload::of_nothing().options(["--skip-existing", "--from-stdin", "dump"]);
    let outcome = run_to(&server, upload.program(|program| program.stdin("new")));
    outcome.succeeds().says("Skipped dump in inbox: already there");
    has(&server, &outcome, &[("dump", OLD)]);
}

#[test]
fn a_directory_with_the_name_of_a_file_is_a_failure() {
    let server = server_with(&[], &["a/b"]);
    run_to(&server, upload_of(&["a"])).fails(7).says("refused to store");
    assert_eq!(server.files().len(), 1);
}

#[test]
fn options_that_contradict_it_are_exit_2() {
    for options in [&["--unique"][..], &["--resume"]] {
        IdleServer::listen().refuses(2, upload_of(&["a"]).options(options)).mentions(&["--skip-existing"]);
    }
    let server = server_with(&[], &["a"]);
    run_to(&server, upload_of(&["a"]).options(["--resume", "--atomic"])).succeeds().says("already there");
    let sync = Upload::of_nothing().options(["--skip-existing"]).synchronising(".");
    IdleServer::listen().refuses(2, sync);
}
