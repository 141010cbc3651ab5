//! What the sandbox costs by itself: one conversation, with the same server behind the same calls, natively and as the
//! component that the program holds. Counted in instructions, as callgrind sees them, and by the clock.
//!
//! Each figure is the difference of two runs, a short one and a long one, so that whatever happens once is in neither.
//! The two sides are `sandbox/native.rs` and `sandbox/confined.rs`; a run is `sandbox/weigh.rs`.

mod callgrind;
mod confined;
mod native;
mod server;
pub(crate) mod weigh;

use std::path::Path;

use serde::{Deserialize, Serialize};

/// Where the conversation runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Side {
    /// As code of this machine.
    Native,
    /// As a component.
    Sandboxed,
}

/// What a run does.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Work {
    /// Conversations, one after the other.
    pub(crate) sessions: u64,
    /// Files stored in each.
    pub(crate) files: u64,
    /// Bytes of each file.
    pub(crate) size: u64,
    /// Bytes that are taken by one `splice`.
    pub(crate) piece: u64,
}

const USER: &[u8] = b"alice";
const DIRECTORY: &[u8] = b"incoming";
const NAME: &[u8] = b"report.csv";

pub(crate) fn run(component: &Path) -> Result<(), String> {
    for work in [Work { sessions: 1, files: 100, size: 10240, piece: 1 << 18 }, Work { sessions: 1, files: 1100, size: 10240, piece: 1 << 18 }] {
        for side in [Side::Native, Side::Sandboxed] {
            let (run, i) = weigh::count(side, work, component)?;
            println!("{side:?} {work:?} {run:?} {} {:?}", i.total, weigh::time(side, work, component)?);
        }
    }
    Ok(())
}
