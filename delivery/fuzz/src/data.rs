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
    simulation: Rc<Simulation>,
    finished: Cell<bool>,
}

impl Connection {
    pub(crate) fn new(simulation: Rc<Simulation>) -> Self {
        Self { simulation, finished: Cell::new(false) }
    }

    fn fails<T>(&self, cause: IoError) -> Result<T, SpliceError> {
        self.simulation.note(|| format!("D {cause:?}"));
        self.simulation.is_broken_off();
        Err(SpliceError::Connection(cause))
    }

    /// The server sends a reply before it has all data, or closes the connection.
    fn is_interrupted(&self) {
        let simulation = &self.simulation;
        match simulation.script.choice(4) {
            0 => {
                if let Some(transfer) = simulation.transfer.borrow_mut().as_mut() {
                    transfer.early = true;
                }
                simulation.says(226, "Early");
            }
            1 => simulation.says_one_of(REFUSALS),
            2 => simulation.says_one_of(BREAKDOWNS),
            _ => simulation.cut(),
        }
    }

    /// Moves the bytes of one `splice` call.
    fn moves(&self, from: usize, length: usize) -> Moved {
        let (world, mut facts) = (self.simulation.world.borrow(), self.simulation.facts.borrow_mut());
        let bytes = &world.ours[from..from + length];
        if let Some(transfer) = self.simulation.transfer.borrow_mut().as_mut() {
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
        let simulation = &self.simulation;
        simulation.count_call();
        let (next, length) = {
            let (facts, world) = (simulation.facts.borrow(), simulation.world.borrow());
            (facts.from + facts.moved, world.ours.len())
        };
        simulation.demand(simulation.world.borrow().length(next) == offset, "a gap");
        simulation
            .demand(!simulation.rules.stream || next == simulation.facts.borrow().spent, "a stream is sent twice");
        if next == length {
            return Ok(Moved::End);
        }
        if simulation.transfer.borrow().is_none() && simulation.line.borrow().outbox.is_empty() {
            // The server has not opened a file, even if it replied that it did.
            return self.fails(IoError::Reset);
        }
        let heard = { !simulation.line.borrow().outbox.is_empty() || simulation.line.borrow().cut.is_some() };
        if heard {
            return Ok(Moved::Heard);
        }
        simulation.event_during_transfer();
        match simulation.script.odd(8) {
            0 => Ok(self.moves(next, length - next)),
            1 | 2 => Ok(self.moves(next, 1)),
            3 => self.fails(IoError::Reset),
            4 => self.fails(IoError::TimedOut),
            5 => {
                self.is_interrupted();
                Ok(Moved::Heard)
            }
            6 => {
                simulation.is_broken_off();
                Err(SpliceError::Source(SourceError::Shrank))
            }
            _ => {
                simulation.is_stopped();
                self.fails(IoError::Reset)
            }
        }
    }

    fn finish(&self) -> Result<(), IoError> {
        let simulation = &self.simulation;
        simulation.count_call();
        self.finished.set(true);
        simulation.event_during_transfer();
        // If there are no bytes, none can remain unsent, so the last two cases are left out.
        let empty = simulation.transfer.borrow().as_ref().is_none_or(|transfer| transfer.sent.is_empty());
        let what = simulation.script.odd(if empty { 6 } else { 8 });
        if what < 6 {
            let mut facts = simulation.facts.borrow_mut();
            facts.delivered.1 = true;
        }
        match what {
            0 | 1 => {
                simulation.is_complete();
                Ok(())
            }
            2..=4 => {
                simulation.is_complete();
                simulation.note(|| "D fails at its end".to_owned());
                Err([IoError::Reset, IoError::TimedOut, IoError::Closed][what - 2])
            }
            5 => {
                simulation.is_complete();
                simulation.is_stopped();
                Ok(())
            }
            _ => {
                // The last byte did not leave this machine.
                if let Some(transfer) = simulation.transfer.borrow_mut().as_mut() {
                    transfer.sent.pop();
                }
                self.fails::<()>(IoError::TimedOut).map_err(|_| IoError::TimedOut)
            }
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if !self.finished.get() {
            self.simulation.is_broken_off();
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
