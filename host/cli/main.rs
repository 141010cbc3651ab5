//! The program: parse, open and look up everything, ask for the password, put up the fence, upload, report, exit. It can do
//! nothing that the library cannot.
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
mod file_message;
mod message;
mod network;
mod open_files;
mod password;
mod proxy;
mod proxy_message;
mod remains_message;
mod short_message;
mod signals;
mod stderr;
mod step_message;
mod tls;
mod tls_message;
mod trouble;
mod twins;

use std::process;
use std::sync::Arc;

use ftp_uploader::{Interrupt, UploadError, Uploader, Walls, forbid_dumps};

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
    let uploader = uploader(args)?;
    if let Some(format) = args.explain {
        let upload = uploader.prepare(&request, display)?;
        let walls = upload.fence();
        explain::explain(format, &upload.grants(), &walls);
        return require_fence(args, &walls);
    }
    place.check()?;
    display.warn(args);
    let mut upload = uploader.prepare(&request, display.clone())?;
    upload.password_from(|| place.read(args))?;
    let walls = upload.fence();
    display.fenced(&walls);
    require_fence(args, &walls)?;
    let outcome = upload.upload();
    display.clear();
    outcome?;
    Ok(())
}

/// Nothing was sent by now, the password least of all.
fn require_fence(args: &Args, walls: &Walls) -> Result<(), Trouble> {
    let missing: Vec<_> = walls.missing().map(|(name, why)| format!("{name} ({why})")).collect();
    if !args.require_fence || missing.is_empty() {
        return Ok(());
    }
    Err(Trouble::Usage(format!(
        "a part of the fence is missing: {}. Nothing was sent; use a newer kernel, or leave --require-fence out.",
        missing.join(", ")
    )))
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
    let lines = message::lines(args, trouble);
    let lines: Vec<_> = lines.iter().map(|line| format!("ftp-uploader: {line}")).collect();
    stderr::say_last(&lines.join("\n"));
}
