//! Brings the files of a plan to their places: makes the directories, stores, and gives the files their names. Pages
//! come after all other files, and not at all after a failure.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use ftp_plan::operations::{Reason, Store};
use ftp_plan::path::RemotePath;
use ftp_plan::rules::Compared;

use crate::report::error::UploadError;
use crate::report::event::Event;
use crate::report::summary::{Failure, Remaining, UploadReport, Whose};
use crate::report::sync::{SyncNote, SyncProblem};
use crate::request::sync::Switch;
use crate::run::plan::Plan;
use crate::run::sync::changes::Changes;
use crate::run::sync::removal::{self, Removed};
use crate::run::sync::storing;
use crate::run::sync::switch::{self, Sign, Staged, Switched};

/// The files between two writings of the manifest, if files get their names one by one.
const PER_MANIFEST: usize = 100;

/// The difference of two time zones is a multiple of this, in seconds.
const QUARTER_OF_AN_HOUR: u64 = 15 * 60;

/// The files for which another connection is worth its login, while names are changed.
const SWITCHED_PER_CONNECTION: usize = 128;

impl Changes<'_, '_> {
    /// Makes the directories and stores the files. Returns true if all of them are in their places.
    pub(super) fn place(&mut self) -> Result<bool, UploadError> {
        // There can be a hundred thousand files, so the report keeps no list of them beside that of the stored files.
        let files = std::mem::take(&mut self.sync.plan.store);
        let mut make = self.sync.plan.make.clone();
        if files.is_empty() && make.is_empty() {
            return Ok(true);
        }
        self.record.hash(self.context, &files);
        self.context.check_cancellation()?;
        if let Some(manifest) = &self.context.manifest {
            self.make_parents(&manifest.clone())?;
            make = self.make_possible_links(make)?;
            let intended = self.record.intended(self.context, &make, &files);
            self.write(&intended);
            // Without the intention on the server, the next run would not know the files of this one.
            if !self.others_are_unaffected() {
                return Ok(false);
            }
        }
        self.context.run.tell_size(files.iter().map(|file| file.size), self.report.skipped.len());
        match self.context.job.options.switch {
            Switch::AllAtTheEnd => self.store_and_switch(&make, files),
            Switch::EachWhenComplete | Switch::InPlace => self.store_in_place(&make, &files),
        }
    }

    /// Makes the directories above the manifest. A directory that cannot be made shows when the manifest is stored.
    fn make_parents(&self, manifest: &RemotePath) -> Result<(), UploadError> {
        let above = std::iter::successors(manifest.parent(), RemotePath::parent).take_while(|path| !path.is_root());
        let mut paths: Vec<_> = above.map(|path| path.as_bytes().to_vec()).collect();
        paths.reverse();
        if paths.is_empty() {
            return Ok(());
        }
        let run = self.context.run;
        run.with_worker(|worker| worker.persist(|session, flight| session.make_directories(&paths, flight))).map(drop)
    }

    /// Stores all files under temporary names, and gives them their own when all are there.
    fn store_and_switch(&mut self, make: &[RemotePath], files: Vec<Store>) -> Result<bool, UploadError> {
        self.check_renaming(&files)?;
        let ready = storing::staged_before(self.context, &files)?;
        let are_there: HashSet<_> = ready.iter().map(|staged| &staged.stored.remote[..]).collect();
        let missing = files.iter().filter(|file| !are_there.contains(file.path.as_bytes()));
        let tasks = storing::tasks(self.context, make, missing);
        let pages: HashSet<_> = files.iter().filter(|file| file.page).map(|file| file.path.clone()).collect();
        let times = times_before(&files);
        // The list is long, and so is that of the stored files, which grows now.
        drop(files);
        let mut stored = self.make_and_store(tasks);
        let whole = storing::is_whole(&stored) && self.others_are_unaffected();
        let new = std::mem::take(&mut stored.stored).into_iter().filter_map(storing::staged_of);
        let staged: Vec<_> = ready.into_iter().chain(new).map(|staged| self.with_time(staged, &times)).collect();
        if !whole {
            self.withdraw(&staged, &mut stored);
        }
        self.add(stored);
        if !whole {
            return Ok(false);
        }
        let is_page = |staged: &Staged| pages.contains(&*staged.stored.remote);
        let (pages, others): (Vec<_>, Vec<_>) = staged.into_iter().partition(is_page);
        self.switch_in_order([others, pages])
    }

