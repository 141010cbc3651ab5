//! The component in its sandbox: everything that imports wasmtime, and the capabilities that the host lends.

#[allow(missing_docs, reason = "generated; documented in wit/")]
mod bindings;
pub(crate) mod call_budget;
mod call_error;
pub(crate) mod capabilities;
pub(crate) mod component;
pub(crate) mod compute_budget;
mod engine;
mod errors;
pub(crate) mod guest;
pub(crate) mod limits;
pub(crate) mod parts;
mod precompiled;
pub(crate) mod protection;
pub(crate) mod run_limits;
pub(crate) mod state;
mod transcript;
mod transfer;
pub(crate) mod values;
