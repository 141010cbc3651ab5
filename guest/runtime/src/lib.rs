//! The allocator, the panic handler, and the allocation function that the component model calls. A component without std
//! links this crate for them. All hand-written `unsafe` of the guest is in this file.
//!
//! On native targets std has the first two, and only the function is built, so that `cargo xtask miri` can interpret it.

#![cfg_attr(target_family = "wasm", no_std)]
#![allow(unsafe_code, reason = "an allocator needs it")]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]
#![cfg_attr(not(any(target_family = "wasm", test)), allow(dead_code, reason = "only components and tests call it"))]

extern crate alloc;

use alloc::alloc::{alloc, realloc};
use core::alloc::Layout;

#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// A panic is a bug in this component: it stops at once, and the host reports it as a bug.
#[cfg(target_family = "wasm")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    stop()
}

#[cfg(target_family = "wasm")]
fn stop() -> ! {
    core::arch::wasm32::unreachable()
}

#[cfg(not(target_family = "wasm"))]
fn stop() -> ! {
    std::process::abort()
}

// memcmp and similar functions come from the target's libc, which std would link. Debian's compiler has no libc for
// this target and takes them from compiler-builtins (`xtask/src/wasm_target.rs`).
// SAFETY: the block declares nothing, so no signature can be wrong.
#[cfg(all(target_family = "wasm", not(no_wasi_libc)))]
#[link(name = "c")]
unsafe extern "C" {}

/// Allocates memory for values that the host passes in (Component Model, Canonical ABI, `realloc`).
///
/// # Safety
/// `old` is null and `old_size` is 0; or `old` was returned by this function, with `old_size` and `align`.
#[cfg_attr(target_family = "wasm", unsafe(no_mangle))]
unsafe extern "C" fn cabi_realloc(old: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    let Ok(layout) = Layout::from_size_align(if old.is_null() { new_size } else { old_size }, align) else { stop() };
    if new_size == 0 {
        return core::ptr::without_provenance_mut(align);
    }
    // SAFETY: `layout` is not empty, as `new_size` is not 0; the caller guarantees `old`.
    let new = unsafe { if old.is_null() { alloc(layout) } else { realloc(old, layout, new_size) } };
    if new.is_null() { stop() } else { new }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::alloc::dealloc;

    /// Does the same as the host: allocates memory, then grows and shrinks it, and fills it each time. The content must
    /// stay.
    #[test]
    fn written_bytes_stay_when_the_allocation_grows_and_shrinks() {
        for align in [1, 2, 4, 8] {
            let sizes = [(0, 3), (3, 64), (64, 5000), (5000, 8)];
            let mut at = core::ptr::null_mut();
            for (old, new) in sizes {
                // SAFETY: null at first; then a pointer from this function, with the size and alignment of the last
                // iteration.
                at = unsafe { cabi_realloc(at, old, align, new) };
                assert_eq!(at.addr() % align, 0);
                // SAFETY: `new` bytes are allocated, and the first `min(old, new)` of them were written in the last
                // iteration.
                unsafe {
                    assert!((0..old.min(new)).all(|index| at.add(index).read() == 7));
                    at.write_bytes(7, new);
                }
            }
            // SAFETY: it came from the allocator, with this size and alignment.
            unsafe { dealloc(at, Layout::from_size_align(8, align).unwrap()) };
        }
    }

    #[test]
    fn no_bytes_take_no_room_and_lie_somewhere_aligned() {
        // SAFETY: null, with size 0.
        let at = unsafe { cabi_realloc(core::ptr::null_mut(), 0, 8, 0) };
        assert!(!at.is_null() && at.addr() % 8 == 0);
    }
}
