//! The program is killed at random times and started again, and two instances upload to one name at the same time. At
//! any time, the final name must show no file or one whole file.
//!
//! The times are random but seeded: set `FTP_UPLOADER_SEED` to the printed seed to repeat a run.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::Signal;
use test_servers::{FtpServer, Kind};

use crate::support::program::Program;
use crate::support::random::seed;
use crate::support::real_servers::content;
use crate::support::relay::Relay;

#[test]
fn a_program_that_is_killed_at_random_times_never_shows_half_a_file() {
    let Some(server) = Kind::Vsftpd.start() else { return };
    let seed = seed();
    println!("FTP_UPLOADER_SEED={seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    // At 64 KiB in 4 ms, a run takes about as long as the longest delay before a kill.
    let relay = Relay::slow(server.addr, Duration::from_millis(4));
    let watcher = Watcher::of(server.stored_path("file"));
    let (mut version, mut killed, mut finished) = (0, 0, 0);
    while killed < KILLS {
        let bytes = content((1 << 20) + version);
        watcher.may_see(&bytes);
        let folder = Program::new().with_file("file", &bytes);
        loop {
            let running =
                program(&server, &relay, &["--resume", "--atomic", "--replace"], &folder.path("file")).start();
            thread::sleep(Duration::from_micros(rng.u64(..160_000)));
            running.signal(Signal::KILL);
            let outcome = running.wait();
            if outcome.code == 0 {
                break finished += 1;
            }
            outcome.exits(-9);
            killed += 1;
        }
        assert!(server.stored("file") == bytes, "version {version} is not the stored one");
        version += 1;
    }
    let looks = watcher.end();
    let left: Vec<_> =
        std::fs::read_dir(server.stored_path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["file"], "files left over");
    println!("killed {killed} times, finished {finished} files, looked {looks} times");
}

#[test]
fn two_runs_to_one_name_at_once_leave_one_whole_file() {
    for kind in [Kind::Vsftpd, Kind::Proftpd, Kind::PureFtpd, Kind::Pyftpdlib] {
        let Some(server) = kind.start() else { continue };
        let relay = Relay::slow(server.addr, Duration::from_millis(1));
        let watcher = Watcher::of(server.stored_path("file"));
        for round in 0..5 {
            let runs = [1, 2].map(|run| {
                let bytes = content((600 << 10) + 2 * round + run);
                watcher.may_see(&bytes);
                let folder = Program::new().with_file("file", &bytes);
                (program(&server, &relay, &["--atomic", "--replace"], &folder.path("file")).start(), folder)
            });
            for (run, _folder) in runs {
                run.wait().succeeds();
            }
        }
        watcher.end();
    }
}

/// Uploads the same local path each time. The program recognizes a version of the file by its name, time and size.
fn program(server: &FtpServer, relay: &Relay, options: &[&str], file: &Path) -> Program {
    Program::new()
        .arguments(["--timeout", "5", "--retry-delay", "0.1"])
        .arguments(options)
        .arguments([&relay.address.to_string(), server.user])
        .arguments([file])
        .arguments([server.upload_dir()])
        .environment("FTP_PASSWORD", server.password)
}

/// A thread that reads a file repeatedly and fails if its content is not one of the expected versions.
struct Watcher {
    whole: Arc<Mutex<Vec<Vec<u8>>>>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<usize>,
}

impl Watcher {
    fn of(path: PathBuf) -> Self {
        let (whole, stop) = (Arc::new(Mutex::new(Vec::<Vec<u8>>::new())), Arc::new(AtomicBool::new(false)));
        let (known, over) = (whole.clone(), stop.clone());
        let thread = thread::spawn(move || {
            let looks = AtomicUsize::new(0);
            while !over.load(Ordering::Relaxed) {
                if let Ok(found) = std::fs::read(&path) {
                    let is_whole = known.lock().unwrap().iter().rev().any(|bytes| *bytes == found);
                    assert!(is_whole, "{} shows {} bytes, which are not a whole file", path.display(), found.len());
                    looks.fetch_add(1, Ordering::Relaxed);
                }
                thread::sleep(Duration::from_millis(1));
            }
            looks.into_inner()
        });
        Self { whole, stop, thread }
    }

    fn may_see(&self, bytes: &[u8]) {
        self.whole.lock().unwrap().push(bytes.to_vec());
    }

    /// Stops the thread and returns how often it read a file, which was whole each time.
    fn end(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("only whole files")
    }
}

const KILLS: usize = 200;
