//! Confines this process as an upload does, then tries what the fence forbids, and prints a line with the outcome of each
//! attempt. `cargo xtask test aarch64 --system` judges them. `tests/sandbox/fence.rs` tries more, on the kernel of this
//! machine.

#[cfg(target_os = "linux")]
mod attempts;

#[cfg(target_os = "linux")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    attempts::run(std::env::args().any(|argument| argument == "--active"))
}

/// There is no fence on other systems.
#[cfg(not(target_os = "linux"))]
fn main() {}
