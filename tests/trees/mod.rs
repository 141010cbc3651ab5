//! Directories: `--recursive` on the command line, its limits, and uploads to real servers.

mod command_line;
#[cfg(target_os = "linux")]
mod limits;
mod uploads;
