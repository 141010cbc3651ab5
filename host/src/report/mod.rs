//! The types of results: steps, errors and their consequences, events, and the report of a run. Of this crate, they
//! depend only on `request/`.

pub(crate) mod check;
pub(crate) mod consequence;
pub(crate) mod error;
pub(crate) mod event;
mod kind;
pub(crate) mod proxy_problem;
mod reachability;
pub(crate) mod server_text;
pub(crate) mod skipped;
pub(crate) mod step;
pub(crate) mod summary;
pub(crate) mod sync;
pub(crate) mod tls_problem;
pub(crate) mod wording;
