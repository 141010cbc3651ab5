//! One attempt to store one file: carries out the actions that `ftp-delivery` asks for, and returns their results. The
//! rules are in that crate, as for the native program; `failure.rs` converts errors to its failures.

use ftp_delivery::{Action, Answer, Compared, Failure, FileDelivery, Found, Next, Proof, Rules, Verify, Why};
use wasip2::clocks::monotonic_clock::subscribe_duration;

use crate::args::Target;
use crate::bindings::ftp_uploader::upload::capabilities::{Algorithm, SourceFile};
use crate::bindings::ftp_uploader::upload::upload::{
    self as wit, Placement, Plan, Receipt, SizeMismatch, UploadError, Verification,
};
use crate::bindings::ftp_uploader::wasi::grants::has_changed;
use crate::cli_error::CliError;
use crate::failure;
use crate::link::Link;

/// The file replaces one of the same name, and the server is asked for its hash or size.
const PLAN: Plan = Plan { placement: Placement::Replace, verify: wit::Verify::Best, defer: false };

/// Under its own name, from the first byte on, in one attempt.
const RULES: Rules = Rules {
    atomic: false,
    replace: false,
    resume: false,
    unique: false,
    stream: false,
    retried: false,
    odd_name: false,
    verify: Verify::Best,
};

/// The time between two questions for the size, in which a server can finish writing: half a second, in nanoseconds.
const SETTLING: u64 = 500_000_000;

/// The evidence that the server has the file, besides its final reply.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verified {
    /// No evidence.
    No,
    /// The size, which was not the same before.
    Size,
    /// The hash.
    Hash(Algorithm),
}

/// A file to store.
pub(crate) struct File<'a> {
    pub(crate) source: &'a SourceFile,
    /// The size in bytes.
    pub(crate) size: u64,
    /// The local path, for messages.
    pub(crate) path: &'a str,
    /// The name, or the path below the target's directory, under which it is stored.
    pub(crate) name: &'a [u8],
}

/// The state of one attempt.
pub(crate) struct PutFile<'a> {
    link: &'a Link,
    target: &'a Target<'a>,
    file: &'a File<'a>,
    /// The algorithm by which the hashes were compared.
    algorithm: Option<Algorithm>,
    /// The last error.
    cli_error: Option<CliError>,
}

impl<'a> PutFile<'a> {
    pub(crate) fn new(link: &'a Link, target: &'a Target<'a>, file: &'a File<'a>) -> Self {
        Self { link, target, file, algorithm: None, cli_error: None }
    }

    /// Stores the file.
    pub(crate) fn put(mut self) -> Result<Verified, CliError> {
        let mut state = FileDelivery::new(RULES, self.file.size);
        let mut next = state.begin();
        loop {
            next = match next {
                Next::Do(action) => state.answer(self.act(action)),
                // There is only one attempt.
                Next::Again => state.give_up(),
                Next::Stored { proof, .. } => return self.stored(proof),
                Next::GaveUp { why, .. } => return Err(self.verdict(why)),
            }
        }
    }

    /// Only the guest reads the server's replies, so its result is accepted only if the witness counted the same bytes.
    fn stored(self, proof: Proof) -> Result<Verified, CliError> {
        if self.link.delivered() != Some(self.file.size) {
            return Err(CliError::Fault);
        }
        Ok(match (proof, self.algorithm) {
            (Proof::Hash, Some(algorithm)) => Verified::Hash(algorithm),
            (Proof::Size, _) => Verified::Size,
            (Proof::Reply | Proof::SameSize, _) | (Proof::Hash, None) => Verified::No,
        })
    }

