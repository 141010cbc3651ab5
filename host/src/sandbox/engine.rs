//! The settings of the WebAssembly engine, in one file for both who use them: `build.rs`, which precompiles the
//! component, and the library, which loads it. Loading is refused if they differ.
//!
//! Limits that are not settings of the engine (memory, time) are in `limits.rs`.

use wasmtime::{Config, Engine, Result};

/// Address space for the guest's memory, in bytes. More than it may ever use, so that it never has to move.
const MEMORY_RESERVATION: u64 = 8 * 1024 * 1024;

/// Unmapped bytes behind the guest's memory: room for what compiled code may overshoot before its check.
const MEMORY_GUARD: u64 = 64 * 1024;

/// An engine for code of `target`, a target triple.
///
/// Naming the target keeps the code free of what only the building machine's processor can do.
pub(crate) fn engine(target: &str) -> Result<Engine> {
    let mut config = Config::new();
    config.target(target)?;
    config.memory_reservation(MEMORY_RESERVATION);
    config.memory_reservation_for_growth(0);
    config.memory_guard_size(MEMORY_GUARD);
    config.epoch_interruption(true);
    // Nothing runs beside anything else in one guest: none of the machinery for it is wanted.
    config.concurrency_support(false);
    Engine::new(&config)
}
