//! Text from servers and users made safe to show ([`escape`]), secrets removed from it ([`redact`], [`reply_redactor`]), and
//! the hashes that servers offer ([`digest`]).
//!
//! Shared by the host, the WASI provider and the fuzzers. no_std; no I/O, and no knowledge of FTP beyond the code of a reply.

#![cfg_attr(not(any(test, fuzzing)), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, reason = "tests"))]

extern crate alloc;

pub mod digest;
pub mod escape;
pub mod redact;
pub mod reply_redactor;
