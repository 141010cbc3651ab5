//! The output of the program, except the messages for errors.

mod ascii;
pub mod check;
mod clock;
pub mod document;
pub mod dry_run;
pub mod explain;
pub mod human;
pub mod ndjson;
pub mod outputs;
pub mod progress;
pub mod shell_word;
pub mod similar_names;
pub mod stderr;
pub mod warnings;
