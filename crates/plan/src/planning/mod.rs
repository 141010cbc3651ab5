//! Makes the plan.

mod conflicts;
mod remembered;
mod removal;
mod storing;
mod trusted;

use alloc::vec::Vec;

use crate::compare::Comparison;
use crate::fold::FoldedPaths;
use crate::links::Links;
use crate::operations::{MAX_NOTES, Note, Plan};
use crate::remote::Directory;
use crate::rules::{Compared, Delete};
use crate::walk::Scope;
use crate::{Inputs, Refusal, refusal};

use removal::Removals;
use storing::Storing;

/// Plans the operations that make the server equal to the local tree.
///
/// # Errors
/// [`Refusal`] if the plan would remove more than the rules permit.
pub fn plan(inputs: &Inputs<'_>) -> Result<Plan, Refusal> {
    let folded = FoldedPaths::of(inputs.local);
    let scope = Scope { local: inputs.local, manifest: inputs.manifest, rules: inputs.rules };
    let mut removals = match inputs.trusted() {
        Some(manifest) => trusted::removals(&scope, manifest, &folded),
        None => Removals::of(&scope, inputs.remote, &folded),
    };
    if inputs.trusted().is_none() {
        removals.conflicts = conflicts::of_directories(inputs, &removals.clear);
    }
    let comparison = Comparison::new(inputs);
    let storing = Storing::of(inputs, &scope, &comparison, &mut removals);
    let there = removals.there + storing.answered;
    if !inputs.rules.unlimited {
        refusal::check(removals.counted, there, inputs.local.files().is_empty(), inputs.rules.max_delete)?;
    }
    let remembered = remembered::manifest(inputs, &storing);
    let mut notes = general_notes(inputs, comparison.compared);
    notes.extend(storing.reserved.into_iter().map(|path| Note::Reserved { path }));
    notes.extend(removals.notes);
    let dropped_notes = notes.len().saturating_sub(MAX_NOTES) as u64;
    notes.truncate(MAX_NOTES);
    Ok(Plan {
        compared: comparison.compared,
        clear: removals.clear,
        make: storing.make,
        store: storing.store,
        remove: removals.remove,
        remove_directories: removals.remove_directories,
        leftovers: removals.leftovers.into_keys().collect(),
        unchanged: storing.unchanged.len() as u64,
        notes,
        dropped_notes,
        conflicts: removals.conflicts,
        case_collisions: folded.collisions(inputs.local),
        links: Links::of(inputs),
        remembered,
    })
}

/// Returns the notes about listings and about things that the run cannot do.
fn general_notes(inputs: &Inputs<'_>, compared: Compared) -> Vec<Note> {
    let mut notes = Vec::new();
    let rules = inputs.rules;
    if compared == Compared::Hash && !rules.server.hash {
        notes.push(Note::NoHashes);
    }
    if rules.delete == Delete::Own && inputs.manifest.is_none() {
        notes.push(Note::NoManifest);
    }
    if inputs.trusted().is_some() {
        if rules.delete != Delete::Nothing {
            notes.push(Note::DirectoriesKept);
        }
        return notes;
    }
    notes.extend(inputs.remote.iter().filter_map(|(path, directory)| match directory {
        Directory::Listed(listing) if listing.is_whole() => None,
        Directory::Listed(listing) => {
            Some(Note::NotWhole { directory: path.clone(), ignored: listing.ignored, cut: !listing.complete })
        }
        Directory::NotListed(why) => Some(Note::NotListed { directory: path.clone(), why: *why }),
        Directory::Absent => None,
    }));
    notes
}
