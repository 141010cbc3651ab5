//! A component that does what it should not (`hostile_guest/`), run by the real host: it is stopped by a limit, and the
//! host lives on.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ftp_uploader::{Incomplete, Request, UploadError, Uploader};

#[test]
fn a_component_that_computes_for_ever_is_stopped() {
    let began = Instant::now();
    let fault = fault_of("compute for ever");
    assert!(fault.contains("computed for more than 5 s"), "{fault}");
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn a_component_that_takes_all_memory_is_stopped_at_its_limit() {
    let fault = fault_of("take all memory");
    assert!(fault.contains("memory"), "{fault}");
}

#[test]
fn a_component_that_reports_success_without_having_sent_the_file_is_not_believed() {
    let fault = fault_of("lie");
    assert!(fault.contains("has not sent"), "{fault}");
}

/// The hostile component; it does what its user is called.
const HOSTILE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/hostile.wasm"));

/// Has the hostile component upload a file, and returns the fault that it ends with.
fn fault_of(user: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "content").unwrap();
    let server = listener.local_addr().unwrap().to_string().parse().unwrap();
    let request = Request::new(server, user, ".").unwrap().file(file).unwrap();
    let outcome = Uploader::from_wasm(HOSTILE).unwrap().upload(&request, Arc::new(()));
    match outcome {
        Err(Incomplete { failures, .. }) => match &failures[0].error {
            UploadError::Fault(what) => what.clone(),
            other => panic!("{user}: ended with {other:?}"),
        },
        Ok(receipts) => panic!("{user}: ended with {receipts:?}"),
    }
}
