//! The end of a run with several connections: interrupts.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::many_files::{ManyFiles, ended};
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::Quirk;

/// Files that are worth four connections.
const BIG: usize = 12 << 20;

#[test]
fn an_interrupt_ends_four_transfers_at_once_and_no_cut_file_looks_whole() {
    for signal in [Signal::INT, Signal::TERM] {
        let server = QuirkyServer::start([Quirk::SlowReading(Duration::from_millis(10))]);
        let mut files = ManyFiles::new(8, BIG);
        // A small one, which is stored before the signal.
        files.0.insert("a".into(), b"small".to_vec());
        let running = files.upload("4").timeout("30").to(server.address()).signals("--default-signal").start();
        server.wait_until(|record| record.count("STOR f") >= 4);
        std::thread::sleep(Duration::from_millis(300));
        let sent = Instant::now();
        running.signal(signal);
        let outcome = ended(&server, running);
        outcome.exits(130).claim(sent.elapsed() < Duration::from_secs(3), "an end within three seconds");
        server.wait_until(|record| (0..server.connections()).all(|number| record.has_ended(number)));
        let (mut whole, mut cut) = (0, 0);
        for (path, bytes) in server.files() {
            let name = path.trim_start_matches("/inbox/");
            let is_whole = files.0.get(name) == Some(&bytes);
            (whole, cut) = (whole + usize::from(is_whole), cut + usize::from(!is_whole));
            let is_reported = outcome.stderr.contains(&format!("Stored {name} "));
            outcome.claim(is_whole || !is_reported, &format!("{name} is cut, so it is not reported as stored"));
        }
        outcome.claim(cut == 4, &format!("four transfers were cut, not {cut}"));
        let confirmed = server.record().replies("226 Transfer");
        outcome.claim(confirmed == whole, "no cut file was confirmed by the server, because each cut is a reset");
    }
}