    /// Gives the files of each stage their names, if all of the stages before have theirs. Returns true if all files have
    /// their names. The temporary files of the others are removed: this run gives them no names any more.
    fn switch_in_order(&mut self, stages: [Vec<Staged>; 2]) -> Result<bool, UploadError> {
        let mut waiting = Vec::new();
        let mut switched = Ok(true);
        for stage in stages {
            if let Ok(true) = switched {
                let rest;
                (rest, switched) = self.switch(stage);
                waiting.extend(rest);
            } else {
                waiting.extend(stage);
            }
        }
        match switched {
            Ok(_) if waiting.is_empty() => {}
            Ok(_) => self.withdraw(&waiting, &mut UploadReport::default()),
            // The next run goes on with them.
            Err(_) => self.note_temporary(waiting.iter()),
        }
        switched
    }

    /// Fails if the server cannot rename, before a file is stored that could not get its name.
    fn check_renaming(&self, files: &[Store]) -> Result<(), UploadError> {
        let Some(file) = files.first() else { return Ok(()) };
        let unused = self.context.unused_name(&file.path);
        let can = self.context.run.with_worker(|worker| worker.persist(|session, _| session.can_rename(&unused)))?;
        if can { Ok(()) } else { Err(UploadError::CannotRename) }
    }

    /// Returns true if there is no failure but entries that are in the way, which concern their own files only.
    fn others_are_unaffected(&self) -> bool {
        let is_conflict = |failure: &Failure| matches!(failure.error, UploadError::Sync(SyncProblem::Obstructed(_)));
        self.report.failures.iter().all(is_conflict) && self.report.untried.is_empty()
    }

    /// Adds the time that the file gets, and the property by which it is told from the old one. `times` are the times of the
    /// files that have the names before, of all whose size does not tell them from the new ones.
    fn with_time(&self, staged: Staged, times: &HashMap<RemotePath, Option<u64>>) -> Staged {
        let time = self.context.time(self.record.modified(&staged.stored.remote));
        let sign = match (times.get(&*staged.stored.remote), time) {
            (None, _) => Sign::Size,
            // The times of a listing may be those of another time zone than the times of MDTM.
            (Some(Some(before)), Some(time)) if before.abs_diff(time) % QUARTER_OF_AN_HOUR != 0 => Sign::Time(time),
            (Some(_), _) => Sign::None,
        };
        Staged { time, sign, ..staged }
    }

    /// Gives `staged` their names. Returns those that wait under their temporary names although nothing is in doubt about
    /// them, and true if all have their names.
    fn switch(&mut self, staged: Vec<Staged>) -> (Vec<Staged>, Result<bool, UploadError>) {
        self.has_begun |= !staged.is_empty();
        let jobs = self.context.run.request.delivery.jobs.get();
        let connections = jobs.min(1 + staged.len() / SWITCHED_PER_CONNECTION);
        let (results, ended) = switch::switch(self.context.run, &staged, connections);
        let (mut waiting, mut without_time, mut all) = (Vec::new(), 0, true);
        for (staged, switched) in staged.into_iter().zip(results) {
            let file = || Some(staged.stored.file.clone());
            all &= matches!(switched, Switched::Done { .. });
            match switched {
                Switched::Done { time_set } => {
                    without_time += u64::from(staged.time.is_some() && !time_set);
                    self.context.run.observer.event(&Event::Stored(&staged.stored));
                    self.record.stored(self.context, &staged.stored);
                    self.report.stored.push(staged.stored);
                }
                Switched::Failed { error, remains } => {
                    self.failed(Failure { file: file(), remains, ..Failure::of_run(error) });
                }
                Switched::Refused(error) => {
                    self.failed(Failure { file: file(), ..Failure::of_run(error) });
                    waiting.push(staged);
                }
                Switched::Untouched => waiting.push(staged),
            }
        }
        self.note_times(without_time);
        (waiting, ended.map(|()| all))
    }

    /// Notes that the times of `count` files could not be set, if times are compared.
    fn note_times(&mut self, count: u64) {
        if count == 0 || self.sync.plan.compared != Compared::Time {
            return;
        }
        let before = self.sync.notes.iter_mut().find_map(|note| match note {
            SyncNote::TimesNotSet(before) => Some(before),
            _ => None,
        });
        match before {
            Some(before) => *before += count,
            None => self.sync.notes.push(SyncNote::TimesNotSet(count)),
        }
    }

