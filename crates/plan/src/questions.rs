//! The questions to ask the server, and the local files to read, before a plan can be made.

use alloc::vec::Vec;

use crate::Inputs;
use crate::compare::{Comparison, Verdict, sight};
use crate::path::RemotePath;

/// The questions of one round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Questions {
    /// The files to ask the server about by SIZE, and some also by MDTM.
    pub ask: Vec<Ask>,
    /// The files to compare by the server's hash.
    pub compare: Vec<RemotePath>,
    /// The local files whose SHA-256 is needed, for [`LocalTree::set_hash`](crate::local::LocalTree::set_hash).
    pub hash_locally: Vec<RemotePath>,
}

/// A question to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The file.
    pub path: RemotePath,
    /// True if the time is needed, too.
    pub time: bool,
}

impl Questions {
    /// Returns true if there is no question.
    pub fn is_empty(&self) -> bool {
        self.ask.is_empty() && self.compare.is_empty() && self.hash_locally.is_empty()
    }
}

/// Returns the questions whose answers are missing. Some follow from the answers to others: call it again with the new
/// answers until it returns none. Every question needs an answer in [`Answers`](crate::answers::Answers), also if the
/// server does not tell anything; a local file that cannot be read must be
/// [left out](crate::local::LocalTree::leave_out).
pub fn questions(inputs: &Inputs<'_>) -> Questions {
    let comparison = Comparison::new(inputs);
    let mut questions = Questions::default();
    for file in inputs.local.files() {
        match comparison.judge(file, sight(inputs, file.path.as_bytes())) {
            Verdict::Ask { time } => questions.ask.push(Ask { path: file.path.clone(), time }),
            Verdict::Compare => questions.compare.push(file.path.clone()),
            Verdict::HashLocally => questions.hash_locally.push(file.path.clone()),
            Verdict::Unchanged | Verdict::Store(_) => {}
        }
    }
    questions
}
