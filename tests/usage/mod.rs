//! The program as a user calls it: arguments, passwords, output, signals, terminals; and the library in another
//! program.

mod another_password;
mod command_line;
mod completions;
mod embedding;
mod file_lists;
mod first_connection;
mod forms;
mod kept_passwords;
mod library;
mod library_words;
mod local_files;
mod manual;
mod output;
mod password_sources;
mod profiles;
mod prompt;
mod remembered_pins;
mod screen;
mod server_names;
mod several_files;
mod shown_settings;
mod signals;
mod stream_writers;
mod terminal;
mod tour;
