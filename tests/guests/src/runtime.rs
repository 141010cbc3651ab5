//! Parts that std would otherwise provide, as in the real component's `runtime.rs`; and the code that runs before any
//! call: the start function, and the allocation function that the host calls to pass arguments. The test writes into
//! the finished file which of the two never returns.

use alloc::alloc::{alloc, realloc};
use core::alloc::Layout;

use crate::computing::for_ever;

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// The test overwrites this in the file, so the compiler must not know its value.
static ENDLESS: [u8; 24] = *b"endless in this: nothing";

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

// SAFETY: the block declares nothing.
#[cfg(not(no_wasi_libc))]
#[link(name = "c")]
unsafe extern "C" {}

#[used]
#[unsafe(link_section = ".init_array")]
static START: extern "C" fn() = start;

extern "C" fn start() {
    if is_endless(b"started") {
        for_ever();
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cabi_realloc(old: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    if is_endless(b"realloc") {
        for_ever();
    }
    let layout = Layout::from_size_align(if old.is_null() { new_size } else { old_size }, align);
    match (layout, new_size, old.is_null()) {
        (_, 0, _) => core::ptr::without_provenance_mut(align),
        (Ok(layout), _, true) => unsafe { alloc(layout) },
        (Ok(layout), _, false) => unsafe { realloc(old, layout, new_size) },
        (Err(_), ..) => core::arch::wasm32::unreachable(),
    }
}

fn is_endless(what: &[u8; 7]) -> bool {
    let endless = unsafe { core::ptr::read_volatile(&raw const ENDLESS) };
    endless[17..] == what[..]
}
