//! The front: `ftp-uploader HOST USERNAME LOCALFILE REMOTEDIR` as a `wasi:cli` command, for any platform with WASI 0.2.
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
mod message;

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
use ftp_delivery::defaults;
use wasip2::cli::environment::{get_arguments, get_environment};

use args::Args;
use bindings::ftp_uploader::upload::upload::{DataMode, Login, Protection, Session};
use bindings::ftp_uploader::wasi::grants::{Conversation, Patience, connect, open_file, take_password};
use cli_error::CliError;
use delivery::{PutFile, Verified};
use ftp_text::escape::Escaped;

/// The deadlines of the native program.
const DEADLINES: Patience =
    Patience { silence: defaults::TIMEOUT.as_secs() as u32, connecting: defaults::CONNECT_TIMEOUT.as_secs() as u32 };

/// The environment variables, in the order of the arguments.
const VARIABLES: [&str; 4] = ["FTP_HOST", "FTP_USERNAME", "FTP_LOCALFILE", "FTP_REMOTEDIR"];

struct Front;

impl wasip2::exports::cli::run::Guest for Front {
    fn run() -> Result<(), ()> {
        let arguments = arguments();
        match Args::parse(&arguments).and_then(|args| upload(&args)) {
            Ok(stored) => ftp_guest_console::say(&stored),
            Err(cli_error) => {
                ftp_guest_console::say(&format!("ftp-uploader: {}", message::line(&cli_error)));
                return Err(());
            }
        }
        Ok(())
    }
}

/// Returns the four arguments; or the values of four environment variables, on platforms without arguments (wasmCloud).
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
    let source = open_file(args.file).map_err(|why| CliError::File(args.file.into(), why))?;
    let password = take_password().map_err(CliError::Password)?;
    let lent = connect(&args.server, DEADLINES, args.verbose)
        .map_err(|why| CliError::Connect(args.server.host.clone(), why))?;
    let size = source.size().ok_or(CliError::Fault)?;
    let Conversation { control, progress, witness } = lent;
    // `connect` has checked that a connection in clear is allowed.
    let (protection, data_mode) = (Protection::Clear, DataMode::Passive);
    let login = Login { user: args.user.as_bytes().into(), account: None, protection, data_mode };
    let session = Session::open(control, &password, &login, progress).map_err(|why| args.blame(why))?;
    let entered = session.enter(args.directory.as_bytes(), false).map_err(|why| args.blame(why));
    let done = entered.and_then(|()| PutFile::new(&session, args, &source, size, &witness).put());
    // QUIT is sent unless the session has ended.
    if !matches!(&done, Err(cli_error) if failure::ends_session(cli_error)) {
        session.quit();
    }
    done.map(|verified| stored(args, size, verified))
}

fn stored(args: &Args<'_>, size: u64, verified: Verified) -> String {
    let (name, directory) = (Escaped(args.name.as_bytes()), Escaped(args.directory.as_bytes()));
    let how = match verified {
        Verified::Hash(algorithm) => format!("{} confirmed by the server", message::name(algorithm)),
        Verified::Size => "size confirmed by the server".into(),
        Verified::No => "confirmed by the server, not verified".into(),
    };
    format!("Stored {name} in {directory}: {size} bytes, {how}")
}

wasip2::cli::command::export!(Front);
