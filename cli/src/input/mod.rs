//! Secrets and descriptors that the program takes from its surroundings.

pub mod descriptor;
pub mod environment;
pub mod open_files;
pub mod password;
pub mod proxy;
