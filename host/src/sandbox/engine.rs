//! The settings of the WebAssembly engine. `build.rs`, which precompiles the component, and the library, which loads
//! it, share this file; loading fails if the settings differ.
//!
//! Limits that are not settings of the engine are in `limits.rs` and `compute_budget.rs`.

use wasmtime::{Config, Engine, Result};

/// The address space for the guest's memory, in bytes: more than it may use, so that the memory never moves.
const MEMORY_RESERVATION: u64 = 8 * 1024 * 1024;

/// The unmapped bytes behind the guest's memory, for accesses with a small offset that compiled code does not check.
const MEMORY_GUARD: u64 = 64 * 1024;

/// Returns an engine for code of `target`, a target triple. With a target, the code does not use features of the
/// processor of the machine that builds it.
pub(crate) fn engine(target: &str) -> Result<Engine> {
    Engine::new(&config(target)?)
}

/// Returns the settings of such an engine.
pub(crate) fn config(target: &str) -> Result<Config> {
    let mut config = Config::new();
    config.target(target)?;
    config.memory_reservation(MEMORY_RESERVATION);
    config.memory_reservation_for_growth(0);
    config.memory_guard_size(MEMORY_GUARD);
    // The guest's data takes one page. To share it between instances would take a file in memory.
    config.memory_init_cow(false);
    config.epoch_interruption(true);
    // A guest makes one call at a time, so the code for concurrency is not needed.
    config.concurrency_support(false);
    Ok(config)
}