    fn verdict(self, why: Why) -> CliError {
        match (why, self.cli_error) {
            (Why::Unknown, Some(CliError::Upload(place, error))) => CliError::Unknown(place, error),
            (Why::Mismatch(stored), _) => {
                self.target.blame(UploadError::Mismatch(SizeMismatch { sent: self.file.size, stored }))
            }
            (Why::Missing, _) => self.target.blame(UploadError::Missing),
            (Why::Failed | Why::Corrupt | Why::Unknown, Some(cli_error)) => cli_error,
            // No rule demands a proof here, and no file is renamed.
            (Why::Failed | Why::Corrupt | Why::Unknown, None)
            | (Why::Unverified | Why::CannotRename | Why::NotRenamed | Why::NotRestored | Why::Fault, _) => {
                CliError::Fault
            }
        }
    }

    fn act(&mut self, action: Action) -> Answer {
        if self.link.is_over() {
            return Answer::Failed(Failure::Session);
        }
        let name = self.file.name;
        let answer = match action {
            Action::Size(_) => self.link.look(name).map(|found| Answer::Size(self.seen(found))),
            Action::Modified(_) => self.link.modified(name).map(Answer::Modified),
            Action::Compare { length, .. } => {
                self.link.compare(self.file.source, name, length).map(|it| self.compared(it))
            }
            Action::Store { .. } => return self.store(name),
            Action::CheckSource => return self.check_source(),
            Action::Settle => {
                subscribe_duration(SETTLING).block();
                Ok(Answer::Settled)
            }
            // `RULES` ask for none of these actions.
            Action::ProbeRename | Action::Rename { .. } | Action::Remove(_) => return self.fault(),
        };
        answer.unwrap_or_else(|error| {
            self.cli_error = Some(self.target.blame(error));
            Answer::Failed(Failure::Session)
        })
    }

    fn seen(&mut self, found: wit::Found) -> Found {
        match found {
            wit::Found::Bytes(bytes) => {
                // A size that did not match may have changed, and still not match.
                if let Some(CliError::Upload(_, UploadError::Mismatch(sizes))) = &mut self.cli_error {
                    sizes.stored = bytes;
                }
                Found::Bytes(bytes)
            }
            wit::Found::Refused => Found::Refused,
            wit::Found::Untold => Found::Untold,
        }
    }

    fn compared(&mut self, comparison: wit::Comparison) -> Answer {
        Answer::Compared(match comparison {
            wit::Comparison::Same(algorithm) => {
                self.algorithm = Some(algorithm);
                Compared::Same
            }
            wit::Comparison::Different(_) => Compared::Different,
            wit::Comparison::Unavailable => Compared::Unavailable,
        })
    }

    fn store(&mut self, name: &[u8]) -> Answer {
        match self.link.store(self.file.source, name, PLAN) {
            Ok(receipt) if receipt.sent == self.file.size => self.confirmed(&receipt),
            Ok(_) => self.fault(),
            Err(error) => {
                let all = self.link.delivered() == Some(self.file.size);
                let failure = failure::of_store(&error, self.file.size, all);
                self.cli_error = Some(self.target.blame(error));
                Answer::Failed(failure)
            }
        }
    }

    fn confirmed(&mut self, receipt: &Receipt) -> Answer {
        let (proof, hidden) = match receipt.verified {
            Verification::None | Verification::Later => (Proof::Reply, false),
            Verification::Refused => (Proof::Reply, true),
            Verification::Size => (Proof::Size, false),
            Verification::Hash(algorithm) => {
                self.algorithm = Some(algorithm);
                (Proof::Hash, false)
            }
        };
        Answer::Stored { length: self.file.size, proof, hidden }
    }

    fn check_source(&mut self) -> Answer {
        if !has_changed(self.file.source) {
            return Answer::Unchanged;
        }
        self.cli_error = Some(CliError::Changed(self.file.path.into()));
        Answer::Failed(Failure::Source { begun: true })
    }

    /// The component or this program has made an error that should be impossible.
    fn fault(&mut self) -> Answer {
        self.cli_error = Some(CliError::Fault);
        Answer::Failed(Failure::Final { begun: true, all: false })
    }
}
