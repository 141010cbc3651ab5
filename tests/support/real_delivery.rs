//! Verbose uploads to a real server, for the tests of a delivery's guarantees, and a process on the server that removes
//! files.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use test_servers::FtpServer;

use crate::support::outcome::Outcome;
use crate::support::program::Program;

/// Uploads these files to a server through `address`.
pub(crate) fn deliver(server: &FtpServer, address: SocketAddr, options: &[&str], files: &[(&str, &[u8])]) -> Outcome {
    deliver_into(server, address, options, files, server.upload_dir())
}

/// The same, into another directory.
pub(crate) fn deliver_into(
    server: &FtpServer,
    address: SocketAddr,
    options: &[&str],
    files: &[(&str, &[u8])],
    directory: &str,
) -> Outcome {
    let program = files.iter().fold(Program::new(), |program, (name, bytes)| program.with_file(name, bytes));
    let program = program.arguments(["--verbose", "--retry-delay", "0.1"]).arguments(options);
    let program = program.arguments([&address.to_string(), server.user, "--"]);
    let program = program.arguments(files.iter().map(|(name, _)| name)).arguments([directory]);
    let mut outcome = program.environment("FTP_PASSWORD", server.password).run();
    outcome.aside = format!("{}\nfiles: {:?}", server.log(), server.stored_names());
    outcome
}

impl Outcome {
    /// Returns the program's own messages: standard error without the conversation.
    pub(crate) fn own_words(&self) -> String {
        let is_own = |line: &&str| !["> ", "< ", "* "].iter().any(|mark| line.starts_with(mark));
        self.stderr.lines().filter(is_own).collect::<Vec<_>>().join("\n")
    }

    /// Claims that the program's own messages contain this text.
    pub(crate) fn tells(&self, text: &str) -> &Self {
        self.claim(self.own_words().contains(text), &format!("`{text}` in the program's own words"))
    }

    /// Claims that the program's own messages do not contain this text.
    pub(crate) fn never_claims(&self, text: &str) -> &Self {
        self.claim(!self.own_words().contains(text), &format!("no `{text}` in the program's own words"))
    }

    /// Claims that the program's own messages name every file on the server except the known ones.
    pub(crate) fn tells_of_all(&self, server: &FtpServer, known: &[&str]) -> &Self {
        let names = server.stored_names();
        for name in names.iter().filter(|name| !known.contains(&name.as_str())) {
            self.tells(name);
        }
        self
    }
}

/// A process on the server that removes a file as soon as it has all its bytes.
pub(crate) struct Consumer {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Vec<u8>>>,
}

impl Consumer {
    /// Removes files of this size whose names are `wanted`.
    pub(crate) fn of(server: &FtpServer, size: usize, wanted: impl Fn(&str) -> bool + Send + 'static) -> Self {
        let (folder, stop) = (server.stored_path(""), Arc::new(AtomicBool::new(false)));
        let over = stop.clone();
        let thread = thread::spawn(move || {
            let mut taken = Vec::new();
            while !over.load(Ordering::Relaxed) {
                taken.extend(take(&folder, size, &wanted));
                thread::sleep(Duration::from_millis(1));
            }
            taken
        });
        Self { stop, thread }
    }

    /// Returns the content of all removed files.
    pub(crate) fn end(self) -> Vec<Vec<u8>> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("a folder that can be read")
    }
}

fn take(folder: &Path, size: usize, wanted: &impl Fn(&str) -> bool) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("the upload directory").flatten();
    let whole = entries.filter(|entry| {
        wanted(&entry.file_name().to_string_lossy()) && entry.metadata().is_ok_and(|file| file.len() == size as u64)
    });
    let bytes = whole.filter_map(|entry| {
        let bytes = std::fs::read(entry.path()).ok()?;
        std::fs::remove_file(entry.path()).ok().map(|()| bytes)
    });
    bytes.collect()
}
