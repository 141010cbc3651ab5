//! Loads the component that `build.rs` has precompiled.
//!
//! Where the system has mapped its code executable with the rest of the binary, the code runs there: it is not copied, no
//! memory is made executable, and pages that are not used are not read. Elsewhere wasmtime copies it.

use std::ptr::NonNull;
use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::component::Component;
use wasmtime::{CustomCodeMemory, Engine, Result};

use crate::platform::component_code::{MAPPED_ALIGNMENT, bytes};
use crate::sandbox::engine::{config, engine};

/// Returns the component, and the engine that can run it. `target` is the target triple for which it was compiled.
///
/// Every call returns the same, because wasmtime registers code by its address, and mapped code has only one.
pub(super) fn load(target: &str) -> Result<(Engine, Component)> {
    static LOADED: Mutex<Option<(Engine, Component)>> = Mutex::new(None);
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    let both = match (loaded.take(), MAPPED_ALIGNMENT) {
        (Some(both), _) => both,
        (None, Some(alignment)) => load_mapped(target, alignment)?,
        (None, None) => load_copied(target)?,
    };
    Ok(loaded.insert(both).clone())
}

fn load_mapped(target: &str, alignment: usize) -> Result<(Engine, Component)> {
    let mut config = config(target)?;
    config.with_custom_code_memory(Some(Arc::new(Executable { alignment })));
    let engine = Engine::new(&config)?;
    #[allow(unsafe_code, reason = "wasmtime cannot prove the origin of precompiled code")]
    // SAFETY: build.rs made these bytes by `Engine::precompile_component` of the same wasmtime, and they are embedded in
    // this binary: an attacker who can change them can change the whole binary. They are never modified, and live as long
    // as the process.
    let component = unsafe { Component::deserialize_raw(&engine, NonNull::from(bytes())) }?;
    Ok((engine, component))
}

fn load_copied(target: &str) -> Result<(Engine, Component)> {
    let engine = engine(target)?;
    #[allow(unsafe_code, reason = "wasmtime cannot prove the origin of precompiled code")]
    // SAFETY: build.rs made these bytes by `Engine::precompile_component` of the same wasmtime, and they are embedded in
    // this binary: an attacker who can change them can change the whole binary.
    let component = unsafe { Component::deserialize(&engine, bytes()) }?;
    Ok((engine, component))
}

/// Code that the system has mapped readable and executable, and not writable.
struct Executable {
    alignment: usize,
}

impl CustomCodeMemory for Executable {
    fn required_alignment(&self) -> usize {
        self.alignment
    }

    fn publish_executable(&self, _: *const u8, _: usize) -> Result<()> {
        Ok(())
    }

    fn unpublish_executable(&self, _: *const u8, _: usize) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_component_can_be_loaded_several_times() {
        let loads = || load(env!("FTP_UPLOADER_TARGET")).unwrap();
        let (_first, _second) = (loads(), loads());
        std::thread::scope(|scope| {
            for thread in [scope.spawn(loads), scope.spawn(loads)] {
                thread.join().unwrap();
            }
        });
    }

    #[test]
    fn a_copy_of_the_code_can_be_loaded_on_every_system() {
        load_copied(env!("FTP_UPLOADER_TARGET")).unwrap();
    }
}
