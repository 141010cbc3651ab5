//! A server that repeats the password in its replies, with several commands out.

use crate::support::many_files::{ManyFiles, run_to};
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::Quirk;

#[test]
fn the_password_is_never_shown_whatever_is_outstanding() {
    for quirks in [vec![], vec![Quirk::MergedReplies], vec![Quirk::SplitReplies]] {
        for jobs in ["1", "4"] {
            let quirks = [Quirk::EchoesPassword].into_iter().chain(quirks.clone());
            let (server, files) = (QuirkyServer::start(quirks), ManyFiles::new(16, 100));
            let outcome = run_to(&server, files.upload(jobs).options(["--verbose"]));
            outcome.claim(outcome.stderr.contains("****"), "masked replies");
            outcome.claim(!server.record().in_flight().is_empty(), "flights");
            // The general checks of each run look for the password.
            files.are_stored(&server, &outcome);
        }
    }
}

#[test]
fn a_refusal_that_repeats_the_password_is_masked_too() {
    let quirks = [Quirk::EchoesPassword, Quirk::RefusesStore("/inbox/f005", "550 Not this one")];
    let (server, files) = (QuirkyServer::start(quirks), ManyFiles::new(16, 100));
    for options in [&["--verbose"][..], &[]] {
        run_to(&server, files.upload("1").options(options)).exits(7).says("Not this one");
    }
}
