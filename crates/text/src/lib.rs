//! Escaping of text from servers and users ([`escape`]), masking of secrets in it ([`redact`], [`reply_redactor`]), and
//! the hashes that servers offer ([`digest`]). Texts of errors of the system are in [`system_error`].
//!
//! The host, the WASI provider and the fuzzers share this crate. It does no I/O, and knows nothing of FTP except the
//! code of a reply.

#![cfg_attr(not(any(test, fuzzing)), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, reason = "tests"))]

extern crate alloc;

pub mod digest;
pub mod escape;
pub mod redact;
pub mod reply_redactor;
pub mod system_error;
