//! Every test of the program's behaviour, in one binary. This is the table of contents.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests; what cannot fail may panic")]

// Uploads to real servers, with the bytes compared.
mod active_mode;
mod proxy_uploads;
mod refusals;
mod tls_between;
mod tls_sessions;
mod tls_uploads;
mod uploads;

// What the sandbox promises: what it imports, what it never sees, what stops it; and the fence around all of it.
mod explain;
mod fence;
mod old_kernel;
mod promises;
mod sandbox;

// Where a password may never be, whatever is asked for and whatever goes wrong.
mod secrets;
mod secrets_in_memory;

// The library, used by a program that is not ours.
mod embedding;

// How the program is used: arguments, passwords, output, signals, terminals.
mod command_line;
mod local_files;
mod output;
mod password_sources;
mod proxy_arguments;
mod server_names;
mod several_files;
mod signals;
mod stream_writers;
mod terminal;

// Servers that misbehave, played from a script.
mod broken_pipe;
mod data_connection;
mod data_side;
mod interruptions;
mod link_local;
mod names;
mod network;
mod odd_replies;
mod out_of_step;
mod proxy;
mod replies;
mod site;
mod transfers;

// Delivery that can be left alone: tried again, asked about, gone on with, renamed, verified.
mod atomic;
mod attributes;
mod confirmations;
mod cuts;
mod failure_lines;
mod killed_runs;
mod logins;
mod replacing;
mod resuming;
mod retries;
mod sent_once;
mod slow_hashes;
mod soak;
mod streams;
mod unknown_outcomes;
mod verification;

// What a delivery to a real server may never do, whatever its administrator has set and wherever the line breaks.
mod no_false_failure;
mod no_false_success;
mod no_good_file_lost;
mod reasons;
mod whole_files_are_left;

// The same with TLS: certificates, what is done instead of it, and protected data connections.
mod tls_arguments;
mod tls_certificates;
mod tls_data_connection;
mod tls_endings;
mod tls_hostile;
mod tls_openssl;
mod tls_transfers;

// What the tests above are made of: the program, servers from a script, real servers.
mod certificates;
mod child;
mod cutting_relay;
mod made_up_names;
mod meeting;
mod outcome;
mod process_memory;
mod program;
mod real_delivery;
mod relay;
mod relay_pair;
mod relay_passage;
mod script;
mod scripted_server;
mod secret_cases;
mod secret_search;
mod secure_server;
mod servers;
mod skips;
mod sockets;
mod stage;
mod test_proxy;
mod test_proxy_relay;
mod tls_meeting;
mod tls_server;
mod upload;
mod visit;
mod visits;
mod wire;
mod wiretap;
mod words;
