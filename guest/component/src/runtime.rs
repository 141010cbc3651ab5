//! What std would bring along: an allocator, a panic handler, and the allocation function that the component
//! model calls. All of our hand-written `unsafe` in the guest is in this file.

use alloc::alloc::{alloc, realloc};
use core::alloc::Layout;

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// A panic is a bug of ours: stop at once, the host reports it as one.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

// memcmp and its like come from the target's libc, which std would link. Debian's compiler has none for this target
// and takes them from compiler-builtins (`xtask/src/wasm_target.rs`).
// SAFETY: declares nothing, so there is nothing whose signature could be wrong.
#[cfg(not(no_wasi_libc))]
#[link(name = "c")]
unsafe extern "C" {}

/// Room for values that the host passes in (Component Model, Canonical ABI, `realloc`).
///
/// # Safety
/// `old` is null with `old_size` 0, or came from here with `old_size` and `align`.
#[unsafe(no_mangle)]
unsafe extern "C" fn cabi_realloc(old: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    let Ok(layout) = Layout::from_size_align(if old.is_null() { new_size } else { old_size }, align) else {
        core::arch::wasm32::unreachable()
    };
    if new_size == 0 {
        return core::ptr::without_provenance_mut(align);
    }
    // SAFETY: `layout` is not empty, as `new_size` is not 0; `old` is as the caller promises.
    let new = unsafe { if old.is_null() { alloc(layout) } else { realloc(old, layout, new_size) } };
    if new.is_null() { core::arch::wasm32::unreachable() } else { new }
}
