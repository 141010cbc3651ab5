//! The calls that differ between operating systems: one folder for each concern, one file for each system. No other file of
//! the program asks for the system, which `cargo run -p tidy` checks.

#[cfg(target_env = "musl")]
#[path = "allocator/musl.rs"]
mod allocator;
#[cfg_attr(all(unix, not(target_vendor = "apple")), path = "authorities/openssl.rs")]
#[cfg_attr(not(all(unix, not(target_vendor = "apple"))), path = "authorities/system.rs")]
pub mod authorities;
#[cfg_attr(unix, path = "descriptors/unix.rs")]
#[cfg_attr(windows, path = "descriptors/windows.rs")]
pub mod descriptors;
#[cfg(feature = "keyring")]
#[cfg_attr(unix, path = "desktop_keyring/unix.rs")]
#[cfg_attr(windows, path = "desktop_keyring/windows.rs")]
pub mod desktop_keyring;
#[cfg_attr(unix, path = "environment/unix.rs")]
#[cfg_attr(windows, path = "environment/windows.rs")]
pub mod environment;
#[cfg_attr(unix, path = "file_rights/unix.rs")]
#[cfg_attr(windows, path = "file_rights/windows.rs")]
pub mod file_rights;
#[cfg_attr(unix, path = "folders/unix.rs")]
#[cfg_attr(windows, path = "folders/windows.rs")]
pub mod folders;
#[cfg_attr(unix, path = "limits/unix.rs")]
#[cfg_attr(windows, path = "limits/windows.rs")]
pub mod limits;
#[cfg_attr(unix, path = "names/unix.rs")]
#[cfg_attr(windows, path = "names/windows.rs")]
pub mod names;
#[cfg_attr(unix, path = "output/unix.rs")]
#[cfg_attr(windows, path = "output/windows.rs")]
pub mod output;
#[cfg_attr(unix, path = "prompt/unix.rs")]
#[cfg_attr(windows, path = "prompt/windows.rs")]
pub mod prompt;
#[cfg_attr(unix, path = "signals/unix.rs")]
#[cfg_attr(windows, path = "signals/windows.rs")]
pub mod signals;
#[cfg_attr(unix, path = "terminal/unix.rs")]
#[cfg_attr(windows, path = "terminal/windows.rs")]
pub mod terminal;
