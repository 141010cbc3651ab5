//! Two files at a time on one session: the check of the last file goes in one flight with the questions about the next one
//! and its STOR. Nothing is concluded about a file before the reply to its own commands.

use ftp_delivery::{Action, Opening};

use crate::report::error::UploadError;
use crate::report::step::Cause;
use crate::run::plan::FileTask;
use crate::run::put_file::{Answers, Delivered, PutFile};
use crate::run::worker::Worker;
use crate::sandbox::guest::GuestSession;
use crate::sandbox::values::{Inquiry, Verified};

/// The most bytes of a file whose check waits for the next file. The round trip that is saved is nothing beside the time
/// that a larger file takes, and its result should be shown at once.
const MAX_UNCHECKED: u64 = 1 << 20;

impl PutFile {
    /// Announces the file: makes the open check of the last one, asks about this one, and sends STOR. Returns false if
    /// the session has ended.
    pub(super) fn announce(&mut self, opening: Opening, worker: &mut Worker<'_>) -> bool {
        let inquiry = match (opening.asks, worker.server_hashes) {
            (false, _) => Inquiry::Nothing,
            // A hash proves more than the time.
            (true, true) => Inquiry::Size,
            (true, false) => Inquiry::SizeAndTime,
        };
        let Some(session) = worker.session.as_mut() else { return false };
        session.limit_replies(worker.run.flights.reply_limit());
        let announced = session.announce(&self.names.bytes(opening.name), inquiry, true);
        session.limit_replies(None);
        match announced {
            Ok(announced) => {
                let asked = opening.asks;
                let size = asked.then_some(announced.found);
                self.answers = Answers { size, modified: asked.then_some(announced.modified), stor: true };
                worker.stor_is_out = true;
                if let Some(checked) = announced.checked {
                    worker.checked(checked, false);
                }
                self.learn_from(worker);
                true
            }
            Err(error) => {
                let free = worker.run.flights.failed_with(&error);
                self.next_try_is_free |= free;
                // An instance that was ended from outside cannot be entered again.
                let checked = match &error {
                    UploadError::Interrupted { step } => Err(UploadError::Interrupted { step: *step }),
                    UploadError::OutOfTime { step } => Err(UploadError::OutOfTime { step: *step }),
                    _ => session.check(),
                };
                self.state.opening_was_lost();
                self.apply_consequence(worker, error);
                worker.session = None;
                worker.checked(checked, free);
                false
            }
        }
    }

    /// Returns true if `action` needs no command, or one that was announced.
    pub(super) fn needs_no_command(&self, action: Action) -> bool {
        match action {
            Action::CheckSource => true,
            Action::Size(_) => self.answers.size.is_some(),
            Action::Modified(_) => self.answers.modified.is_some(),
            Action::Store { from, .. } => self.answers.stor && from == 0,
            Action::Compare { .. }
            | Action::ProbeRename
            | Action::Rename { .. }
            | Action::Remove(_)
            | Action::Settle => false,
        }
    }

    /// Returns true if the check of the file may wait for the next file.
    pub(super) fn may_be_checked_later(&self, worker: &Worker<'_>) -> bool {
        let delivery = &worker.run.request.delivery;
        // The time of a staged file is set when it gets its name.
        let sets_time = delivery.preserve_time && !self.names.are_staged();
        let has_attributes = sets_time || delivery.mode.is_some();
        let small = self.source.length() <= MAX_UNCHECKED;
        // A large file would delay the check for as long as it is sent.
        let is_small = |task: &FileTask| task.local.size().is_some_and(|size| size <= MAX_UNCHECKED);
        let next = worker.run.flights.are_allowed() && worker.queue.next_is(is_small);
        self.state.may_be_checked_later() && small && next && !has_attributes
    }

    /// Takes the result of the open check. `free` if a failure of it is no reason to count a retry.
    fn take_check(&mut self, checked: Result<Verified, UploadError>, free: bool, worker: &mut Worker<'_>) {
        let answer = match (checked, self.stored.take()) {
            (Ok(verified), Some(receipt)) => self.confirmed(verified, receipt),
            (Ok(_), None) => return,
            (Err(error), _) => {
                self.next_try_is_free |= free;
                self.failed_to_store(error, (self.source.length(), true), worker)
            }
        };
        self.goes_on_with(answer);
    }
}

impl Worker<'_> {
    /// Returns true if a flight can open the next file: flights work, and the session has stored a file before. So a run
    /// with one file sends no flight.
    pub(super) fn can_announce(&self) -> bool {
        let used = self.session.as_ref().is_some_and(|session| session.has_stored() && !session.has_used_all_tickets());
        used && self.run.flights.are_allowed() && !self.run.request.network.active
    }

    /// Makes the open check of the last file, if there is one. A session that has ended leaves the file in doubt.
    pub(super) fn make_open_check(&mut self) {
        if self.unchecked.is_some() {
            let lost = UploadError::Unconfirmed { cause: Cause::Closed, completed: true, hashing: false };
            let checked = self.session.as_mut().map_or(Err(lost), GuestSession::check);
            self.checked(checked, false);
        }
    }

    /// Makes the open check of the last file, and those of files that are stored again because of it. Must be called
    /// before a session is given up.
    pub(super) fn make_all_open_checks(&mut self) {
        while self.unchecked.is_some() {
            self.make_open_check();
        }
    }

    /// Takes the result of the open check of the last file, and goes on with that file as far as it needs no session.
    fn checked(&mut self, checked: Result<Verified, UploadError>, free: bool) {
        let Some(mut file) = self.unchecked.take() else { return };
        file.take_check(checked, free, self);
        file.teach(self);
        match file.deliver(self) {
            Delivered::Ended(ended) => self.report(file.had_session(), ended),
            Delivered::Unchecked => self.unchecked = Some(file),
            Delivered::Postponed | Delivered::NoSession => self.postponed.push(file),
        }
    }
}
