//! Everything that the program prints while it runs.

pub mod explain;
mod explain_json;
pub mod human;
pub mod similar_names;
pub mod stderr;
pub mod warnings;
