//! Several connections in one run (`--jobs`): their number, servers that refuse some of them, failures, and the end.

mod ends;
mod failures;
mod limits;
mod lost_connections;
mod numbers;
mod resources;
mod servers;
