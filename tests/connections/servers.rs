//! Many files over several connections to every real server, in clear and with TLS.

use test_servers::{Kind, Options, ServerTls, Setting, Versions};

use crate::support::many_files::{ManyFiles, lines_with};
use crate::support::outcome::Outcome;
use crate::support::program::Program;
use crate::support::real_servers::on_every_server;
use crate::support::secure_server::SecureServer;

on_every_server!(many_files_over_four_connections_arrive_byte_for_byte);

fn files() -> ManyFiles {
    let mut files = ManyFiles::new(60, 10_000);
    files.0.extend(ManyFiles::new(3, 0).0.into_iter().map(|(name, bytes)| (format!("small-{name}"), bytes)));
    files
}

fn many_files_over_four_connections_arrive_byte_for_byte(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let files = files();
    let outcome = upload(&server, &files, &["--retries", "0"]);
    outcome.succeeds();
    are_stored(&server, &files, &outcome);
}

/// The servers require that each data connection resumes the TLS session of its control connection.
#[test]
fn many_files_over_four_protected_connections_arrive_byte_for_byte() {
    for kind in [Kind::Vsftpd, Kind::Proftpd] {
        for versions in [Versions::Tls12Only, Versions::Tls13Only, Versions::Any] {
            let start = SecureServer::start(kind, |identity| ServerTls { versions, ..ServerTls::of(identity) });
            let Some(mut server) = start else { continue };
            server.jobs = "4";
            let files = files();
            let names: Vec<&str> = files.0.keys().map(String::as_str).collect();
            let outcome = server.upload(files.write(Program::new()), &names);
            outcome.succeeds();
            are_stored(&server.server, &files, &outcome);
        }
    }
}

#[test]
fn a_server_that_takes_two_sessions_of_a_user_gets_all_files_over_two() {
    let Some(server) = Kind::Proftpd.start_with(Options::set(&[Setting::TwoClientsPerUser])) else { return };
    let files = files();
    let outcome = upload(&server, &files, &[]);
    outcome.succeeds().claim(lines_with(&outcome, "fewer connections") == 1, "one note");
    are_stored(&server, &files, &outcome);
}

fn upload(server: &test_servers::FtpServer, files: &ManyFiles, options: &[&str]) -> Outcome {
    files
        .write(Program::new())
        .arguments(["--timeout", "30", "--jobs", "4"])
        .arguments(options)
        .arguments([&server.addr.to_string(), server.user])
        .arguments(files.names())
        .arguments([server.upload_dir()])
        .environment("FTP_PASSWORD", server.password)
        .run()
}

fn are_stored(server: &test_servers::FtpServer, files: &ManyFiles, outcome: &Outcome) {
    for (name, bytes) in &files.0 {
        outcome.claim(server.holds(name, bytes), &format!("{name} as it was sent"));
    }
    let count = server.stored_names().len();
    outcome.claim(count == files.0.len(), &format!("no other file than those sent: {:?}", server.stored_names()));
}
