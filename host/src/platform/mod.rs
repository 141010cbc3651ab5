//! The calls that differ between operating systems: one folder for each concern, one file for each system. Other files of
//! the library do not ask for the system, except `confine/`, whose matter is Linux; `cargo run -p tidy` checks that. A test
//! that needs a call of one system has it in `for_tests/`, and ends without a result on systems that do not have it.
//!
//! `linux.rs` has calls that only Linux has, and `portable.rs` stands for them on every other system. If the
//! variable FTP_UPLOADER_PORTABLE is set for `build.rs`, Linux uses the portable files, too, so that they can be tested there
//! (`cargo xtask test portable`).

#[cfg_attr(target_os = "linux", path = "broken_pipe/linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "broken_pipe/portable.rs")]
pub(crate) mod broken_pipe;
#[cfg_attr(all(target_os = "linux", not(portable)), path = "component_code/linux.rs")]
#[cfg_attr(any(not(target_os = "linux"), portable), path = "component_code/portable.rs")]
pub(crate) mod component_code;
#[cfg_attr(unix, path = "directories/unix.rs")]
#[cfg_attr(windows, path = "directories/windows.rs")]
pub(crate) mod directories;
#[cfg_attr(unix, path = "file/unix.rs")]
#[cfg_attr(windows, path = "file/windows.rs")]
pub(crate) mod file;
#[cfg(test)]
#[cfg_attr(target_os = "linux", path = "for_tests/linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "for_tests/portable.rs")]
pub(crate) mod for_tests;
#[cfg_attr(unix, path = "machine/unix.rs")]
#[cfg_attr(windows, path = "machine/windows.rs")]
pub(crate) mod machine;
#[cfg_attr(unix, path = "names/unix.rs")]
#[cfg_attr(windows, path = "names/windows.rs")]
pub(crate) mod names;
#[cfg(unix)]
#[cfg_attr(all(target_os = "linux", not(portable)), path = "openat2/linux.rs")]
#[cfg_attr(any(not(target_os = "linux"), portable), path = "openat2/portable.rs")]
mod openat2;
#[cfg_attr(all(target_os = "linux", not(portable)), path = "poll/linux.rs")]
#[cfg_attr(any(not(target_os = "linux"), portable), path = "poll/portable.rs")]
pub(crate) mod poll;
#[cfg_attr(unix, path = "run_state/unix.rs")]
#[cfg_attr(windows, path = "run_state/windows.rs")]
pub(crate) mod run_state;
#[cfg_attr(target_os = "linux", path = "sockets/linux.rs")]
#[cfg_attr(all(unix, not(target_os = "linux")), path = "sockets/unix.rs")]
#[cfg_attr(windows, path = "sockets/windows.rs")]
pub(crate) mod sockets;
#[cfg_attr(unix, path = "stream/unix.rs")]
#[cfg_attr(windows, path = "stream/windows.rs")]
pub(crate) mod stream;
#[cfg_attr(all(target_os = "linux", not(portable)), path = "transfer/linux.rs")]
#[cfg_attr(any(not(target_os = "linux"), portable), path = "transfer/portable.rs")]
pub(crate) mod transfer;
#[cfg_attr(unix, path = "wake_up/unix.rs")]
#[cfg_attr(windows, path = "wake_up/windows.rs")]
pub(crate) mod wake_up;
