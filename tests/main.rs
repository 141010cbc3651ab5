//! Every test of the program's behaviour, in one binary. This is the table of contents.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests; what cannot fail may panic")]

// Uploads to real servers, with the bytes compared.
mod refusals;
mod uploads;

// What the sandbox promises: what it imports, what it never sees, what stops it.
mod hostile_guests;
mod promises;

// The library, used by a program that is not ours.
mod embedding;

// How the program is used: arguments, passwords, output, signals, terminals.
mod command_line;
mod local_files;
mod output;
mod password_sources;
mod server_names;
mod several_files;
mod signals;
mod terminal;

// Servers that misbehave, played from a script.
mod data_connection;
mod data_side;
mod interruptions;
mod replies;
mod transfers;

// What the tests above are made of: the program, servers from a script, real servers.
mod meeting;
mod outcome;
mod program;
mod script;
mod scripted_server;
mod servers;
mod sockets;
mod upload;
mod visit;
