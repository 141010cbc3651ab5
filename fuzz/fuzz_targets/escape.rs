//! See `host/src/escape.rs`. That file is included alone, because building the whole host would take minutes.
#![no_main]

#[path = "../../host/src/escape.rs"]
mod escape;

libfuzzer_sys::fuzz_target!(|data: &[u8]| escape::fuzz(data));
