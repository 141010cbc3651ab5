//! Exit code 0 means that every file is on the server under its name, byte for byte: not a part of it, not a mix of two
//! files, not a refused file, and not a file under another name.

use std::fs::File;
use std::time::{Duration, SystemTime};

use test_servers::{FtpServer, Kind, Options, ServerTls, Setting, Versions};

use crate::support::cutting_relay::{CuttingRelay, Then};
use crate::support::program::Program;
use crate::support::real_delivery::{Consumer, deliver};
use crate::support::real_servers::{content, on_servers};
use crate::support::relay::{Cut, How, Point, Relay};
use crate::support::secure_server::SecureServer;

on_servers!(vsftpd Vsftpd, proftpd Proftpd, pure_ftpd PureFtpd; [
    a_name_that_two_runs_store_never_holds_a_mix_of_them,
    a_rebuilt_file_is_not_stored_behind_the_bytes_of_the_build_before,
    a_rebuilt_file_is_not_taken_for_the_build_before
]);

mod forged {
    use super::{Versions, a_forged_end_is_no_success};

    #[test]
    fn in_tls_1_2() {
        a_forged_end_is_no_success(Versions::Tls12Only);
    }

    #[test]
    fn in_tls_1_3() {
        a_forged_end_is_no_success(Versions::Tls13Only);
    }
}

/// An attacker on the network ends TCP so that the server takes the file for complete, passes its 226 on, and then cuts
/// the control connection, so that the client cannot ask for the size.
fn a_forged_end_is_no_success(versions: Versions) {
    let bytes = content(1_000_000);
    for (options, how) in [(&[][..], How::Close), (&[], How::Reset), (&[], How::Silence), (&["--atomic"], How::Reset)] {
        for retries in ["0", "2"] {
            let Some(mut server) = behind_an_attacker(versions) else { return };
            server.retries = retries;
            let then = Then::SwallowTheRestAndCutAtCommand(1, how);
            let relay = CuttingRelay::before(&server.server, 200_000, then);
            let program = Program::new().with_file("forged", &bytes).arguments(options);
            let outcome = server.upload_by(relay.address, program.arguments(["--retry-delay", "0.1"]), &["forged"]);
            let found = std::fs::read(server.server.stored_path("forged")).ok();
            if outcome.code == 0 {
                outcome.claim(retries != "0", "another try").claim(found == Some(bytes.clone()), "the whole file");
            } else {
                outcome.fails(10).claim(options.is_empty() || found.is_none(), "no half file under the final name");
                outcome.claim(retries == "0", "success with the next try");
            }
        }
    }
}

/// Nothing else is cut: after its 226 the server reports a size that is too small. The stored bytes may be those of
/// another client, so the program must not append to them.
#[test]
fn a_size_that_is_too_small_after_the_final_reply_is_no_beginning_to_go_on_behind() {
    let bytes = content(1_000_000);
    for options in [&[][..], &["--atomic"], &["--atomic", "--resume"]] {
        let Some(mut server) = behind_an_attacker(Versions::Any) else { return };
        server.retries = "2";
        let then = Then::SwallowTheRestAndCutAtCommand(usize::MAX, How::Close);
        let relay = CuttingRelay::before(&server.server, 200_000, then);
        let program = Program::new().with_file("short", &bytes).arguments(options);
        let outcome = server.upload_by(relay.address, program.arguments(["--retry-delay", "0.1"]), &["short"]);
        outcome.never_says("> REST ").counts(2, "> STOR ").succeeds();
        outcome.claim(server.server.holds("short", &bytes), "the whole file");
    }
}

fn behind_an_attacker(versions: Versions) -> Option<SecureServer> {
    let options = Options { aside: true, ..Options::default() };
    let settings = |identity| ServerTls { versions, ..ServerTls::of(identity) };
    let mut server = SecureServer::start_with(Kind::Proftpd, options, settings)?;
    server.timeout = "1";
    Some(server)
}

