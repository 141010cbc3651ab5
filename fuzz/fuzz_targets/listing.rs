//! See `guest/protocol/src/fuzz.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ftp_protocol::fuzz::listing(data));
