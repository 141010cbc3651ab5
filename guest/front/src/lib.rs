//! The front: `ftp-uploader HOST USERNAME LOCALFILE REMOTEDIR` as a `wasi:cli` command, for any platform with WASI 0.2;
//! and `ftp-uploader sync`, which makes a directory on the server hold what a local one holds (`sync/`).
//!
//! It can only do the things that its world allows (`guest/provider/wit/world.wit`): it lets the provider create the
//! handles, passes them to the guest, and prints the result. `args.rs` parses the command line, `message.rs` has the
//! messages. The crate `ftp-delivery` decides which questions the server is asked besides storing; `delivery.rs` carries
//! them out.
//!
//! The exit code is 0 or 1: the function of `wasi:cli/exit` for other codes is not stable.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod args;
mod cli_error;
mod delivery;
mod failure;
mod link;
mod message;
mod sync;

// Linked for its allocator, panic handler and `cabi_realloc`.
#[cfg(target_family = "wasm")]
use ftp_guest_runtime as _;

/// The bindings that wit-bindgen generates from `wit/`.
#[allow(unsafe_code, missing_docs, clippy::undocumented_unsafe_blocks, reason = "generated; documented in wit/")]
mod bindings {
    wit_bindgen::generate!({ world: "ftp-uploader:wasi/front", path: ["../../wit", "../provider/wit"], generate_all });
}

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use ftp_text::escape::Escaped;
use wasip2::cli::environment::{get_arguments, get_environment};

use args::Args;
use bindings::ftp_uploader::wasi::grants::{open_file, take_password};
use cli_error::CliError;
use delivery::{File, PutFile, Verified};
use link::Link;

/// The environment variables, in the order of the arguments.
const VARIABLES: [&str; 4] = ["FTP_HOST", "FTP_USERNAME", "FTP_LOCALFILE", "FTP_REMOTEDIR"];

/// The word that selects the command for directories. A host of this name is written as `ftp://sync`.
const SYNC: &str = "sync";

struct Front;

impl wasip2::exports::cli::run::Guest for Front {
    fn run() -> Result<(), ()> {
        let arguments = arguments();
        let done = match &arguments[..] {
            [_, first, rest @ ..] if first == SYNC => sync::run(rest),
            _ => Args::parse(&arguments).and_then(|args| upload(&args)),
        };
        match done {
            Ok(last_line) => ftp_guest_console::say(&last_line),
            Err(CliError::Incomplete(last_line)) => {
                ftp_guest_console::say(&last_line);
                return Err(());
            }
            Err(cli_error) => {
                ftp_guest_console::say(&format!("ftp-uploader: {}", message::line(&cli_error)));
                return Err(());
            }
        }
        Ok(())
    }
}

/// Returns the arguments; or the values of four environment variables, on platforms without arguments (wasmCloud).
fn arguments() -> Vec<String> {
    let given = get_arguments();
    if given.len() > 1 {
        return given;
    }
    let variables = get_environment();
    let value = |name| variables.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let program = String::from("ftp-uploader");
    core::iter::once(program).chain(VARIABLES.iter().filter_map(value)).collect()
}

/// Uploads the file. Everything is prepared before anything is sent. Returns the message to print.
fn upload(args: &Args<'_>) -> Result<String, CliError> {
    let Args { target, file, name } = args;
    let source = open_file(file).map_err(|why| CliError::File((*file).into(), why))?;
    let password = take_password().map_err(CliError::Password)?;
    let link = Link::open(target, &password, true)?;
    let size = source.size().ok_or(CliError::Fault)?;
    let file = File { source: &source, size, path: file, name: name.as_bytes() };
    let entered = link.enter(target.directory.as_bytes()).map_err(|why| target.blame(why));
    let done = entered.and_then(|()| PutFile::new(&link, target, &file).put());
    link.quit();
    done.map(|verified| stored(name.as_bytes(), target.directory, size, verified))
}

/// Returns the line about a stored file.
fn stored(name: &[u8], directory: &str, size: u64, verified: Verified) -> String {
    let (name, directory) = (Escaped(name), Escaped(directory.as_bytes()));
    let how = match verified {
        Verified::Hash(algorithm) => format!("{} confirmed by the server", message::name(algorithm)),
        Verified::Size => "size confirmed by the server".into(),
        Verified::No => "confirmed by the server, not verified".into(),
    };
    format!("Stored {name} in {directory}: {size} bytes, {how}")
}

wasip2::cli::command::export!(Front);
