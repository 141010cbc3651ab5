//! The resources of `wit/capabilities.wit`, one file each.

pub(crate) mod control_connection;
pub(crate) mod data_connection;
pub(crate) mod data_listener;
pub(crate) mod source_file;
