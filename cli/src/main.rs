//! The program: parse the arguments, resolve the settings, prepare, read the password, confine the process, upload,
//! report, exit. The library does all the work.

mod args;
mod cli_error;
mod context;
mod exit_code;
mod input;
mod messages;
mod output;
mod settings;
mod signals;

use std::process;
use std::sync::Arc;

use ftp_uploader::{CancelToken, Confinement, Prepared, UploadError, Uploader, forbid_dumps};

use args::Args;
use cli_error::CliError;
use context::Context;
use exit_code::ExitCode;
use input::environment::SecretVariables;
use input::open_files;
use output::explain::{self, Format};
use output::human::Display;
use output::stderr;
use settings::Settings;

fn main() -> process::ExitCode {
    let args = match Args::parse() {
        Ok(args) => args,
        Err(done) => return done.into(),
    };
    match run(args) {
        Ok(()) => ExitCode::Stored.into(),
        Err((code, lines)) => {
            let lines: Vec<_> = lines.iter().map(|line| format!("ftp-uploader: {line}")).collect();
            // If standard error is blocked or closed, the exit code remains.
            stderr::say_last(&lines.join("\n"));
            code.into()
        }
    }
}

/// The exit code, and one line for each failure.
type Failed = (ExitCode, Vec<String>);

fn run(args: Args) -> Result<(), Failed> {
    // Before the password is in memory.
    forbid_dumps();
    open_files::allow_all();
    let settings = Settings::resolve(args, SecretVariables::take()).map_err(|error| failed(&error, None))?;
    let token = CancelToken::new().map_err(|error| internal(&error.to_string()))?;
    let settings = settings.cancelled_by(&token);
    signals::cancel_on_signal(&token);
    let context = Arc::clone(&settings.context);
    upload(settings).map_err(|error| failed(&error, Some(&context)))
}

fn failed(error: &CliError, context: Option<&Context>) -> Failed {
    (ExitCode::of(error), messages::lines(context, error))
}

fn internal(text: &str) -> Failed {
    failed(&UploadError::Fault(text.to_owned()).into(), None)
}

fn upload(settings: Settings) -> Result<(), CliError> {
    Uploader::check_files(&settings.request)?;
    let display = Arc::new(Display::new(&settings));
    let uploader = uploader(&settings)?;
    if let Some(format) = settings.explain {
        return explain(&settings, format, &uploader.prepare(&settings.request, display)?);
    }
    settings.password.check()?;
    settings.warnings.iter().for_each(|line| stderr::say(line));
    let mut prepared = uploader.prepare(&settings.request, display.clone())?;
    prepared.password_from(|| settings.password.read(&settings.context))?;
    let confinement = prepared.confine();
    display.confined(&confinement);
    require(settings.require_confinement, &confinement)?;
    let report = prepared.upload();
    display.clear();
    report.into_result()?;
    Ok(())
}

fn explain(settings: &Settings, format: Format, prepared: &Prepared<'_>) -> Result<(), CliError> {
    let confinement = prepared.confine();
    explain::explain(format, &prepared.grants(), &confinement);
    require(settings.require_confinement, &confinement)
}

/// Applies `--require-fence`. Nothing was sent yet.
fn require(required: bool, confinement: &Confinement) -> Result<(), CliError> {
    let missing: Vec<_> = confinement.missing().collect();
    if required && !missing.is_empty() { Err(CliError::Usage(messages::request::no_fence(&missing))) } else { Ok(()) }
}

#[cfg(not(feature = "compiler"))]
fn uploader(_: &Settings) -> Result<Uploader, CliError> {
    Ok(Uploader::new()?)
}

/// With the component of `--component` instead of the built-in one.
#[cfg(feature = "compiler")]
fn uploader(settings: &Settings) -> Result<Uploader, CliError> {
    let Some(path) = &settings.component else { return Ok(Uploader::new()?) };
    let wasm = std::fs::read(path).map_err(|error| {
        CliError::Usage(format!("cannot read {path:?}: {error}. Nothing was sent; check the path."))
    })?;
    Ok(Uploader::from_wasm(&wasm)?)
}
