//! Calls that never return: by computing, and by host calls that do not wait.
//!
//! Host calls that wait are in `timing.rs`.

use alloc::string::String;
use alloc::vec::Vec;
use core::hint::black_box;

use crate::bindings::ftp_uploader::upload::capabilities::{ControlConnection, Step};
use crate::{Evil, Session};

pub(crate) fn attack(evil: &Evil) -> Option<String> {
    match evil.attack.as_str() {
        "endless loop" | "an endless loop, interrupted" => for_ever(),
        "endless recursion" => drop(black_box(recurse(1, &[1; 64]))),
        "trap" => trap(),
        "endless destructor" => die_slowly(),
        "progress without end" => loop {
            evil.progress.entered(Step::Transfer);
        },
        "asking without end" => loop {
            black_box(evil.control.pending());
        },
        "denied calls without end" => loop {
            drop(black_box(evil.control.open_data(80)));
        },
        "bad lines without end" => {
            let line = Vec::from([b'x'; 60_000]);
            loop {
                let _ = black_box(evil.control.send(&line));
            }
        }
        "reading a closed connection without end" => loop {
            drop(black_box(evil.control.receive(u32::MAX)));
        },
        _ => return None,
    }
    None
}

pub(crate) fn at_quit(evil: &Evil) {
    if evil.attack == "endless goodbye" {
        for_ever();
    }
}

pub(crate) fn for_ever() -> ! {
    let mut count = 0_u64;
    loop {
        count = black_box(count).wrapping_add(1);
    }
}

fn recurse(depth: u64, ballast: &[u64; 64]) -> u64 {
    let mut more = black_box(*ballast);
    more[0] = depth;
    if black_box(true) { recurse(depth + 1, &more) + more[63] } else { depth }
}

/// Drops a session that the component made itself, so that its destructor runs within this call.
fn die_slowly() {
    let evil = Evil {
        attack: String::new(),
        port: 0,
        // This handle does not exist, and is never used.
        control: unsafe { ControlConnection::from_handle(1000) },
        progress: unsafe { crate::Progress::from_handle(1000) },
        kept: Default::default(),
        loops_when_dropped: true,
    };
    drop(Session::new(evil));
}

#[cfg(target_family = "wasm")]
pub(crate) fn trap() -> ! {
    core::arch::wasm32::unreachable()
}

#[cfg(not(target_family = "wasm"))]
pub(crate) fn trap() -> ! {
    unreachable!()
}
