//! Runs of `ftp-uploader check --json`, and claims about the findings.

use std::ops::Deref;

use serde_json::Value;

use crate::support::outcome::Outcome;
use crate::support::program::Program;
use crate::support::sync::destination::Destination;

/// A check that has ended.
pub(crate) struct Checked {
    pub(crate) outcome: Outcome,
    /// The JSON; null if it was none.
    document: Value,
}

impl Deref for Checked {
    type Target = Outcome;

    fn deref(&self) -> &Outcome {
        &self.outcome
    }
}

/// Checks `directory` of a server.
pub(crate) fn check(server: &dyn Destination, directory: &str, options: &[&str]) -> Checked {
    let outcome = program(server, directory, &[&["--json"], options].concat()).run();
    Checked::of(Outcome { aside: server.log(), ..outcome })
}

/// Returns the program with the arguments of a check.
pub(crate) fn program(server: &dyn Destination, directory: &str, options: &[&str]) -> Program {
    let usual = [["--timeout", "10"], ["--connect-timeout", "5"], ["--retries", "0"]];
    let usual = usual.into_iter().filter(|[name, _]| !options.contains(name)).flatten();
    let mut program = Program::new()
        .arguments(["check"].into_iter().chain(usual))
        .arguments(options)
        .environment("FTP_PASSWORD", server.password());
    if let Some(authority) = server.authority() {
        let program_with_ca = program.with_file("ca.pem", authority.as_bytes());
        program = program_with_ca.arguments(["--tls", "explicit", "--ca-file", "ca.pem"]);
    }
    program.arguments([&server.host(), server.user(), directory])
}

impl Checked {
    /// Parses the output of a run.
    pub(crate) fn of(outcome: Outcome) -> Self {
        let document = serde_json::from_str(&outcome.stdout).unwrap_or(Value::Null);
        outcome.claim(document.is_object(), "one JSON object on standard output");
        Self { outcome, document }
    }

    /// Returns the whole JSON.
    pub(crate) fn document(&self) -> &Value {
        &self.document
    }

    /// Returns a finding, by its path below `findings`.
    pub(crate) fn finding(&self, path: &str) -> &Value {
        let found = self.document.pointer(&format!("/findings/{path}"));
        self.claim(found.is_some(), &format!("a finding {path}"));
        found.unwrap_or(&Value::Null)
    }

    /// Returns the recommended options.
    pub(crate) fn recommended(&self) -> Vec<&str> {
        let options = self.document["recommended"]["options"].as_array().map(Vec::as_slice).unwrap_or_default();
        options.iter().filter_map(Value::as_str).collect()
    }

    /// Claims that these questions have this result.
    pub(crate) fn results(&self, result: &str, paths: &[&str]) -> &Self {
        for path in paths {
            let found = &self.finding(path)["result"];
            self.claim(found == result, &format!("{path}: {result}, not {found}"));
        }
        self
    }

    /// Claims the value of a finding.
    pub(crate) fn tells(&self, path: &str, wanted: impl Into<Value>) -> &Self {
        let wanted = wanted.into();
        let found = self.finding(path);
        self.claim(*found == wanted, &format!("{path}: {wanted}, not {found}"));
        self
    }

    /// Claims that an upload would work.
    pub(crate) fn succeeded(&self) -> &Self {
        self.exits(0);
        self.claim(self.document["works"] == true, "works: true");
        self.claim(!self.stderr.contains("ftp-uploader: "), "no error message");
        self
    }

    /// Claims that an upload would fail with this code.
    pub(crate) fn failed(&self, code: i32) -> &Self {
        self.exits(code);
        self.claim(self.document["works"] == false && self.document["exit_code"] == code, "works: false, and the code");
        self.claim(self.stderr.contains("ftp-uploader: "), "an error message");
        self
    }
}
