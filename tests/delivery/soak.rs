//! A thousand uploads of random files to real servers, through relays that cut connections at random. No file may be
//! lost, no success may be false, and no upload may hang.
//!
//! All random numbers come from one seed, which is printed. `FTP_UPLOADER_SEED` sets it.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;
use test_servers::{FtpServer, Kind, Options, Setting};

use crate::support::program::Program;
use crate::support::random::seed;
use crate::support::relay::{Cut, How, Point, Relay, Victim};

/// The number of runs of the program, and the number of files of each run.
const RUNS: usize = 200;
const FILES: usize = 5;
const LARGEST: u64 = 200 << 10;

/// The results of all runs.
#[derive(Default)]
struct Tally {
    uploads: AtomicUsize,
    cuts: AtomicUsize,
    retries: AtomicUsize,
    false_successes: AtomicUsize,
    /// Runs that ended with exit code 10 (unknown outcome).
    unknown: AtomicUsize,
    failures: AtomicUsize,
    hangs: AtomicUsize,
}

#[test]
fn a_thousand_uploads_through_relays_that_cut_lose_nothing() {
    let (seed, tally, begun) = (seed(), Tally::default(), Instant::now());
    // libunftp is missing for the reason that `cuts.rs` gives.
    let kinds = [Kind::Vsftpd, Kind::Proftpd, Kind::PureFtpd, Kind::Pyftpdlib];
    // The limits of the client are short, so that those of the server must be, too: a STOR whose data connection never
    // comes holds the lock of vsftpd on the file.
    let settings = |kind| if kind == Kind::Vsftpd { &[Setting::ShortAccept][..] } else { &[] };
    let start = |kind: Kind| kind.start_with(Options { settings: settings(kind), ..Options::default() });
    let servers: Vec<FtpServer> = kinds.into_iter().filter_map(start).collect();
    thread::scope(|scope| {
        // Two threads for each server, because the tests mostly wait.
        for (number, server) in servers.iter().chain(&servers).enumerate() {
            let (tally, share) = (&tally, RUNS / servers.len() / 2);
            scope.spawn(move || soak(server, number, Rng::with_seed(seed.wrapping_add(number as u64)), share, tally));
        }
    });
    tally.report(seed, begun.elapsed());
}

/// Runs the program `runs` times, one run after the other, with [`FILES`] files each.
fn soak(server: &FtpServer, number: usize, mut rng: Rng, runs: usize, tally: &Tally) {
    let mut plan = rng.fork();
    let relay = Relay::planned(server.addr, Duration::ZERO, move || cut(&mut plan));
    for run in 0..runs {
        let files: Vec<(String, Vec<u8>)> =
            (0..FILES).map(|file| (format!("soak-{number}-{run}-{file}"), bytes(&mut rng))).collect();
        let options = [&[][..], &["--atomic"], &["--atomic", "--resume"], &["--resume"]][rng.usize(..4)];
        deliver(server, &relay, options, &files, tally);
    }
    tally.cuts.fetch_add(relay.cuts(), Ordering::Relaxed);
}

fn deliver(server: &FtpServer, relay: &Relay, options: &[&str], files: &[(String, Vec<u8>)], tally: &Tally) {
    let program = files.iter().fold(Program::new(), |program, (name, bytes)| program.with_file(name, bytes));
    let program = program
        .arguments(["--verbose", "--timeout", "1", "--connect-timeout", "5", "--retry-delay", "0.02", "--retries", "8"])
        .arguments(options)
        .arguments([&relay.address.to_string(), server.user])
        .arguments(files.iter().map(|(name, _)| name))
        .arguments([server.upload_dir()])
        .environment("FTP_PASSWORD", server.password);
    let outcome = program.run();
    tally.uploads.fetch_add(files.len(), Ordering::Relaxed);
    tally.retries.fetch_add(outcome.stderr.matches("Retrying in ").count(), Ordering::Relaxed);
    // The first try and eight retries, of a second each, for a few files.
    tally.hangs.fetch_add(usize::from(outcome.took > Duration::from_secs(45)), Ordering::Relaxed);
    let complain = |what: String| drop(writeln!(std::io::stderr(), "soak: {what}\n{}", outcome.command));
    if outcome.code != 0 {
        let count = if outcome.code == 10 { &tally.unknown } else { &tally.failures };
        count.fetch_add(1, Ordering::Relaxed);
        complain(format!("exit code {}: {}", outcome.code, outcome.stderr));
    }
    for (name, bytes) in files {
        let said = outcome.stderr.contains(&format!("Stored {name} in "));
        let found = std::fs::read(server.stored_path(name)).unwrap_or_default();
        if said && found != *bytes {
            tally.false_successes.fetch_add(1, Ordering::Relaxed);
            complain(format!(
                "{name} is {} bytes, not the {} that were sent: {}",
                found.len(),
                bytes.len(),
                outcome.stderr
            ));
        }
    }
}

impl Tally {
    /// Writes to standard error directly, because libtest hides the output of a test that passes.
    fn report(&self, seed: u64, took: Duration) {
        let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        let text = format!(
            "soak: seed {seed}: {} uploads, {} cuts, {} retries, {} false successes, {} hangs, {} failures, {} runs \
             reported unknown, {:.0} s\n",
            of(&self.uploads),
            of(&self.cuts),
            of(&self.retries),
            of(&self.false_successes),
            of(&self.hangs),
            of(&self.failures),
            of(&self.unknown),
            took.as_secs_f64()
        );
        let _ = std::io::stderr().write_all(text.as_bytes());
        // A truthful exit code 10 counts as a failure, too: with eight retries, every outcome becomes known in the end.
        let all_is_well = of(&self.false_successes) + of(&self.hangs) + of(&self.failures) + of(&self.unknown) == 0;
        assert!(all_is_well, "{text}set FTP_UPLOADER_SEED={seed} to reproduce it");
    }
}

/// Returns the cut of one session. One session of nine is not cut.
fn cut(rng: &mut Rng) -> Option<Cut> {
    let how = [How::Close, How::Reset, How::Close, How::Reset, How::Close, How::Reset, How::Silence][rng.usize(..7)];
    let victim = [Victim::Control, Victim::Data, Victim::Both][rng.usize(..3)];
    match rng.u64(..9) {
        0 => None,
        1..=4 => Some(Cut { victim, point: Point::Bytes(rng.u64(..LARGEST)), how }),
        5 | 6 => Cut::control(Point::Reply(rng.usize(1..=30)), how),
        _ => Cut::control(Point::FinalReply, how),
    }
}

/// Returns the content of a file of up to 200 KiB. Small files are more frequent.
fn bytes(rng: &mut Rng) -> Vec<u8> {
    let most = [100, 10_000, LARGEST][rng.usize(..3)];
    let mut bytes = vec![0; rng.u64(..=most) as usize];
    rng.fill(&mut bytes);
    bytes
}
