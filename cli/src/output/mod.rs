//! The output of the program, except the messages for errors.

pub mod bar;
pub mod explain;
pub mod human;
pub mod similar_names;
pub mod stderr;
pub mod warnings;
