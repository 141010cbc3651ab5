//! See `crates/text/src/escape.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ftp_text::escape::fuzz(data));