#[test]
fn a_refusal_after_the_last_byte_is_not_overruled_by_an_equal_size() {
    refused_at_the_end(&[Setting::FinalReply("550 Virus found, file quarantined")]);
    refused_at_the_end(&[Setting::FinalReply("552 Quota exceeded")]);
    refused_at_the_end(&[Setting::FinalReply("451 Virus found, file quarantined")]);
    refused_at_the_end(&[Setting::FinalReply("450 File is busy")]);
    refused_at_the_end(&[Setting::FinalReply("452 Insufficient storage")]);
}

fn refused_at_the_end(settings: &'static [Setting]) {
    let &[Setting::FinalReply(reply)] = settings else { panic!("one reply") };
    let Some(server) = Kind::Pyftpdlib.start_with(Options::set(settings)) else { return };
    for options in [&["--retries", "0"][..], &["--retries", "1"], &["--retries", "1", "--atomic"]] {
        let outcome = deliver(&server, server.addr, options, &[("refused", &content(10_000))]);
        outcome.fails(8).tells(&reply[4..]);
        outcome.claim(!options.contains(&"--atomic") || !outcome.stderr.contains("> RNTO "), "no renaming");
        for name in server.stored_names() {
            std::fs::remove_file(server.stored_path(name)).unwrap();
        }
    }
}

#[test]
fn a_file_that_fills_the_quota_never_has_its_name_with_atomic() {
    for kind in [Kind::Proftpd, Kind::PureFtpd] {
        let Some(server) = kind.start_with(Options::set(&[Setting::Quota])) else { return };
        server.open_root();
        let outcome = deliver(&server, server.addr, &["--atomic"], &[("large", &content(3 << 20))]);
        outcome.fails(8).tells("552").tells_of_all(&server, &[]);
        outcome.claim(!server.stored_path("large").exists(), "no file of this name");
    }
}

/// Pure-FTPd stores the file under a name that ends with `_`.
#[test]
fn a_file_that_goes_under_another_name_is_exit_10_where_sizes_are_told() {
    let Some(server) = Kind::PureFtpd.start() else { return };
    let files = [("first.csv", &content(10)[..]), ("report.csv ", &content(20))];
    let outcome = deliver(&server, server.addr, &[], &files);
    outcome.exits(10).says("Stored first.csv").never_claims("Stored report.csv").counts(1, "> STOR report.csv ");
    assert_eq!(server.stored("report.csv_"), content(20));
}

/// The server did report the size under the temporary name.
#[test]
fn a_file_that_is_renamed_to_another_name_is_exit_10() {
    let Some(server) = Kind::PureFtpd.start() else { return };
    let outcome = deliver(&server, server.addr, &["--atomic"], &[("report.csv ", &content(20))]);
    outcome.fails(10).never_claims("Stored report.csv");
    assert_eq!(server.stored("report.csv_"), content(20));
}

#[test]
fn a_file_that_goes_under_another_name_is_not_called_verified_where_no_size_was_told() {
    let Some(server) = Kind::PureFtpd.start() else { return };
    let outcome = deliver(&server, server.addr, &[], &[("report.csv ", &content(20))]);
    outcome.never_claims("size confirmed").counts(1, "> STOR ");
    outcome.exits(if outcome.code == 0 { 0 } else { 10 });
}

#[test]
fn a_file_that_is_gone_after_the_final_reply_is_exit_10_where_sizes_are_told() {
    let Some(server) = Kind::Vsftpd.start() else { return };
    let bytes = content(100_000);
    let scanner = Consumer::of(&server, bytes.len(), |_| true);
    let relay = Relay::slow(server.addr, Duration::from_millis(150));
    let outcome = deliver(&server, relay.address, &[], &[("first", &content(10)), ("infected", &bytes)]);
    outcome.claim(scanner.end().len() == 1, "one delivery");
    outcome.exits(10).says("Stored first").never_claims("Stored infected").counts(1, "> STOR infected");
}

