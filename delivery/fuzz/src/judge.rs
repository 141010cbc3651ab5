//! The checks at the end of a delivery: a reported success must be one, and a report must be true.

use ftp_delivery::{FileDelivery, Found, Left, Name, Next, Proof, Why};

use crate::simulation::Simulation;
use crate::world::{Excuse, slot};

impl Simulation {
    pub(crate) fn judge(&self, state: &FileDelivery, end: Next) {
        match end {
            Next::Stored { proof, aside } => self.is_a_success(proof, aside),
            Next::GaveUp { why, temporary, aside } => {
                self.is_a_true_reason(state, why);
                if state.has_begun() {
                    self.is_true(slot(state.work_name()), temporary);
                }
                self.is_true(slot(Name::Aside), aside);
            }
            Next::Do(_) | Next::Again => self.demand(false, "the delivery did not end"),
        }
    }

    /// A success only if the server has the bytes that were sent, or if it replied that it has and nothing contradicts
    /// that.
    fn is_a_success(&self, proof: Proof, aside: Left) {
        let (placed, neighbour, of_file) = {
            let world = self.world.borrow();
            // The file that an earlier transfer left, if the last one changed nothing.
            let of_file = world.files[0].as_ref().map(|own| own.excuse).unwrap_or_default();
            (world.placed, world.neighbour, of_file)
        };
        let excuse = self.facts.borrow().excuse;
        // The limit of the proof by size: another client has stored a different file with our name and length in the
        // meantime.
        let neighbours = neighbour && proof != Proof::Hash;
        let excused = self.is_excused(excuse) || self.is_excused(of_file);
        self.demand(placed || neighbours || excused, "success without the bytes");
        let facts = self.facts.borrow();
        self.demand(!facts.denied || proof == Proof::Hash, "success, although the server had refused the file");
        self.demand(facts.checked, "success, and the local file was not checked for changes");
        // A matching size proves nothing if a different file has it. (A size that is out of date may belong to a third
        // file.)
        let ours = self.world.borrow().files[0].as_ref().is_some_and(|own| own.ours);
        let elsewhere = !placed && !neighbours && excuse == Excuse::Lie && !facts.late && !ours;
        self.demand(!elsewhere || proof != Proof::Size, "an old file's size is taken for a proof");
        let proved = match proof {
            Proof::Reply => true,
            Proof::Size | Proof::SameSize => facts.told_sizes.iter().any(|&size| self.is_our_size(size)),
            Proof::Hash => facts.hash_fitted,
        };
        self.demand(proved, "a proof that the server did not give");
        let enough = match self.rules.verify {
            ftp_delivery::Verify::Best | ftp_delivery::Verify::Nothing => true,
            ftp_delivery::Verify::Size => proof != Proof::Reply,
            ftp_delivery::Verify::Hash => proof == Proof::Hash,
        };
        self.demand(enough, "success without the proof that was demanded");
        self.is_true(slot(Name::Aside), aside);
    }

    /// Checks the report about a name that we generated.
    fn is_true(&self, at: usize, left: Left) {
        let told = self.facts.borrow();
        let world = self.world.borrow();
        let visible = world.files[at].as_ref().filter(|file| at != 0 && file.hidden == 0 && file.lag.is_none());
        let size = visible.map(|file| world.length(file.bytes.len()));
        let holds = match left {
            Left::Nothing | Left::Removed => visible.is_none(),
            Left::Seen(Found::Bytes(bytes)) => {
                told.told_sizes.contains(&bytes) && size.is_none_or(|size| size == bytes || size % (1 << 32) == bytes)
            }
            Left::Seen(Found::Refused | Found::Untold) | Left::Unseen => true,
        };
        drop(world);
        self.demand(holds, "a report about a file on the server is false");
    }

    fn is_a_true_reason(&self, state: &FileDelivery, why: Why) {
        let facts = self.facts.borrow();
        let has_its_name = {
            let world = self.world.borrow();
            let own = world.files[0].as_ref().filter(|own| own.ours && own.bytes == world.ours);
            // This does not include the file of an earlier run.
            facts.renamed && own.is_some_and(|own| own.hidden == 0 && own.lag.is_none())
        };
        let holds = match why {
            Why::Fault => false,
            Why::Failed | Why::Unknown | Why::Unverified => true,
            Why::Mismatch(size) => facts.told_sizes.contains(&size) || size == 0 && self.rules.stream,
            Why::Corrupt => facts.hash_differed,
            // The file may become visible after our query.
            Why::Missing => facts.sizes_seen && (facts.late || !has_its_name),
            Why::CannotRename => !facts.opened && !state.has_begun(),
            // If no size is returned, a server that refuses the rename and carries it out cannot be detected.
            Why::NotRenamed | Why::NotRestored => !facts.sizes_seen || !has_its_name,
        };
        drop(facts);
        self.demand(holds, "the reason that is given is false");
    }
}
