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
    assert_eq!(events, ["started one 1", "gave up one", "started two 1", "sent two 1", "stored two"]);
    assert!(!report.is_complete() && report.untried.is_empty());
    assert_eq!([report.stored.len(), report.failures.len()], [1, 1]);
    assert!(matches!(report.failures[0].error, UploadError::Refused { code: 553, .. }));
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
    let first = ["started one 1", "retrying one 1 of 3", "sent one 1", "stored one"];
    assert_eq!(events, [&first[..], &["started two 1", "sent two 1", "stored two"]].concat());
}

#[test]
fn a_cancelled_run_reports_its_files_as_not_stored() {
    let token = CancelToken::new().unwrap();
    token.cancel();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (report, events) = upload(listener.local_addr().unwrap(), |request| request.cancelled_by(&token));
    assert!(report.stored.is_empty() && events.is_empty(), "{events:?}");
    assert!(matches!(report.failures[..], [ref failure] if matches!(failure.error, UploadError::Interrupted { .. })));
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
    let report = Uploader::new().unwrap().upload(&options(Request::new(target, put)), recorder.clone());
    let events = std::mem::take(&mut *recorder.0.lock().unwrap());
    (report, events)
}

#[derive(Default)]
struct Recorder(Mutex<Vec<String>>);

impl Observer for Recorder {
    fn event(&self, event: &Event<'_>) {
        let name = |path: &std::path::Path| path.file_name().unwrap().display().to_string();
        let line = match event {
            Event::FileStarted { file, size } => format!("started {} {}", name(file), size.unwrap()),
            Event::Sent { file, sent, .. } => format!("sent {} {sent}", name(file)),
            Event::Retrying { file, count, limit, .. } => {
                format!("retrying {} {count} of {limit}", name(file.unwrap()))
            }
            Event::Stored(stored) => format!("stored {}", name(&stored.file)),
            Event::Failed(failure) => format!("gave up {}", name(failure.file.as_deref().unwrap())),
            _ => return,
        };
        self.0.lock().unwrap().push(line);
    }
}