/// The other run stores fewer bytes than had arrived, between a cut and the next attempt.
fn a_name_that_two_runs_store_never_holds_a_mix_of_them(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let (ours, others) = (content(1_000_000), content(300_000));
    let folder = Program::new().with_file("shared", &others);
    let other = [&server.addr.to_string(), server.user, folder.path("shared").to_str().unwrap(), server.upload_dir()]
        .map(str::to_owned);
    let (mut runs, password) = (0, server.password);
    let relay = Relay::planned(server.addr, Duration::ZERO, move || {
        runs += 1;
        if runs == 2 {
            Program::new().arguments(&other).environment("FTP_PASSWORD", password).run().succeeds();
        }
        if runs == 1 { Cut::data(500_000, How::Reset) } else { None }
    });
    let outcome = deliver(&server, relay.address, &["--timeout", "5"], &[("shared", &ours)]);
    outcome.succeeds().claim(server.holds("shared", &ours), "one file, and no mix of two");
    outcome.claim(relay.cuts() == 1, "one cut");
    drop(folder);
}

#[test]
fn a_hash_that_proves_the_beginning_lets_the_next_try_go_on_behind_it() {
    let Some(server) = Kind::Proftpd.start_with(Options::set(&[Setting::Hashes])) else { return };
    let bytes = content(3_000_000);
    let relay = Relay::before(server.addr, [Cut::data(1_500_000, How::Reset)]);
    let outcome = deliver(&server, relay.address, &["--timeout", "5"], &[("proved", &bytes)]);
    outcome.succeeds().says("Resuming proved at byte ").says("confirmed by the server");
    assert!(server.stored("proved") == bytes, "other bytes");
}

#[test]
fn a_hash_that_proves_another_beginning_has_the_next_try_start_over() {
    let Some(server) = Kind::Proftpd.start_with(Options::set(&[Setting::Hashes])) else { return };
    let bytes = content(1_000_000);
    let (mut runs, path, others) = (0, server.stored_path("shared"), content(300_000));
    let relay = Relay::planned(server.addr, Duration::ZERO, move || {
        runs += 1;
        if runs == 2 {
            std::fs::write(&path, &others).unwrap();
        }
        if runs == 1 { Cut::data(500_000, How::Reset) } else { None }
    });
    let outcome = deliver(&server, relay.address, &["--timeout", "5"], &[("shared", &bytes)]);
    outcome.succeeds().never_says("Resuming").claim(server.holds("shared", &bytes), "one file, and no mix of two");
}

fn a_rebuilt_file_is_not_stored_behind_the_bytes_of_the_build_before(kind: Kind) {
    rebuilt(kind, Cut::data(500_000, How::Reset));
}

/// The earlier build was stored completely, but not renamed.
fn a_rebuilt_file_is_not_taken_for_the_build_before(kind: Kind) {
    rebuilt(kind, Cut::control(Point::Line("213 1000000"), How::Close));
}

/// Uploads two builds that agree in name, size and time, as reproducible builds do. The first upload is cut.
fn rebuilt(kind: Kind, cut: Option<Cut>) {
    let Some(server) = kind.start() else { return };
    let (before, after) = (content(1_000_000), content(1_000_001)[1..].to_vec());
    let relay = Relay::before(server.addr, [cut]);
    let outcome = build(&server, &relay, &before, "0");
    outcome.claim(outcome.code != 0 && relay.cuts() == 1, "a broken run");
    let outcome = build(&server, &relay, &after, "3");
    outcome.succeeds().claim(server.holds("site.zip", &after), "the new build, and no byte of the one before");
}

fn build(server: &FtpServer, relay: &Relay, bytes: &[u8], retries: &str) -> crate::support::outcome::Outcome {
    let program = Program::new().with_file("site.zip", bytes);
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    File::options().write(true).open(program.path("site.zip")).unwrap().set_modified(time).unwrap();
    let options = ["--verbose", "--atomic", "--replace", "--resume", "--timeout", "5", "--retries", retries];
    let program = program.arguments(options).arguments([&relay.address.to_string(), server.user, "site.zip"]);
    program.arguments([server.upload_dir()]).environment("FTP_PASSWORD", server.password).run()
}
