//! Places where a password must never appear.

mod memory;
mod outputs;
mod prompts;
