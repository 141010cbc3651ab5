//! Secrets and descriptors that the program inherits or reads.

pub mod desktop_keyring;
pub mod environment;
pub mod file_list;
pub mod netrc;
pub mod password;
pub mod proxy;
pub mod trust_prompt;
