//! Many files for one run, uploads of them to a quirky server, and claims about the files that it has afterwards.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;

use crate::support::outcome::Outcome;
use crate::support::program::{Program, Running};
use crate::support::quirky_server::QuirkyServer;
use crate::support::real_servers::content;
use crate::support::upload::Upload;

/// Files with different contents, by name. The names are `f000`, `f001` and so on.
#[derive(Clone)]
pub(crate) struct ManyFiles(pub(crate) BTreeMap<String, Vec<u8>>);

impl ManyFiles {
    /// So many files, of `size` bytes and a few more.
    pub(crate) fn new(count: usize, size: usize) -> Self {
        Self((0..count).map(|number| (format!("f{number:03}"), content(size + number))).collect())
    }

    /// Returns the names in the order in which they are sent.
    pub(crate) fn names(&self) -> Vec<&OsStr> {
        self.0.keys().map(OsStr::new).collect()
    }

    /// Writes the files into the folder of `program`.
    pub(crate) fn write(&self, program: Program) -> Program {
        self.0.iter().fold(program, |program, (name, bytes)| program.with_file(name, bytes))
    }

    /// Returns an upload of the files over at most `jobs` connections.
    pub(crate) fn upload(&self, jobs: &str) -> Upload {
        self.0.iter().fold(Upload::of_nothing().jobs(jobs), |upload, (name, bytes)| upload.and(name, bytes))
    }

    /// Returns an upload of the files as the directory `tree`. Names may contain `/`.
    pub(crate) fn upload_as_tree(&self, jobs: &str) -> Upload {
        let upload = Upload::of_nothing().jobs(jobs).options(["-r"]).argument_file("tree");
        for (name, bytes) in &self.0 {
            let path = upload.path("tree").join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a local folder");
            fs::write(path, bytes).expect("a local file");
        }
        upload
    }

    /// Claims that the program succeeded and has reported each file once, and that `inbox` on the server has these
    /// files, byte for byte, and nothing else.
    pub(crate) fn are_stored(&self, server: &QuirkyServer, outcome: &Outcome) {
        outcome.succeeds();
        self.are_all_there_is(server, outcome, "/inbox");
        self.are_reported(outcome);
    }

    /// Claims that the program has reported each file once as stored.
    pub(crate) fn are_reported(&self, outcome: &Outcome) {
        for name in self.0.keys() {
            let reports = outcome.stderr.lines().filter(|line| line.starts_with(&format!("Stored {name} "))).count();
            outcome.claim(reports == 1, &format!("one report of {name}, not {reports}"));
        }
    }

    /// Claims that `directory` on the server has these files, byte for byte, and nothing else.
    pub(crate) fn are_all_there_is(&self, server: &QuirkyServer, outcome: &Outcome, directory: &str) {
        let found = server.files();
        let wanted: BTreeMap<_, _> =
            self.0.iter().map(|(name, bytes)| (format!("{directory}/{name}"), bytes)).collect();
        for (path, bytes) in &wanted {
            let there = found.get(path);
            let lengths = (bytes.len(), there.map(Vec::len));
            outcome.claim(there == Some(*bytes), &format!("{path} as it was sent; lengths {lengths:?}"));
        }
        outcome.claim(found.len() == wanted.len(), &format!("no other file among {:?}", found.keys()));
    }
}

/// Runs an upload to its end. The outcome has the log of the server.
pub(crate) fn run_to(server: &QuirkyServer, upload: Upload) -> Outcome {
    ended(server, upload.to(server.address()).start())
}

/// Waits for the end of a run. The outcome has the log of the server.
pub(crate) fn ended(server: &QuirkyServer, running: Running) -> Outcome {
    let mut outcome = running.wait();
    outcome.aside = server.record().to_string();
    outcome.passes_general_checks();
    outcome
}

/// Returns the number of lines on standard error that contain `text`.
pub(crate) fn lines_with(outcome: &Outcome, text: &str) -> usize {
    outcome.stderr.lines().filter(|line| line.contains(text)).count()
}
