//! The phases of a run, and the words for its errors, as another program gets them from the library.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use ftp_uploader::{Delivery, Event, Observer, Password, Peer, Put, Request, Target, UploadReport, Uploader};

use crate::support::run::ClosedPort;
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::upload::PASSWORD;

#[test]
fn a_name_is_looked_up_before_a_connection_is_opened() {
    let server = ScriptedServer::start(Script::ready().take("one").tell_size("one", 1).goodbye());
    let (report, events) = upload("ftp://localhost", server.address().port());
    server.finish();
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(events[..2], ["looking up localhost", "planned 1"]);
    let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), server_port(&events));
    assert!(events.contains(&format!("connecting to the server at {address}")), "{events:?}");
}

#[test]
fn a_failure_of_the_whole_run_is_sent_once_with_its_words() {
    let closed = ClosedPort::reserve();
    let (report, events) = upload("ftp://127.0.0.1", closed.address.port());
    let address = closed.address;
    let wanted = ["planned 1".to_owned(), format!("connecting to the server at {address}"), "failed".to_owned()];
    assert_eq!(events, wanted);
    let [failure] = &report.failures[..] else { panic!("one failure, not {report:?}") };
    assert_eq!((failure.error.kind(), failure.error.cause()), ("unreachable", Some("refused")));
    assert_eq!((failure.error.reason(), failure.error.reply()), (None, None));
}

/// The port of the last connection.
fn server_port(events: &[String]) -> u16 {
    let last = events.iter().rev().find_map(|event| event.strip_prefix("connecting to the server at "));
    last.and_then(|address| address.parse::<SocketAddr>().ok()).expect("an address").port()
}

/// Uploads `one`, of one byte, and returns the report and the events about the course of the run.
fn upload(host: &str, port: u16) -> (UploadReport, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let one = folder.path().join("one");
    std::fs::write(&one, "1").unwrap();
    let password = Password::new(PASSWORD.as_bytes().to_vec()).unwrap();
    let target = Target::new(format!("{host}:{port}").parse().unwrap(), "alice").unwrap().password(password);
    let mut delivery = Delivery::default();
    delivery.retry.limit = 0;
    let request = Request::of(target, Put::into_directory("inbox").unwrap().file(&one).unwrap()).delivery(delivery);
    let recorder = Arc::new(Recorder::default());
    let report = Uploader::new().unwrap().upload(&request, recorder.clone());
    let events = std::mem::take(&mut *recorder.0.lock().unwrap_or_else(PoisonError::into_inner));
    (report, events)
}

#[derive(Default)]
struct Recorder(Mutex<Vec<String>>);

impl Observer for Recorder {
    fn event(&self, event: &Event<'_>) {
        let line = match event {
            Event::Resolving { host } => format!("looking up {host}"),
            Event::Planned { files, .. } => format!("planned {files}"),
            Event::Connecting { address, peer: Peer::Server } => format!("connecting to the server at {address}"),
            Event::Connecting { peer: Peer::Proxy, .. } => "connecting to a proxy".to_owned(),
            Event::Failed(_) => "failed".to_owned(),
            _ => return,
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}
