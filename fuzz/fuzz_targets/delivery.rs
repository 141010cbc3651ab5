//! See `delivery/fuzz/src/lib.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ftp_delivery_fuzz::delivery(data));
