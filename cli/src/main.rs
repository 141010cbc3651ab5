//! The program: parse the arguments, resolve the settings, prepare, read the password, confine the process, upload,
//! report, exit. The library does all the work.

mod args;
mod cli_error;
mod exit_code;
mod input;
mod messages;
mod output;
mod platform;
mod profile;
mod settings;
mod signals;

use std::env;
use std::process;
use std::sync::Arc;

use ftp_uploader::{
    CancelToken, Confinement, Context, Prepared, UploadError, UploadReport, Uploader, forbid_dumps, words,
};

use args::{Args, Invocation};
use cli_error::CliError;
use exit_code::ExitCode;
use input::environment::SecretVariables;
use input::password;
use output::document;
use output::explain::Format;
use output::ndjson::{self, Ending};
use output::outputs::Outputs;
use output::stderr;
use platform::limits;
use profile::Surroundings;
use settings::{Checking, Settings};
use signals::SignalThread;

fn main() -> process::ExitCode {
    #[cfg(feature = "keyring")]
    if let Some(done) = input::desktop_keyring::answer_as_child() {
        return done;
    }
    // Before a password is in memory.
    forbid_dumps();
    let variables = SecretVariables::take();
    let is_set = |name: &str| variables.has(name);
    let surroundings = Surroundings { variable: &|name| env::var_os(name), has_secret: &is_set };
    let args = match Invocation::read(&surroundings) {
        Ok(Invocation::Run(args)) => args,
        Ok(Invocation::Settings(text)) => return print(text.as_bytes()),
        Ok(Invocation::Completions(shell)) => return print(&args::completions(shell)),
        Ok(Invocation::Man) => return print(&args::manual()),
        Err(done) => return done.into(),
    };
    match run(*args, variables) {
        Ok(report) => {
            ndjson::close(written(), report.as_ref(), &Ending::Done);
            written().into()
        }
        Err(failed) => failed.tell().into(),
    }
}

/// Prints a text on standard output.
fn print(text: &[u8]) -> process::ExitCode {
    document::print(text);
    written().into()
}

/// The exit code of a run that has done everything: of a document that could not be written, if there is one.
fn written() -> ExitCode {
    if document::has_failed() { ExitCode::Usage } else { ExitCode::Stored }
}

/// The error that has ended the run, and the context of its messages, if there were settings.
struct Failed {
    error: CliError,
    context: Option<Arc<Context>>,
}

impl Failed {
    fn code(&self) -> ExitCode {
        ExitCode::of(&self.error)
    }

    /// One line for each failure.
    fn lines(&self) -> Vec<String> {
        messages::lines(self.context.as_deref(), &self.error)
    }

    /// Writes one line for each failure, and the last event. If the outputs are blocked or closed, the exit code remains.
    fn tell(&self) -> ExitCode {
        let lines: Vec<_> = self.lines().iter().map(|line| format!("ftp-uploader: {line}")).collect();
        stderr::say_last(&lines.join("\n"));
        let ending = match (&self.error, &self.context) {
            (CliError::Upload(_), Some(context)) => Ending::Incomplete(context),
            (CliError::Usage(line), _) => Ending::Mistake(line),
            (CliError::Upload(report), None) => Ending::Bug(&report.to_string()),
        };
        ndjson::close(self.code(), self.error.report(), &ending);
        self.code()
    }
}

/// Returns the report of a run that did everything; `None` if nothing was to be uploaded.
fn run(args: Args, variables: SecretVariables) -> Result<Option<UploadReport>, Failed> {
    limits::allow_all_files();
    let settings = Settings::resolve(args, variables).map_err(|error| Failed { error, context: None })?;
    let token = CancelToken::new().map_err(|error| internal(&words::without_code(&error)))?;
    let settings = settings.cancelled_by(&token);
    let thread = signals::cancel_on_signal(&token);
    let context = Arc::clone(&settings.context);
    let check = settings.check.clone().filter(|_| settings.explain.is_none());
    let outputs = Arc::new(Outputs::new(&settings));
    settings.trust_prompt.iter().for_each(|prompt| prompt.interrupts(&outputs));
    let result = upload(settings, &outputs, &token, thread).map_err(|error| {
        if let CliError::Upload(report) = &error {
            outputs.add_failures(report);
        }
        Failed { error, context: Some(Arc::clone(&context)) }
    });
    if let Some(check) = check {
        print_check(&check, &context, &result);
    }
    result
}

/// Prints the result of a check, as far as it has come.
fn print_check(check: &Checking, context: &Context, result: &Result<Option<UploadReport>, Failed>) {
    let (report, code, failures) = match result {
        Ok(report) => (report.as_ref(), ExitCode::Stored, Vec::new()),
        Err(failed) => (failed.error.report(), failed.code(), failed.lines()),
    };
    if let Some(report) = report {
        output::check::print(check, context, report, &failures, code as u8);
    }
}

fn internal(text: &str) -> Failed {
    Failed { error: UploadError::Fault(text.to_owned()).into(), context: None }
}

/// Carries out the job. Returns the report, unless `--explain` was given.
fn upload(
    settings: Settings,
    outputs: &Arc<Outputs>,
    token: &CancelToken,
    thread: SignalThread,
) -> Result<Option<UploadReport>, CliError> {
    let uploader = uploader(&settings)?;
    if let Some(format) = settings.explain {
        let prepared = uploader.prepare(&settings.request, outputs.clone());
        outputs.suspend();
        return explain(&settings, format, prepared?, outputs, thread).map(|()| None);
    }
    let prompt = settings.password.prompt(token).or_else(|error| {
        // `prepare` would look for the files before the password was read, so that they are looked for here, too.
        Uploader::check_files(&settings.request)?;
        Err(error)
    })?;
    outputs.warn(&settings.warnings);
    let prepared = uploader.prepare(&settings.request, outputs.clone());
    outputs.suspend();
    let mut prepared = prepared?;
    prepared.password_from(|| settings.password.read(&settings.context, prompt.as_ref()))?;
    if let Some(prompt) = &prompt {
        prepared.password_after_refusal(|error| {
            let refusal = words::short(&settings.context, error);
            outputs.pause(|| password::ask_again(prompt, &settings.context, &refusal))
        });
    }
    thread.wait_until_enclosed();
    let confinement = prepared.confine();
    outputs.confined(&confinement);
    require(settings.require_confinement, &confinement)?;
    let mut report = prepared.upload();
    // The library does not know that the names of options are those of a program.
    report.context = Arc::clone(&settings.context);
    outputs.finish(settings.dry_run, &report);
    if report.is_complete() { Ok(Some(report)) } else { Err(report.into()) }
}

fn explain(
    settings: &Settings,
    format: Format,
    prepared: Prepared<'_>,
    outputs: &Outputs,
    thread: SignalThread,
) -> Result<(), CliError> {
    thread.wait_until_enclosed();
    let confinement = prepared.confine();
    outputs.explain(format, &prepared, &confinement);
    require(settings.require_confinement, &confinement)?;
    // The named files that cannot be sent.
    prepared.cancel().into_result()?;
    Ok(())
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
        CliError::Usage(format!(
            "cannot read {}: {}. Nothing was sent; check the path.",
            words::shown(path),
            words::without_code(&error)
        ))
    })?;
    Ok(Uploader::from_wasm(&wasm)?)
}
