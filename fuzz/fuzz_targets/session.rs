//! See `guest/component/src/fuzz/mod.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ftp_uploader_component::fuzz::session(data));
