//! Flights to every real server.

use std::time::Duration;

use test_servers::Kind;

use crate::support::many_files::ManyFiles;
use crate::support::program::Program;
use crate::support::real_servers::{on_every_server, upload};
use crate::support::sync::LocalTree;
use crate::support::sync::destination::Destination;

on_every_server!(
    all_files_arrive_with_flights_and_are_reported,
    directories_are_made_and_found_without_a_wait_for_a_reply_that_does_not_come
);

/// libunftp is missing: it works on all commands of a flight at the same time, and may reply in another order.
mod in_order {
    use super::flights_are_used_to_the_end;
    use crate::support::real_servers::on_servers;

    on_servers!(vsftpd Vsftpd, proftpd Proftpd, pure_ftpd PureFtpd, pyftpdlib Pyftpdlib; [flights_are_used_to_the_end]);
}

fn all_files_arrive_with_flights_and_are_reported(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let files = ManyFiles::new(40, 3000);
    // The second time, files of these sizes are there already.
    for again in [false, true] {
        // MDTM has whole seconds; a new time proves that a file was replaced.
        std::thread::sleep(Duration::from_millis(if again { 1100 } else { 0 }));
        let program = files.write(Program::new()).arguments(["--jobs", "1"]);
        let outcome = upload(&server, program, &files.names(), server.upload_dir());
        outcome.succeeds();
        files.are_reported(&outcome);
        for (name, bytes) in &files.0 {
            outcome.claim(server.holds(name, bytes), &format!("{name} as it was sent"));
        }
    }
}

fn flights_are_used_to_the_end(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let files = ManyFiles::new(20, 3000);
    let program = files.write(Program::new()).arguments(["--jobs", "1", "--verbose"]);
    let outcome = upload(&server, program, &files.names(), server.upload_dir());
    outcome.succeeds();
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    let flights = lines.windows(2).filter(|pair| pair[0] == "> EPSV" && pair[1].starts_with("> STOR ")).count();
    outcome.claim(flights == 19, &format!("a flight for each file but the first, not {flights}"));
    let logins = lines.iter().filter(|line| line.starts_with("> USER")).count();
    outcome.claim(logins == 1, "one login");
}

/// libunftp replies to several MKD in another order, and hangs after two CWD at once, by which directories are found that
/// exist. The wait for a missing reply takes 15 s.
fn directories_are_made_and_found_without_a_wait_for_a_reply_that_does_not_come(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let local = LocalTree::numbered(30, 30, 100);
    for _ in 0..2 {
        let program = Program::new().arguments(["-r", "--jobs", "1"]);
        let outcome = upload(&server, program, &[local.root().as_os_str()], server.upload_dir());
        outcome.succeeds();
        outcome.claim(outcome.took < Duration::from_secs(10), "the end within 10 s");
    }
    assert!(
        server.tree_below(&format!("{}/site", server.upload_dir())) == local.tree(),
        "the local tree on the server"
    );
}
