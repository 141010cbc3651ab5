//! Failures of single files among many: the others are stored, unless `--fail-fast` says otherwise.

use crate::support::many_files::{ManyFiles, run_to};
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::Quirk;

#[test]
fn a_refused_file_does_not_stop_the_others() {
    for jobs in ["1", "4"] {
        let server = QuirkyServer::start([Quirk::RefusesStore("/inbox/f007", "550 Not this one")]);
        let mut files = ManyFiles::new(40, 1000);
        let outcome = run_to(&server, files.upload(jobs));
        outcome.exits(7).says("Not this one").never_says("Stored f007").says("39 of 40 files stored");
        files.0.remove("f007");
        files.are_all_there_is(&server, &outcome, "/inbox");
    }
}

#[test]
fn the_exit_code_is_that_of_the_worst_failure_in_any_order() {
    let refused = |path| Quirk::RefusesStore(path, "550 Not this one");
    let broken = |path| Quirk::RefusesInTransfer(path, "552 Full");
    for quirks in [[refused("/inbox/f003"), broken("/inbox/f030")], [broken("/inbox/f003"), refused("/inbox/f030")]] {
        for jobs in ["1", "4"] {
            let server = QuirkyServer::start(quirks.clone());
            let files = ManyFiles::new(40, 1000);
            let outcome = run_to(&server, files.upload(jobs));
            outcome.exits(8).says("Not this one").says("Full").says("38 of 40 files stored");
            let stored = server.files();
            for (name, bytes) in files.0.iter().filter(|(name, _)| !["f003", "f030"].contains(&name.as_str())) {
                outcome.claim(stored.get(&format!("/inbox/{name}")) == Some(bytes), &format!("{name} as it was sent"));
            }
        }
    }
}

#[test]
fn with_fail_fast_the_first_failure_ends_the_run() {
    for jobs in ["1", "4"] {
        let server = QuirkyServer::start([Quirk::RefusesStore("/inbox/f003", "550 Not this one")]);
        let files = ManyFiles::new(200, 100);
        let outcome = run_to(&server, files.upload(jobs).options(["--fail-fast"]));
        outcome.exits(7).says("Not this one");
        outcome.claim(server.files().len() < 100, &format!("an early end, not {} files", server.files().len()));
        for (path, bytes) in server.files() {
            let name = path.trim_start_matches("/inbox/");
            outcome.claim(files.0.get(name) == Some(&bytes), &format!("{name} whole"));
            outcome.claim(outcome.stderr.contains(&format!("Stored {name}")), &format!("{name} is reported"));
        }
    }
}

#[test]
fn a_missing_file_does_not_stop_the_others_unless_the_first_failure_ends_the_run() {
    let (server, files) = (QuirkyServer::start([]), ManyFiles::new(40, 1000));
    let upload = || files.upload("4").argument_file("missing");
    let outcome = run_to(&server, upload().options(["--fail-fast"]));
    outcome.fails(3).says("missing").claim(server.files().is_empty(), "nothing stored");
    let outcome = run_to(&server, upload());
    outcome.exits(3).says("cannot open missing: No such file").says("40 of 41 files stored");
    files.are_all_there_is(&server, &outcome, "/inbox");
}
