//! See `guest/component/src/fuzz/in_step/mod.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ftp_uploader_component::fuzz::in_step(data));
