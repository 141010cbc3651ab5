//! The program as a user calls it: arguments, passwords, output, signals, terminals; and the library in another
//! program.

mod command_line;
mod embedding;
mod library;
mod local_files;
mod output;
mod password_sources;
mod server_names;
mod several_files;
mod signals;
mod stream_writers;
mod terminal;
