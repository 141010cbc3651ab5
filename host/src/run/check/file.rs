//! The questions about the temporary file: it is stored in two parts, asked about, changed and renamed. `leftovers.rs`
//! removes it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ftp_delivery::{Failure, Found};

use crate::report::check::{CheckReport, Clock, FileFindings, Finding, Problem, Resuming};
use crate::report::error::UploadError;
use crate::report::step::Step;
use crate::run::check::leftovers::Leftovers;
use crate::run::check::probe::Probe;
use crate::run::check::sample::Sample;
use crate::run::check::{flights, settle};
use crate::run::temporary_name;
use crate::sandbox::values::{GuestReceipt, Placement, Proof, Refusal, Renaming, Verified};

/// The time that the file gets: 2001-09-09 01:46:40 UTC.
const TIME: u64 = 1_000_000_000;

/// The temporary file, and what is known about it.
pub(super) struct TemporaryFile<'a, 'b> {
    probe: &'a mut Probe<'b>,
    sample: &'a Sample,
    leftovers: &'a mut Leftovers,
    report: &'a mut CheckReport,
    name: Vec<u8>,
    /// True if it is not known if the file has this name.
    is_in_doubt: bool,
}

/// The times of this machine, in milliseconds since 1970, between which the file was written.
type Written = (i64, i64);

/// A question about the file that was written then.
type Question<'a, 'b> = fn(&mut TemporaryFile<'a, 'b>, Written) -> Result<(), UploadError>;

impl<'a, 'b> TemporaryFile<'a, 'b> {
    pub(super) fn new(
        probe: &'a mut Probe<'b>,
        sample: &'a Sample,
        leftovers: &'a mut Leftovers,
        report: &'a mut CheckReport,
    ) -> Self {
        Self { probe, sample, leftovers, report, name: temporary_name::of_check("."), is_in_doubt: false }
    }

    /// Asks all questions, up to the first that ends the session.
    ///
    /// # Errors
    /// If an upload would fail, or the run must end.
    pub(super) fn examine(mut self) -> Result<(), UploadError> {
        let written = self.store()?;
        let questions: [Question<'a, 'b>; 5] =
            [Self::ask_size, Self::ask_clock, Self::set_time, Self::rename, Self::send_flight];
        for question in questions {
            // Without a session, the name of the file may be in doubt. The next one is for its removal.
            if !self.probe.has_session() {
                return Ok(());
            }
            question(&mut self, written)?;
        }
        Ok(())
    }

    /// Stores the file in two parts; as a whole, if the server does not continue files.
    fn store(&mut self) -> Result<Written, UploadError> {
        self.store_first_half()?;
        let before = now();
        let rest = self.store_with(Placement::Rest(self.sample.half.length()), Proof::Best);
        let receipt = match rest {
            Ok(receipt) => {
                let rest = self.probe.recorder.accepted("REST");
                self.file().resume = Finding::Works(if rest { Resuming::Rest } else { Resuming::Append });
                receipt
            }
            // An upload that is not resumed may work nevertheless.
            Err(error) if self.probe.has_session() => {
                self.file().resume = Finding::of_error(&error);
                self.store_whole()?
            }
            Err(error) => return Err(self.not_whole(error)),
        };
        self.file().store = Finding::Works(());
        match receipt.verified {
            Verified::Hash(algorithm) => self.file().hash = Finding::Works(algorithm),
            Verified::Reply | Verified::Refused | Verified::Size | Verified::Later => {
                self.file().hash = Finding::Missing;
            }
        }
        Ok((before, now()))
    }

    fn store_first_half(&mut self) -> Result<(), UploadError> {
        let half = self.store_with(Placement::Replace, Proof::Nothing);
        let half = match half {
            // Some servers refuse names that begin with a dot.
            Err(UploadError::Refused { step: Step::Store, code, .. }) if code >= 500 => {
                self.name = temporary_name::of_check("");
                self.store_with(Placement::Replace, Proof::Nothing)
            }
            half => half,
        };
        half.map(drop).map_err(|error| self.not_stored(error))
    }

