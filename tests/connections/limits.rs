//! Servers that refuse some of the connections: the others do the work.

use std::time::Duration;

use crate::support::many_files::{ManyFiles, lines_with, run_to};
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::{Quirk, REFUSALS, Refusal};

/// The most sessions that may be refused in one run.
const MOST_REFUSED: usize = 7;

#[test]
fn a_wrong_password_is_tried_once() {
    let (server, files) = (QuirkyServer::start([]), ManyFiles::new(40, 100));
    let upload = files.upload("8").retries("3").program(|program| program.environment("FTP_PASSWORD", "wrong"));
    let outcome = run_to(&server, upload.without_password());
    outcome.fails(6).claim(server.refused_passwords() == 1, "one try of the password");
    outcome.claim(server.connections() == 1, "one connection");
}

#[test]
fn a_server_that_takes_two_sessions_gets_all_files_over_two() {
    for refusal in REFUSALS {
        for jobs in ["4", "8"] {
            for retries in ["0", "3"] {
                all_files_go_over_two(refusal, jobs, retries);
            }
        }
    }
}

fn all_files_go_over_two(refusal: Refusal, jobs: &str, retries: &str) {
    let server = QuirkyServer::start([Quirk::AtMostSessions(2, refusal), Quirk::SlowReading(Duration::from_millis(5))]);
    let files = ManyFiles::new(40, 20_000);
    let outcome = run_to(&server, files.upload(jobs).retries(retries));
    files.are_stored(&server, &outcome);
    outcome.claim(server.peak() == 2, &format!("{refusal:?}, {jobs} jobs: 2 sessions, not {}", server.peak()));
    let refused = server.refused_sessions();
    outcome.claim(refused <= MOST_REFUSED, &format!("{refusal:?}: at most {MOST_REFUSED} refusals, not {refused}"));
    let notes = lines_with(&outcome, "fewer connections");
    // A silent server has refused nothing when the work is done.
    let fits = if refusal == Refusal::Silence { notes <= 1 } else { notes == 1 };
    outcome.claim(fits, &format!("{refusal:?}: one note, not {notes}"));
    outcome.claim(outcome.stderr.lines().all(|line| !line.starts_with("ftp-uploader: ")), "no error");
}

#[test]
fn connections_that_are_never_greeted_do_not_delay_the_end() {
    let server = QuirkyServer::start([Quirk::AtMostSessions(1, Refusal::Silence)]);
    let files = ManyFiles::new(40, 1000);
    let outcome = run_to(&server, files.upload("4").timeout("30"));
    files.are_stored(&server, &outcome);
    outcome.within(Duration::from_secs(5)).claim(server.peak() == 1, "one session");
    outcome.claim(server.refused_sessions() > 0, "another connection was tried");
}

#[test]
fn a_server_with_no_place_at_all_is_reported_as_such() {
    let server = QuirkyServer::start([Quirk::AtMostSessions(0, Refusal::Greeting)]);
    let outcome = run_to(&server, ManyFiles::new(40, 100).upload("8"));
    outcome.fails(4).says("Too many connections").claim(server.refused_sessions() == 1, "one try");
}
