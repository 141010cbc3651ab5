//! The limits of the guest: memory, handles, and the budgets of one call.

use wasmtime::{StoreLimits, StoreLimitsBuilder};

use crate::sandbox::call_budget::CallBudget;
use crate::sandbox::compute_budget::ComputeBudget;

/// The guest's memory, in bytes. It needs 1.2 MiB, of which 1 MiB is its stack.
pub(crate) const MEMORY: usize = 4 * 1024 * 1024;

/// The most handles at the same time. The guest has five, and one more for each data connection.
pub(crate) const HANDLES: usize = 32;

/// The most bytes that the guest may pass in one host call: the longest command, and room for its frame.
pub(crate) const CALL_BYTES: usize = 64 * 1024;

/// The same for a call that returns a page of a listing: 500 entries with names of [`MAX_ARGUMENT`] bytes.
///
/// [`MAX_ARGUMENT`]: ftp_protocol::argument::MAX_ARGUMENT
pub(crate) const PAGE_BYTES: usize = 2 * 1024 * 1024;

/// The limits of one guest.
pub(crate) struct Limits {
    /// The limits that wasmtime enforces by itself.
    pub(crate) store: StoreLimits,
    /// The computing time of the current call.
    pub(crate) compute: ComputeBudget,
    /// The operations of the current call.
    pub(crate) calls: CallBudget,
}

impl Limits {
    /// Returns the limits of a new guest.
    pub(crate) fn new() -> Self {
        Self { store: store_limits(), compute: ComputeBudget::start(), calls: CallBudget::default() }
    }

    /// Restarts the budgets that hold for one call.
    pub(crate) fn begin_call(&mut self) {
        self.compute = ComputeBudget::start();
        self.calls = CallBudget::default();
    }
}

fn store_limits() -> StoreLimits {
    StoreLimitsBuilder::new()
        .memory_size(MEMORY)
        .memories(1)
        .instances(10)
        .tables(10)
        .table_elements(1000)
        .trap_on_grow_failure(true)
        .build()
}
