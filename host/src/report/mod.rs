//! The types of results: steps, errors and their consequences, events, and the report of a run. Of this crate, they
//! depend only on `request/`.

pub(crate) mod consequence;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod proxy_problem;
pub(crate) mod step;
pub(crate) mod summary;
pub(crate) mod tls_problem;
pub(crate) mod wording;