    fn store_whole(&mut self) -> Result<GuestReceipt, UploadError> {
        self.store_with(Placement::Replace, Proof::Best).map_err(|error| self.not_whole(error))
    }

    fn store_with(&mut self, placement: Placement, proof: Proof) -> Result<GuestReceipt, UploadError> {
        let source = match (placement, proof) {
            (Placement::Replace, Proof::Nothing) => &self.sample.half,
            (Placement::Replace | Placement::Rest(_) | Placement::Unique, _) => &self.sample.whole,
        };
        self.leftovers.may_have(&self.name);
        let stored = self.probe.ask(|session| session.store(source, &self.name, placement, proof, false));
        match &stored {
            Ok(_) => self.leftovers.has(&self.name),
            Err(_) if !self.probe.has_session() => self.leftovers.are_in_doubt(),
            // The number of bytes that were sent does not matter for a refusal before the first one.
            Err(error) if matches!(error.store_failure(0, false), Failure::NotTaken(_)) => {
                self.leftovers.has_not(&self.name);
            }
            Err(_) => self.leftovers.has_perhaps(&self.name),
        }
        stored
    }

    /// Notes that the file was not stored.
    fn not_stored(&mut self, error: UploadError) -> UploadError {
        self.file().store = Finding::of_error(&error);
        error
    }

    /// Notes that the file was stored, and is not the one that was sent.
    fn not_whole(&mut self, error: UploadError) -> UploadError {
        let problem = Finding::Fails(Problem::of(&error));
        match &error {
            UploadError::Corrupt { .. } => self.file().hash = Finding::Fails(Problem::of(&error)),
            UploadError::Mismatch { .. } => self.file().size = problem,
            _ => self.file().store = problem,
        }
        error
    }

    fn ask_size(&mut self, _: Written) -> Result<(), UploadError> {
        let name = self.name.clone();
        let length = self.sample.whole.length();
        let asked = self.probe.ask(|session| session.look(&name));
        self.file().size = match settle(asked)? {
            Finding::Works(Found::Bytes(bytes)) if bytes == length => Finding::Works(()),
            Finding::Works(Found::Bytes(stored)) => {
                let error = UploadError::Mismatch { sent: length, stored };
                self.file().size = Finding::Fails(Problem::of(&error));
                return Err(error);
            }
            Finding::Works(Found::Refused | Found::Untold) | Finding::Missing | Finding::Unasked => Finding::Missing,
            Finding::Fails(problem) => Finding::Fails(problem),
        };
        Ok(())
    }

    /// Asks for the time of the file, which was just written.
    fn ask_clock(&mut self, (before, after): Written) -> Result<(), UploadError> {
        let name = self.name.clone();
        let told = settle(self.probe.ask(|session| session.modified(&name)))?;
        self.file().time = match told {
            Finding::Works(Some(seconds)) => Finding::Works(Clock::of("MDTM", seconds, before, after)),
            Finding::Works(None) => match self.listed_time()? {
                Some(seconds) => Finding::Works(Clock::of("MLSD", seconds, before, after)),
                None => Finding::Missing,
            },
            Finding::Unasked | Finding::Missing => Finding::Missing,
            Finding::Fails(problem) => Finding::Fails(problem),
        };
        Ok(())
    }

    /// Returns the time in the listing, if the server lists times.
    fn listed_time(&mut self) -> Result<Option<u64>, UploadError> {
        if !self.report.listing.details().is_some_and(|listing| listing.by_mlsd) {
            return Ok(None);
        }
        let listed = settle(self.probe.ask(|session| session.list(b".", false)))?;
        let entries = listed.details().map(|listed| &listed.entries[..]).unwrap_or_default();
        Ok(entries.iter().find(|entry| *entry.name == *self.name).and_then(|entry| entry.modified))
    }

