//! The library as another program uses it: the events of a run in their order, its report, and its cancellation.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ftp_uploader::{
    CancelToken, Delivery, Event, Observer, Password, Put, Request, Target, UploadError, UploadReport, Uploader,
};

use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::upload::PASSWORD;

#[test]
fn each_file_is_started_once_and_then_stored_or_given_up() {
    let script = Script::ready().passive().expect("STOR one").reply("553 No ones");
    let server = ScriptedServer::start(script.take("two").tell_size("two", 1).goodbye());
    let (report, events) = upload(server.address(), |request| request);
    server.finish().stored(b"2");
    let planned = "planned 2 files of 2 bytes, 0 skipped";
    assert_eq!(events, [planned, "started one 1", "gave up one", "started two 1", "sent two 1", "stored two"]);
    assert!(!report.is_complete() && report.untried.is_empty());
    assert_eq!([report.stored.len(), report.failures.len()], [1, 1]);
    assert!(matches!(report.failures[0].error, UploadError::Refused { code: 553, .. }));
    let two = &report.stored[0];
    assert_eq!((two.remote.as_slice(), two.size), (&b"two"[..], 1));
    assert!(Duration::ZERO < two.time && two.time < report.time, "{:?} of {:?}", two.time, report.time);
}

#[test]
fn a_retry_names_its_file_and_does_not_start_it_again() {
    let script = Script::ready().passive().expect("STOR one").reply("450 Busy").goodbye();
    let again = Script::ready().take("one").tell_size("one", 1).take("two").tell_size("two", 1).goodbye();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let server = ScriptedServer::listen(listener, vec![script, again]);
    let (report, events) = upload(server.address(), |request| {
        let mut delivery = Delivery::default();
        delivery.retry.delay = Duration::from_millis(10);
        request.delivery(delivery)
    });
    assert!(report.into_result().is_ok());
    let first = ["planned 2 files of 2 bytes, 0 skipped", "started one 1", "retrying one 1 of 3", "sent one 1"];
    // The check of the first file goes with the start of the second.
    assert_eq!(events, [&first[..], &["started two 1", "stored one", "sent two 1", "stored two"]].concat());
}

#[test]
fn a_cancelled_run_reports_its_files_as_not_stored() {
    let token = CancelToken::new().unwrap();
    token.cancel();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (report, events) = upload(listener.local_addr().unwrap(), |request| request.cancelled_by(&token));
    assert!(report.stored.is_empty());
    assert_eq!(events, ["planned 2 files of 2 bytes, 0 skipped", "gave up the run"]);
    assert!(matches!(report.failures[..], [ref failure] if matches!(failure.error, UploadError::Interrupted { .. })));
}

#[test]
fn a_program_may_give_another_password_after_a_refusal_and_gets_its_reason() {
    let told = |password: &str| Script::greeted().expect("USER alice").reply("331 Go on").expect(password);
    let refusing = |password: &str| told(password).reply("530 Login incorrect");
    let scripts =
        [refusing("PASS first"), refusing("PASS second"), Script::ready().take("one").tell_size("one", 1).goodbye()];
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let server = ScriptedServer::listen(listener, scripts.into());
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("one"), b"1").unwrap();
    let password = |text: &str| Password::new(text.as_bytes().to_vec()).unwrap();
    let target =
        Target::new(server.address().to_string().parse().unwrap(), "alice").unwrap().password(password("first"));
    let request = Request::of(target, Put::into_directory("inbox").unwrap().file(folder.path().join("one")).unwrap());
    let (uploader, others) = (Uploader::new().unwrap(), Mutex::new(vec![PASSWORD, "second"]));
    let mut prepared = uploader.prepare(&request, Arc::new(())).unwrap();
    prepared.password_after_refusal(|error| {
        assert!(matches!(error, UploadError::Refused { code: 530, .. }), "{error}");
        others.lock().unwrap().pop().map(password)
    });
    let report = prepared.upload();
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    server.finish_all().last().unwrap().stored(b"1");
}

#[test]
fn a_refusal_that_no_other_password_answers_ends_the_run() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let refusing = Script::greeted().expect("USER alice").reply("331 Go on").expect("PASS ").reply("530 No");
    let server = ScriptedServer::listen(listener, vec![refusing]);
    let target = Target::new(server.address().to_string().parse().unwrap(), "alice").unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("one"), b"1").unwrap();
    let request = Request::of(target, Put::into_directory("inbox").unwrap().file(folder.path().join("one")).unwrap());
    let uploader = Uploader::new().unwrap();
    let mut prepared = uploader.prepare(&request, Arc::new(())).unwrap();
    prepared.password_after_refusal(|_| None);
    let report = prepared.upload();
    assert!(matches!(report.failures[0].error, UploadError::Refused { code: 530, .. }), "{:?}", report.failures);
    server.finish_all();
}

/// Uploads `one` and `two`, of one byte each, and returns the report and the events that concern files.
fn upload(server: SocketAddr, options: impl FnOnce(Request) -> Request) -> (UploadReport, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = [("one", b"1"), ("two", b"2")].map(|(name, content)| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    });
    let password = Password::new(PASSWORD.as_bytes().to_vec()).unwrap();
    let target = Target::new(server.to_string().parse().unwrap(), "alice").unwrap().password(password);
    let put = Put::into_directory("inbox").unwrap().file(&one).unwrap().file(&two).unwrap();
    let recorder = Arc::new(Recorder::default());
    let report = Uploader::new().unwrap().upload(&options(Request::of(target, put)), recorder.clone());
    let events = std::mem::take(&mut *recorder.0.lock().unwrap());
    (report, events)
}

#[derive(Default)]
struct Recorder(Mutex<Vec<String>>);

impl Observer for Recorder {
    fn event(&self, event: &Event<'_>) {
        let name = |path: &std::path::Path| path.file_name().unwrap().display().to_string();
        let line = match event {
            Event::Planned { files, bytes, skipped } => {
                format!("planned {files} files of {bytes} bytes, {skipped} skipped")
            }
            Event::FileStarted { file, size, .. } => format!("started {} {}", name(file), size.unwrap()),
            Event::Sent { file, sent, .. } => format!("sent {} {sent}", name(file)),
            Event::Retrying { file, count, limit, .. } => {
                format!("retrying {} {count} of {limit}", name(file.unwrap()))
            }
            Event::Stored(stored) => format!("stored {}", name(&stored.file)),
            Event::Failed(failure) => format!("gave up {}", failure.file.as_deref().map_or("the run".to_owned(), name)),
            _ => return,
        };
        self.0.lock().unwrap().push(line);
    }
}
