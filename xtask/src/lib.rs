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
#[path = "../../host/build/inherited.rs"]
mod inherited;
#[cfg(test)]
#[path = "../../host/build/shared_folder.rs"]
mod shared_folder;
pub mod stopwatch;
pub mod target_dir;
pub mod time_limit;
pub mod unpacked;
#[path = "../../host/build/wasm_build.rs"]
mod wasm_build;
pub mod wasm_target;
// The library's build script uses the files of `host/build/`, too. They are in its package, because a published crate holds no
// file from outside of its folder.
#[path = "../../host/build/wasm_toolchain.rs"]
mod wasm_toolchain;
