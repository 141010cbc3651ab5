//! The parts of `cargo xtask` that the package `platforms` also needs: cargo and the target directory, commands with a
//! time limit, the set-up of the wasm32-wasip2 target, and the components built for it.
//!
//! The commands of `cargo xtask` are modules of the program (`main.rs`).

pub mod apt;
pub mod cargo;
pub mod ci;
pub mod components;
mod debian_toolchain;
pub mod demo_file;
pub mod stopwatch;
pub mod target_dir;
pub mod time_limit;
pub mod unpacked;
pub mod wasm_target;
mod wasm_toolchain;
