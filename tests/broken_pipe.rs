//! SIGPIPE, which ends a process that has not decided otherwise, is never raised by the library. Rust's programs decide
//! otherwise before `main`, so that it takes one that has taken that back, as those for pipelines do.
//!
//! Linux only. Next: `link_local.rs`.

#![cfg(target_os = "linux")]

use std::fs::File;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use ftp_uploader::{Authorities, Password, Request, Retry, Tls, Trust, UploadError, Uploader};

use crate::child::{in_a_child, in_a_child_by, tell};
use crate::script::{Move, Script};
use crate::scripted_server::ScriptedServer;
use crate::tls_meeting::certified;
use crate::tls_server;
use crate::upload::PASSWORD;

/// Makes a network namespace with another rule for how fast to send.
const NETWORK_OF_ITS_OWN: [&str; 5] = [
    "unshare",
    "-rn",
    "sh",
    "-c",
    "ip link set lo up && echo reno > /proc/sys/net/ipv4/tcp_congestion_control && exec \"$0\" \"$@\"",
];

/// No socket takes it whole.
const BIG: u64 = 64 << 20;

#[test]
fn a_server_that_hangs_up_in_the_middle_is_an_error_and_no_signal() {
    // Only there can it be seen to that files go out by sendfile, and not, as for BBR on loopback, by copying.
    let possible = Command::new(NETWORK_OF_ITS_OWN[0]).args(&NETWORK_OF_ITS_OWN[1..]).arg("true").status();
    let runner = if possible.is_ok_and(|made| made.success()) { &NETWORK_OF_ITS_OWN[..] } else { &[] };
    let test = "broken_pipe::a_server_that_hangs_up_in_the_middle_is_an_error_and_no_signal";
    let told = in_a_child_by(runner, test, || {
        die_of_sigpipe();
        let request = |server: &ScriptedServer| request(&server.address().to_string()).tls(Tls::Off);
        tell("the upload", upload(hanging_up(Script::storing("big.bin")), request));
    });
    assert!(told["the upload"].contains("Broken"), "{told:?}");
}

#[test]
fn nor_is_it_inside_tls() {
    let told = in_a_child("broken_pipe::nor_is_it_inside_tls", || {
        die_of_sigpipe();
        let (authority, identity) = certified();
        let tls = tls_server::Tls::of(&identity);
        let trust = Authorities::from_pem(authority.pem().as_bytes()).unwrap();
        let request = |server: &ScriptedServer| {
            let host = format!("localhost:{}", server.address().port());
            request(&host).tls(Tls::Explicit).trust(Trust::Authorities(trust.clone()))
        };
        tell("the upload", upload(hanging_up(Script::protected_storing("big.bin", &tls)), request));
    });
    assert!(told["the upload"].contains("Broken"), "{told:?}");
}

/// After the end of its own side, a reset is what the system calls a broken pipe.
fn hanging_up(storing: Script) -> Script {
    let script = storing.receive(1 << 20).then(Move::EndData).pause(100).reset_data();
    script.pause(300).close()
}

#[allow(unsafe_code, reason = "the standard library has no way to do this")]
fn die_of_sigpipe() {
    // SAFETY: no handler is set, and nothing else in this process sets one.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
}

fn request(host: &str) -> Request {
    let request = Request::new(host.parse().unwrap(), "alice", "inbox").unwrap();
    let request = request.password(Password::new(PASSWORD.as_bytes().to_vec()).unwrap());
    request.timeout(Duration::from_secs(5)).retry(Retry { limit: 0, ..Retry::default() })
}

fn upload(script: Script, request: impl Fn(&ScriptedServer) -> Request) -> Result<(), UploadError> {
    let folder = tempfile::tempdir().unwrap();
    let big: PathBuf = folder.path().join("big.bin");
    File::create(&big).and_then(|file| file.set_len(BIG)).unwrap();
    let server = ScriptedServer::start(script);
    let request = request(&server).file(&big).unwrap();
    let outcome = Uploader::new().unwrap().upload(&request, Arc::new(()));
    server.visit();
    outcome.map(drop).map_err(|incomplete| incomplete.failures.into_iter().next().unwrap().error)
}