    /// Removes the temporary files of a run that failed, if there is a session.
    fn withdraw(&mut self, staged: &[Staged], stored: &mut UploadReport) {
        let remains = stored.failures.iter().flat_map(|failure| &failure.remains);
        let failed = remains.filter(|remains| remains.of == Whose::Ours).map(|remains| &remains.name);
        let names = staged.iter().map(|staged| &staged.temporary).chain(failed);
        let paths: Vec<_> = names.filter_map(|name| RemotePath::parse(name).ok()).collect();
        let ended = Mutex::new(Vec::new());
        let _ = removal::remove_files(self.context, &paths, &ended);
        let ended = ended.into_inner().unwrap_or_else(PoisonError::into_inner);
        let is_gone =
            |(path, removed): (RemotePath, Removed)| (!matches!(removed, Removed::Refused(_))).then_some(path);
        let gone: HashSet<_> = ended.into_iter().filter_map(is_gone).collect();
        let is_gone = |name: &[u8]| gone.contains(name);
        for failure in &mut stored.failures {
            failure.remains.iter_mut().filter(|remains| is_gone(&remains.name)).for_each(|remains| {
                remains.state = Remaining::Removed;
            });
        }
        let (removed, there): (Vec<_>, Vec<_>) = staged.iter().partition(|staged| is_gone(&staged.temporary));
        if !removed.is_empty() {
            self.sync.notes.push(SyncNote::Withdrawn(removed.len() as u64));
        }
        self.note_temporary(there.into_iter());
    }

    /// Notes that files stay under their temporary names.
    fn note_temporary<'s>(&mut self, staged: impl ExactSizeIterator<Item = &'s Staged>) {
        let (count, mut staged) = (staged.len() as u64, staged);
        if let Some(first) = staged.next() {
            self.sync.notes.push(SyncNote::TemporaryRemain { count, first: first.temporary.clone() });
        }
    }

    /// Stores files as the options say, pages last. Returns true if all are stored.
    fn store_in_place(&mut self, make: &[RemotePath], files: &[Store]) -> Result<bool, UploadError> {
        let (pages, others): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.page);
        let batch = if self.context.manifest.is_some() { PER_MANIFEST } else { usize::MAX };
        let mut make = Some(make);
        for stage in [others, pages] {
            for (index, some) in stage.chunks(batch).enumerate() {
                if index > 0 {
                    self.remember_so_far(files)?;
                }
                let directories = make.take().unwrap_or_default();
                let stored = self.make_and_store(storing::tasks(self.context, directories, some.iter().copied()));
                stored.stored.iter().for_each(|stored| self.record.stored(self.context, stored));
                self.has_begun |= !stored.stored.is_empty();
                self.add(stored);
            }
            if !self.others_are_unaffected() {
                return Ok(false);
            }
        }
        if let Some(directories) = make {
            let made = self.make_and_store(storing::tasks(self.context, directories, std::iter::empty()));
            self.add(made);
        }
        Ok(self.others_are_unaffected())
    }

    /// Writes the manifest with the files that are stored so far, and with the intention to store the others.
    fn remember_so_far(&mut self, files: &[Store]) -> Result<(), UploadError> {
        self.record.look(self.context)?;
        let stored: HashSet<_> = self.report.stored.iter().map(|stored| &stored.remote[..]).collect();
        let open: Vec<_> = files.iter().filter(|file| !stored.contains(file.path.as_bytes())).cloned().collect();
        let so_far = self.record.intended(self.context, &[], &open);
        self.write(&so_far);
        Ok(())
    }

    /// Makes the directories and stores the files of `plan`.
    fn make_and_store(&mut self, plan: Plan) -> UploadReport {
        let mut made = Vec::new();
        let report = self.context.run.make_and_store(plan, &mut made);
        self.note_made(made);
        report
    }

    /// Adds the report of a phase.
    fn add(&mut self, phase: UploadReport) {
        self.report.stored.extend(phase.stored);
        self.report.failures.extend(phase.failures);
        self.report.untried.extend(phase.untried);
        self.report.skipped.extend(phase.skipped);
    }
}

/// Returns the times of the files that have the names before, of all whose size does not tell them from the new ones.
fn times_before(files: &[Store]) -> HashMap<RemotePath, Option<u64>> {
    let alike = files.iter().filter(|file| !file.is_known_by_size());
    let time = |file: &Store| match file.reason {
        Reason::Time { there, .. } => Some(there),
        _ => None,
    };
    alike.map(|file| (file.path.clone(), time(file))).collect()
}
