//! The program: parse, ask for the password, open everything, shut the door, upload, report, exit. It can do nothing
//! that the library cannot.
//!
//! What was typed becomes a `Request` in `args.rs`; words for what went wrong are in `message.rs`. Next:
//! `host/src/uploader.rs`, which does what the request asks.

mod args;
mod delivery;
mod descriptor;
mod display;
mod environment;
mod exit_code;
mod explain;
mod message;
mod network;
mod open_files;
mod password;
mod proxy;
mod proxy_message;
mod signals;
mod step_message;
mod tls;
mod tls_message;
mod trouble;

use std::io::{self, Write};
use std::process;
use std::sync::Arc;

use ftp_uploader::{Interrupt, UploadError, Uploader, forbid_dumps};

use args::Args;
use display::Display;
use exit_code::ExitCode;
use password::Place;
use trouble::Trouble;

fn main() -> process::ExitCode {
    let args = match Args::parse() {
        Ok(args) => Arc::new(args),
        Err(done) => return done.into(),
    };
    match upload(&args) {
        Ok(()) => ExitCode::Stored.into(),
        Err(trouble) => {
            report(&args, &trouble);
            ExitCode::of(&trouble).into()
        }
    }
}

fn upload(args: &Arc<Args>) -> Result<(), Trouble> {
    // Before there is a password to be found in one.
    forbid_dumps();
    let place = Place::of(args)?;
    let interrupt = Interrupt::new().map_err(|error| UploadError::Fault(error.to_string()))?;
    open_files::allow_all();
    // Both before there is a second thread: they empty variables.
    let request = args.to_request()?.interrupt(&interrupt);
    signals::ring(&interrupt);
    request.check_files()?;
    let display = Arc::new(Display::new(args));
    if let Some(format) = args.explain {
        let uploader = uploader(args)?;
        let upload = uploader.prepare(&request, display)?;
        explain::explain(format, &upload.grants(), &upload.fence());
        return Ok(());
    }
    let request = request.password(place.read(args)?);
    display.warn(args);
    let uploader = uploader(args)?;
    let upload = uploader.prepare(&request, display.clone())?;
    display.fenced(&upload.fence());
    let outcome = upload.upload();
    display.clear();
    outcome?;
    Ok(())
}

#[cfg(not(feature = "compiler"))]
fn uploader(_: &Args) -> Result<Uploader, Trouble> {
    Ok(Uploader::new()?)
}

/// With the component that is to be tested in the place of the built-in one.
#[cfg(feature = "compiler")]
fn uploader(args: &Args) -> Result<Uploader, Trouble> {
    let Some(path) = &args.component else { return Ok(Uploader::new()?) };
    let wasm = std::fs::read(path)
        .map_err(|error| Trouble::Usage(format!("cannot read {path:?}: {error}. Nothing was sent; check the path.")))?;
    Ok(Uploader::from_wasm(&wasm)?)
}

/// One line for each thing that went wrong. A full or closed stderr must not change the outcome.
fn report(args: &Args, trouble: &Trouble) {
    let mut stderr = io::stderr().lock();
    for line in message::lines(args, trouble) {
        let _ = writeln!(stderr, "ftp-uploader: {line}");
    }
}
