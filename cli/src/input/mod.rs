//! Secrets and descriptors that the program inherits or reads.

pub mod descriptor;
pub mod desktop_keyring;
pub mod environment;
pub mod file_list;
pub mod netrc;
pub mod open_files;
pub mod password;
pub mod prompt;
pub mod proxy;
pub mod trust_prompt;
