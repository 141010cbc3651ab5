//! See `host/src/escape.rs`, which is taken without the rest of the host: that would be a build of minutes.
#![no_main]

#[path = "../../host/src/escape.rs"]
mod escape;

libfuzzer_sys::fuzz_target!(|data: &[u8]| escape::fuzz(data));
