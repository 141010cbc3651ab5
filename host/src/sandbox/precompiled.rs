//! The component that `build.rs` has precompiled, as a part of this binary.
//!
//! On Linux its code runs where the system has mapped it with the rest of the binary. It is not copied, no memory is made
//! executable, and pages that are not used are not read. Elsewhere wasmtime copies it.

use wasmtime::component::Component;
use wasmtime::{Engine, Result};

#[cfg(not(target_os = "linux"))]
use crate::sandbox::engine::engine;

/// An image that begins at a page, as its code must.
#[repr(C, align(4096))]
struct Image<T>(T);

macro_rules! image {
    () => {
        include_bytes!(concat!(env!("OUT_DIR"), "/component.cwasm"))
    };
}

#[cfg_attr(target_os = "linux", allow(unsafe_code, reason = "the code in the image must be executable"))]
// SAFETY: no program relies on the content of the other code in this section.
#[cfg_attr(target_os = "linux", unsafe(link_section = ".text.ftp_uploader_component"))]
static IMAGE: Image<[u8; image!().len()]> = Image(*image!());

/// Returns the component, and the engine that can run it. `target` is the target triple for which it was compiled.
///
/// Every call returns the same, because wasmtime registers code by its address, and this code has only one.
#[cfg(target_os = "linux")]
pub(super) fn load(target: &str) -> Result<(Engine, Component)> {
    use std::sync::{Mutex, PoisonError};

    static LOADED: Mutex<Option<(Engine, Component)>> = Mutex::new(None);
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    let both = match loaded.take() {
        Some(both) => both,
        None => load_mapped(target)?,
    };
    Ok(loaded.insert(both).clone())
}

#[cfg(target_os = "linux")]
fn load_mapped(target: &str) -> Result<(Engine, Component)> {
    use std::ptr::NonNull;
    use std::sync::Arc;

    let mut config = crate::sandbox::engine::config(target)?;
    config.with_custom_code_memory(Some(Arc::new(mapped::Executable)));
    let engine = Engine::new(&config)?;
    #[allow(unsafe_code, reason = "wasmtime cannot prove the origin of precompiled code")]
    // SAFETY: build.rs made IMAGE by `Engine::precompile_component` of the same wasmtime, and it is embedded in this
    // binary: an attacker who can change it can change the whole binary. It is never modified, and lives as long as the
    // process.
    let component = unsafe { Component::deserialize_raw(&engine, NonNull::from(&IMAGE.0[..])) }?;
    Ok((engine, component))
}

/// Returns the component, and the engine that can run it. `target` is the target triple for which it was compiled.
#[cfg(not(target_os = "linux"))]
pub(super) fn load(target: &str) -> Result<(Engine, Component)> {
    let engine = engine(target)?;
    #[allow(unsafe_code, reason = "wasmtime cannot prove the origin of precompiled code")]
    // SAFETY: build.rs made IMAGE by `Engine::precompile_component` of the same wasmtime, and it is embedded in this
    // binary: an attacker who can change it can change the whole binary.
    let component = unsafe { Component::deserialize(&engine, &IMAGE.0[..]) }?;
    Ok((engine, component))
}

#[cfg(target_os = "linux")]
mod mapped {
    use wasmtime::{CustomCodeMemory, Result};

    /// Code that the system has mapped readable and executable, and not writable.
    pub(super) struct Executable;

    impl CustomCodeMemory for Executable {
        fn required_alignment(&self) -> usize {
            align_of::<super::Image<()>>()
        }

        fn publish_executable(&self, _: *const u8, _: usize) -> Result<()> {
            Ok(())
        }

        fn unpublish_executable(&self, _: *const u8, _: usize) -> Result<()> {
            Ok(())
        }
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
}
