//! The resources of `wit/capabilities.wit`, one file each. They check the guest's handles, and call the parts of
//! [`GuestState`](crate::sandbox::state::GuestState).

pub(crate) mod control_connection;
pub(crate) mod data_connection;
pub(crate) mod data_listener;
pub(crate) mod listing_connection;
pub(crate) mod progress;
mod secret;
pub(crate) mod source_file;
