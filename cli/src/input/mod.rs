//! Secrets and descriptors that the program inherits or reads.

pub mod descriptor;
pub mod environment;
pub mod open_files;
pub mod password;
pub mod proxy;
