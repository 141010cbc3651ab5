//! Limits that hold for all connections together: rate, descriptors, memory.

use std::time::Duration;

use crate::support::many_files::{ManyFiles, ended, run_to};
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::Quirk;

/// The most memory that a run may use at its peak, in KiB.
const MOST_MEMORY: u64 = 64 << 10;

#[test]
fn the_rate_limit_holds_for_all_connections_together() {
    let (server, files) = (QuirkyServer::start([]), ManyFiles::new(24, 50_000));
    let outcome = run_to(&server, files.upload("4").options(["--limit-rate", "400k"]));
    files.are_stored(&server, &outcome);
    // 1.2 MB take 2.93 s.
    outcome.claim(server.peak() == 4, "four connections").not_before(Duration::from_millis(2600));
    outcome.within(Duration::from_secs(8));
}

#[test]
fn a_thousand_files_are_sent_with_sixty_four_descriptors() {
    let (server, files) = (QuirkyServer::start([]), ManyFiles::new(1000, 100));
    let upload = files.upload_as_tree("4").program(|program| program.limited("-n 64"));
    let outcome = run_to(&server, upload);
    outcome.succeeds();
    files.are_all_there_is(&server, &outcome, "/inbox/tree");
}

#[test]
fn four_connections_stay_below_sixty_four_mebibytes() {
    let server = QuirkyServer::start([Quirk::SlowReading(Duration::from_millis(1))]);
    let files = ManyFiles::new(8, 16 << 20);
    let running = files.upload("4").to(server.address()).start();
    let mut peak = 0;
    while let Some(now) = running.peak_memory() {
        peak = peak.max(now);
        std::thread::sleep(Duration::from_millis(5));
    }
    let outcome = ended(&server, running);
    files.are_stored(&server, &outcome);
    outcome.claim(server.peak() == 4, "four connections");
    outcome.claim(peak > 0 && peak < MOST_MEMORY, &format!("a peak below {MOST_MEMORY} KiB, not {peak}"));
}
