//! Memory: the component's own, and the host's through long arguments.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::hint::black_box;

use crate::{Evil, word};

pub(crate) fn attack(evil: &Evil) -> Option<String> {
    match evil.attack.as_str() {
        "hoarding memory" => hoard(),
        "growing memory at once" => Some(grow()),
        "a line of a megabyte" => Some(word(&evil.control.send(&vec![b'x'; 1 << 20])).into()),
        _ => None,
    }
}

fn hoard() -> ! {
    let mut hoard = Vec::new();
    loop {
        hoard.push(black_box(vec![1_u8; 64 * 1024]));
    }
}

/// Asks for 4 GiB less the present size.
#[cfg(target_family = "wasm")]
fn grow() -> String {
    let pages = core::arch::wasm32::memory_size::<0>();
    alloc::format!("{}", core::arch::wasm32::memory_grow::<0>(65_536 - pages))
}

#[cfg(not(target_family = "wasm"))]
fn grow() -> String {
    String::new()
}