    fn set_time(&mut self, _: Written) -> Result<(), UploadError> {
        let name = self.name.clone();
        let set = settle(self.probe.ask(|session| session.set_time(&name, TIME)))?;
        self.file().set_time = match set {
            Finding::Works(()) => {
                // The component tries them in this order, and the last reply to MDTM is that to the one with a time.
                let command = self.probe.recorder.first_accepted(&["MFMT", "MDTM"]).unwrap_or("SITE UTIME");
                self.confirmed_time(command)?
            }
            Finding::Unasked | Finding::Missing => Finding::Missing,
            Finding::Fails(problem) => Finding::Fails(problem),
        };
        Ok(())
    }

    /// Returns the finding about `command`, after which the server must tell the time that was set.
    fn confirmed_time(&mut self, command: &'static str) -> Result<Finding<&'static str>, UploadError> {
        if self.file().time.details().is_none_or(|clock| clock.command != "MDTM") {
            return Ok(Finding::Works(command));
        }
        let name = self.name.clone();
        let told = settle(self.probe.ask(|session| session.modified(&name)))?;
        Ok(match told {
            Finding::Works(Some(TIME)) => Finding::Works(command),
            Finding::Works(_) | Finding::Unasked | Finding::Missing => {
                Finding::Fails(Problem::new("the server accepts a time, and then tells another one"))
            }
            Finding::Fails(problem) => Finding::Fails(problem),
        })
    }

    fn rename(&mut self, _: Written) -> Result<(), UploadError> {
        let (from, to) =
            (self.name.clone(), temporary_name::of_check(if self.name.starts_with(b".") { "." } else { "" }));
        self.leftovers.may_have(&to);
        let renamed = self.probe.ask(|session| session.rename(&from, &to));
        if !self.probe.has_session() {
            self.leftovers.are_in_doubt();
        }
        self.file().rename = match settle(renamed)? {
            Finding::Works(Renaming::Done) => {
                self.leftovers.has_only(&to);
                self.name = to;
                Finding::Works(())
            }
            Finding::Works(Renaming::NotFrom(refusal)) => {
                self.leftovers.has_only(&from);
                refused(refusal)
            }
            Finding::Works(Renaming::NotTo(refusal)) => {
                self.find_again(&from, &to)?;
                refused(refusal)
            }
            Finding::Unasked | Finding::Missing => Finding::Missing,
            Finding::Fails(problem) => Finding::Fails(problem),
        };
        Ok(())
    }

    /// Asks which name the file has after a refused RNTO: some servers refuse what they have done. If the server does not
    /// tell, both names are kept for the removal.
    fn find_again(&mut self, from: &[u8], to: &[u8]) -> Result<(), UploadError> {
        let mut look = |name: &[u8]| settle(self.probe.ask(|session| session.look(name)));
        match (look(from)?, look(to)?) {
            (Finding::Works(Found::Bytes(_)), Finding::Works(Found::Refused)) => self.leftovers.has_only(from),
            (Finding::Works(Found::Refused), Finding::Works(Found::Bytes(_))) => {
                self.leftovers.has_only(to);
                self.name = to.to_vec();
            }
            _ => self.is_in_doubt = true,
        }
        Ok(())
    }

    fn send_flight(&mut self, _: Written) -> Result<(), UploadError> {
        if self.is_in_doubt {
            return Ok(());
        }
        if self.file().size.works() {
            let length = self.sample.whole.length();
            self.report.flights = flights::of_sizes(self.probe, &self.name, length)?;
        } else if self.report.listing.works() {
            self.report.flights = flights::of_listing(self.probe)?;
        }
        Ok(())
    }

    fn file(&mut self) -> &mut FileFindings {
        &mut self.report.file
    }
}

fn refused(refusal: Refusal) -> Finding<()> {
    let (step, code, text) = (refusal.step, refusal.code, refusal.text);
    Finding::of_error(&UploadError::Refused { step, code, text })
}

/// Returns the time of this machine, in milliseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
