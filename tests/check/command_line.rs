//! The table of a check, its exit code, and options that it takes or refuses.

use crate::support::check::{check, program};
use crate::support::program::Program;
use crate::support::quirky_server::QuirkyServer;
use crate::support::upload::PASSWORD;

#[test]
fn the_table_is_at_most_80_columns_wide_and_ends_with_the_verdict() {
    let server = QuirkyServer::start([]);
    let outcome = program(&server, "inbox", &["--jobs", "2"]).run();
    outcome.exits(0);
    outcome.claim(
        outcome.stdout.lines().all(|line| line.chars().count() <= 80 || line.starts_with("  ftp-uploader ")),
        "80 columns",
    );
    for row in ["Greeting         Ready", "Data connection  yes: EPSV", "Writing          yes", "  renaming       yes"]
    {
        outcome.claim(outcome.stdout.contains(row), row);
    }
    outcome.claim(
        outcome.stdout.ends_with("Uploads into inbox on 127.0.21.1:".replace(":", "").as_str())
            || outcome.stdout.trim_end().ends_with("work."),
        "the verdict",
    );
    let recommended = format!("--jobs 2 {} alice LOCALFILE... inbox", server.address());
    outcome.claim(!outcome.stdout.contains(&recommended), "no --jobs, because all sessions were accepted");
    outcome.claim(outcome.stdout.contains(" --atomic --resume "), "a command line");
}

#[test]
fn a_check_without_a_directory_is_about_the_one_after_the_login() {
    let server = QuirkyServer::start([]);
    let outcome = Program::new()
        .arguments(["check", "--json", "--jobs", "1", &server.address().to_string(), "alice"])
        .environment("FTP_PASSWORD", PASSWORD)
        .run();
    outcome.exits(0);
    outcome.claim(server.record().count("CWD") == 0, "no CWD");
    outcome.claim(server.files().is_empty(), "nothing is left");
}

#[test]
fn the_connection_options_that_were_typed_are_part_of_the_recommended_command() {
    let server = QuirkyServer::start([]);
    let checked = check(&server, "inbox", &["--jobs", "1", "--tls", "off"]);
    let command = checked.document()["recommended"]["command"].as_str().unwrap_or_default();
    checked.claim(command.contains(" --tls off --atomic "), "--tls off");
}

#[test]
fn options_that_say_how_files_are_stored_are_refused() {
    for option in [&["--atomic"][..], &["--resume"], &["-r"], &["--create-dirs"]] {
        let outcome = Program::new().arguments(["check"]).arguments(option).arguments(["127.0.0.1:1", "alice"]).run();
        outcome.fails(2);
    }
}

#[test]
fn explain_says_what_a_check_may_change() {
    let explain = |options: &[&str]| {
        Program::new().arguments(["check", "--explain"]).arguments(options).arguments(["127.0.0.1:1", "alice"]).run()
    };
    let outcome = explain(&[]);
    outcome.exits(0);
    outcome.claim(outcome.stdout.contains("one temporary file"), "the temporary file");
    let outcome = explain(&["--read-only"]);
    outcome.claim(outcome.stdout.contains("nothing (--read-only)"), "nothing");
}

#[test]
fn what_the_server_repeats_of_the_password_is_masked() {
    use crate::support::quirky_server::quirk::Quirk;
    let server = QuirkyServer::start([Quirk::EchoesPassword]);
    // The general checks of each run search the output for the password.
    check(&server, "inbox", &["--jobs", "1", "--verbose"]);
    program(&server, "inbox", &["--jobs", "1"]).run();
}
