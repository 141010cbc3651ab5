//! Components that do what they should not (`tests/guests/`), run by the real program: what they try, which wall stands
//! in the way, and what came of it. `cargo xtask test sandbox` runs just these, and prints that as a table.
//!
//! What the real component promises by itself is `../promises.rs`. Next: `attack.rs`, how an attack is run and judged.

mod attack;
mod claims;
mod computing;
mod data;
mod handles;
mod lines;
mod loading;
mod ports;
mod tls;
mod watch;
