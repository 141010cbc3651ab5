//! Unattended delivery: retries, questions after a lost connection, resuming, renaming, verification.

mod atomic;
mod attributes;
mod confirmations;
mod cuts;
mod failure_lines;
mod killed_runs;
mod logins;
mod replacing;
mod resuming;
mod retries;
mod sent_once;
mod skip_existing;
mod slow_hashes;
mod soak;
mod streams;
mod unknown_outcomes;
mod verification;
