//! The words of the library: reports, failures and errors as another program shows them.

use std::sync::Arc;

use ftp_uploader::{Context, Password, Request, Setting, UploadError, UploadReport, Uploader, Wording, words};

use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::upload::PASSWORD;

#[test]
fn a_report_shows_in_words_what_is_stored_and_what_failed() {
    let report = partly_stored();
    let lines = report.lines();
    assert!(lines[0].starts_with("Stored two in inbox: 1 bytes in ") && lines[0].ends_with("confirmed by the server."));
    assert!(
        lines[1].contains("one: the server refused to store the file (553 \"No ones\"). You may not write to the ")
    );
    assert!(lines[2].starts_with("1 of 2 files stored, 1 B in ") && lines[2].ends_with("; 1 failed."), "{lines:?}");
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(report.to_string(), lines[1..].join("\n"));
    assert!(!format!("{lines:?}{report}{:?}", report.context).contains(PASSWORD));
}

#[test]
fn a_failure_and_its_error_have_the_same_words_without_a_report() {
    let report = partly_stored();
    let failure = &report.failures[0];
    assert!(failure.to_string().ends_with(&format!("one: {}.", failure.error)), "{failure}");
    assert_eq!(format!("{:#}", failure.error), "the server refused to store the file (553 \"No ones\")");
}

#[test]
fn the_words_of_a_program_with_options_name_options() {
    let mut report = partly_stored();
    let mut context = Context::clone(&report.context);
    context.wording = Wording::Program;
    let refused = UploadError::CannotRename;
    assert!(words::message(&report.context, &refused).advice.contains(Setting::Atomic.name(Wording::Library)));
    assert!(words::message(&context, &refused).advice.contains("leave --atomic out"));
    report.context = Arc::new(context);
    assert!(report.to_string().contains("You may not write to REMOTEDIR"), "{report}");
}

#[test]
fn a_run_that_cannot_begin_names_the_file_and_the_server() {
    let request = Request::new("ftp.example.org".parse().unwrap(), "alice", "inbox").unwrap();
    let request = request.file("no/such/file").unwrap();
    let report = Uploader::new().unwrap().upload(&request, Arc::new(()));
    assert!(report.to_string().starts_with("cannot open no/such/file: No such file or directory. "), "{report}");
    assert_eq!(report.context.host, "ftp.example.org");
}

/// The report of an upload of `one`, which is refused, and `two`, which is stored.
fn partly_stored() -> UploadReport {
    let script = Script::ready().passive().expect("STOR one").reply("553 No ones");
    let server = ScriptedServer::start(script.take("two").tell_size("two", 1).goodbye());
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = ["one", "two"].map(|name| folder.path().join(name));
    [&one, &two].into_iter().for_each(|path| std::fs::write(path, b"1").unwrap());
    let password = Password::new(PASSWORD.as_bytes().to_vec()).unwrap();
    let request = Request::new(server.address().to_string().parse().unwrap(), "alice", "inbox").unwrap();
    let request = request.password(password).file(one).unwrap().file(two).unwrap();
    let report = Uploader::new().unwrap().upload(&request, Arc::new(()));
    server.finish().stored(b"1");
    report
}
