//! The data connection, and the local file.

use std::cell::Cell;
use std::rc::Rc;

use ftp_uploader_component::native::{
    Algorithm, Data, IoError, Moved, Notice, Source, SourceError, SourceFile, SpliceError, Step, Witness,
};

use crate::server::{BREAKDOWNS, REFUSALS, hash};
use crate::simulation::Simulation;

/// A data connection.
pub(crate) struct Connection {
    run: Rc<Simulation>,
    /// The result of `finish`, after the end of the file was declared.
    ending: Cell<Option<Result<(), IoError>>>,
}

impl Connection {
    pub(crate) fn new(run: Rc<Simulation>) -> Self {
        Self { run, ending: Cell::new(None) }
    }

    fn fails<T>(&self, cause: IoError) -> Result<T, SpliceError> {
        self.run.note(|| format!("D {cause:?}"));
        self.run.is_broken_off();
        Err(SpliceError::Connection(cause))
    }

    /// The server sends a reply before it has all data, or closes the connection.
    fn is_interrupted(&self) {
        let run = &self.run;
        match run.script.choice(4) {
            0 => {
                if let Some(transfer) = run.transfer.borrow_mut().as_mut() {
                    transfer.early = true;
                }
                run.says(226, "Early");
            }
            1 => run.says_one_of(REFUSALS),
            2 => run.says_one_of(BREAKDOWNS),
            _ => run.cut(),
        }
    }

    /// Moves the bytes of one `splice` call.
    fn moves(&self, from: usize, length: usize) -> Moved {
        let (world, mut facts) = (self.run.world.borrow(), self.run.facts.borrow_mut());
        let bytes = &world.ours[from..from + length];
        if let Some(transfer) = self.run.transfer.borrow_mut().as_mut() {
            transfer.sent.extend_from_slice(bytes);
        }
        facts.moved += length;
        facts.spent = facts.spent.max(from + length);
        facts.delivered = (world.length(from + length), false);
        Moved::Bytes(world.length(from + length) - world.length(from))
    }
}

impl Data for Connection {
    fn secure(&self) -> Result<(), IoError> {
        Err(IoError::Insecure)
    }

    fn splice(&self, _: &SourceFile, offset: u64, _: u64) -> Result<Moved, SpliceError> {
        let run = &self.run;
        run.count_call();
        let (next, length) = {
            let (facts, world) = (run.facts.borrow(), run.world.borrow());
            (facts.from + facts.moved, world.ours.len())
        };
        run.demand(run.world.borrow().length(next) == offset, "a gap");
        run.demand(!run.rules.stream || next == run.facts.borrow().spent, "a stream is sent twice");
        if next == length {
            return Ok(Moved::End);
        }
        if run.transfer.borrow().is_none() && run.line.borrow().outbox.is_empty() {
            // The server has not opened a file, even if it replied that it did.
            return self.fails(IoError::Reset);
        }
        let heard = { !run.line.borrow().outbox.is_empty() || run.line.borrow().cut.is_some() };
        if heard {
            return Ok(Moved::Heard);
        }
        run.event_during_transfer();
        match run.script.odd(8) {
            0 => Ok(self.moves(next, length - next)),
            1 | 2 => Ok(self.moves(next, 1)),
            3 => self.fails(IoError::Reset),
            4 => self.fails(IoError::TimedOut),
            5 => {
                self.is_interrupted();
                Ok(Moved::Heard)
            }
            6 => {
                run.is_broken_off();
                Err(SpliceError::Source(SourceError::Shrank))
            }
            _ => {
                run.is_stopped();
                self.fails(IoError::Reset)
            }
        }
    }

    fn shutdown(&self) -> Result<(), IoError> {
        self.run.count_call();
        self.ending.set(Some(self.ends()));
        Ok(())
    }

    fn finish(&self) -> Result<(), IoError> {
        self.run.count_call();
        self.ending.get().unwrap_or_else(|| self.ends())
    }
}

impl Connection {
    /// The end of the file was declared: the server reads to it, or does not.
    fn ends(&self) -> Result<(), IoError> {
        let run = &self.run;
        run.event_during_transfer();
        // If there are no bytes, none can remain unsent, so the last two cases are left out.
        let empty = run.transfer.borrow().as_ref().is_none_or(|transfer| transfer.sent.is_empty());
        let what = run.script.odd(if empty { 6 } else { 8 });
        if what < 6 {
            let mut facts = run.facts.borrow_mut();
            facts.delivered.1 = true;
        }
        match what {
            0 | 1 => {
                run.is_complete();
                Ok(())
            }
            2..=4 => {
                run.is_complete();
                run.note(|| "D fails at its end".to_owned());
                Err([IoError::Reset, IoError::TimedOut, IoError::Closed][what - 2])
            }
            5 => {
                run.is_complete();
                run.is_stopped();
                Ok(())
            }
            _ => {
                // The last byte did not leave this machine.
                if let Some(transfer) = run.transfer.borrow_mut().as_mut() {
                    transfer.sent.pop();
                }
                self.fails::<()>(IoError::TimedOut).map_err(|_| IoError::TimedOut)
            }
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.ending.get().is_none() {
            self.run.is_broken_off();
        }
    }
}

/// The local file, or stream.
pub(crate) struct Local(pub(crate) Rc<Simulation>);

impl Source for Local {
    fn size(&self) -> Option<u64> {
        (!self.0.rules.stream).then(|| self.0.world.borrow().whole())
    }

    fn prepare_digest(&self, _: Algorithm) {}

    fn digest(&self, _: Algorithm, length: u64) -> Result<Vec<u8>, SourceError> {
        let world = self.0.world.borrow();
        let units = world.units(length);
        let ours = units.and_then(|units| world.ours.get(..units)).map_or(u32::MAX, hash);
        Ok(ours.to_be_bytes().to_vec())
    }
}

/// Receives the client's progress reports.
pub(crate) struct Progress(pub(crate) Rc<Simulation>);

impl Witness for Progress {
    fn entered(&self, step: Step) {
        self.0.facts.borrow_mut().step = Some(step);
    }

    fn noticed(&self, _: Notice) {}
}
