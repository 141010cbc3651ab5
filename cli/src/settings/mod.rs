//! The settings of one run. An option takes precedence over an environment variable, and both over the library's
//! default. Options of a profile are already among the options here.

mod check;
mod put;
mod sync;
#[cfg(test)]
mod tests;
mod tls;
mod tree;
mod trust;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ftp_uploader::{
    AskTrust, CancelToken, Context, Delivery, Escaped, Job, Network, Request, Server, Target, Verify, Wording,
};
use zeroize::Zeroizing;

use crate::args::{Args, DeliveryArgs, NetworkArgs, Places, Proof, Switching};
use crate::cli_error::CliError;
use crate::input::environment::{SecretVariables, sendable};
use crate::input::password::PasswordSource;
use crate::input::proxy;
use crate::input::trust_prompt::TrustPrompt;
use crate::output::explain::Format;

pub use check::Checking;

/// The settings of one run. All of them are checked, but the password is not read yet.
pub struct Settings {
    /// The upload, without the password.
    pub request: Request,
    /// The facts that messages and the display mention. They share it.
    pub context: Arc<Context>,
    /// The source of the password. It is read after the server's name is resolved.
    pub password: PasswordSource,
    /// `--remember-pin`: asks about a certificate that is not trusted.
    pub trust_prompt: Option<Arc<TrustPrompt>>,
    /// The amount of output while the files are sent.
    pub verbosity: Verbosity,
    /// `--explain`, with its format. If it is set, nothing is uploaded.
    pub explain: Option<Format>,
    /// `--dry-run` of `sync`, with its format. If it is set, nothing is changed on the server.
    pub dry_run: Option<Format>,
    /// The output of `check`; `None` for another command.
    pub check: Option<Checking>,
    /// True if `--require-fence` was given: the run fails if a part of the confinement is missing.
    pub require_confinement: bool,
    /// Lines to print before the run: protection that the user turned off, and input that may be a mistake.
    pub warnings: Vec<String>,
    /// The component that replaces the built-in one in tests of the sandbox.
    #[cfg_attr(not(feature = "compiler"), expect(dead_code, reason = "only builds for tests load a component"))]
    pub component: Option<PathBuf>,
}

/// The amount of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// Only errors, warnings and notes.
    Quiet,
    /// Also progress and stored files.
    Normal,
    /// Also the conversation with the server.
    Verbose,
}

impl Settings {
    /// Resolves `args` and `variables`. It takes ownership of inherited descriptors, so call it before the program opens
    /// anything: the number of a descriptor must not lead to one of the program's own.
    ///
    /// # Errors
    /// If the command line can never be carried out: a malformed host, a text that no command can carry, a file that is
    /// not a key.
    pub fn resolve(mut args: Args, variables: SecretVariables) -> Result<Self, CliError> {
        args.output.apply(args.check.is_none());
        let password = PasswordSource::of(&args, variables.password)?;
        let places = put::with_listed_files(&args, args.places().map_err(CliError::Usage)?)?;
        check_directory(&args, &places)?;
        check_resuming(&args.delivery)?;
        let server: Server = places.host.to_string_lossy().parse()?;
        let mut security = tls::security(&args.tls, &server)?;
        let trust_prompt = trust::prompt(&args, &places, &server, &security)?;
        security.ask = trust_prompt.clone().map(|prompt| prompt as Arc<dyn AskTrust>);
        let network = network(&args.network, variables.proxy_auth)?;
        let target = target(&args, &places, server, variables.account.as_deref())?;
        let request = Request::of(target, job(&args, &places)?).security(security).network(network)?;
        let request = request.delivery(delivery_of(&args));
        let context = Arc::new(context(&places, &request));
        Ok(Self {
            request,
            warnings: crate::output::warnings::of(&args, &places, &context),
            context,
            password,
            trust_prompt,
            verbosity: verbosity(&args),
            explain: args.explain,
            dry_run: args.sync.as_ref().and_then(|sync| sync.dry_run),
            require_confinement: args.require_fence,
            check: args.check.take().map(|options| check::output(options, args.output.json)),
            component: component(args),
        })
    }

    /// Lets `token` cancel the run.
    pub fn cancelled_by(self, token: &CancelToken) -> Self {
        self.trust_prompt.iter().for_each(|prompt| prompt.cancelled_by(token));
        Self { request: self.request.cancelled_by(token), ..self }
    }
}

#[cfg(feature = "compiler")]
fn component(args: Args) -> Option<PathBuf> {
    args.component
}

#[cfg(not(feature = "compiler"))]
fn component(_: Args) -> Option<PathBuf> {
    None
}

fn verbosity(args: &Args) -> Verbosity {
    match (args.quiet, args.verbose) {
        (true, _) => Verbosity::Quiet,
        (false, true) => Verbosity::Verbose,
        (false, false) => Verbosity::Normal,
    }
}

/// The facts about `request`, with the server as it was typed.
fn context(places: &Places, request: &Request) -> Context {
    let mut context = Context::of(request);
    context.wording = Wording::Program;
    context.host = places.host.to_string_lossy().into_owned();
    context.last_is_local_file = last_is_local_file(places);
    context
}

fn target(args: &Args, places: &Places, server: Server, variable: Option<&Vec<u8>>) -> Result<Target, CliError> {
    let target = Target::new(server, places.user.as_encoded_bytes())?;
    let target = args.delivery.site.iter().try_fold(target, |target, text| target.site(text.as_encoded_bytes()))?;
    match account(args.account.as_deref(), variable.map(Vec::as_slice))? {
        Some(account) => Ok(target.account(account)?),
        None => Ok(target),
    }
}

/// The account: `--account`, else `FTP_ACCOUNT` unless it is empty.
fn account<'a>(option: Option<&'a OsStr>, variable: Option<&'a [u8]>) -> Result<Option<&'a [u8]>, CliError> {
    let variable = variable.filter(|account| !account.is_empty());
    match option {
        Some(option) => Ok(Some(option.as_encoded_bytes())),
        None => variable.map(|account| sendable("FTP_ACCOUNT", account)).transpose(),
    }
}

fn job(args: &Args, places: &Places) -> Result<Job, CliError> {
    match (&args.sync, &args.check) {
        (Some(options), _) => sync::job(args, places, options).map(Job::from),
        (None, Some(options)) => check::job(options, places).map(Job::from),
        (None, None) => put::job(args, places).map(Job::from),
    }
}

/// Refuses `--create-dirs` if REMOTEDIR is the name of a local file. If the user forgot REMOTEDIR after a list of
/// files, the last file becomes REMOTEDIR, and `--create-dirs` would create that directory. Without `--create-dirs` the
/// server reports that there is no such directory.
fn check_directory(args: &Args, places: &Places) -> Result<(), CliError> {
    if !(args.delivery.create_dirs && last_is_local_file(places)) {
        return Ok(());
    }
    let name = Escaped(places.directory.as_encoded_bytes());
    Err(CliError::Usage(format!(
        "REMOTEDIR forgotten? The last argument, {name}, is a local file, and --create-dirs would create a directory \
         with that name. Nothing was sent; add REMOTEDIR, or write {name}/ if that directory is meant."
    )))
}

/// Returns true if the last word is the name of a local file, so that REMOTEDIR may have been forgotten.
fn last_is_local_file(places: &Places) -> bool {
    places.directory_is_last_word && !places.files.is_empty() && Path::new(&places.directory).is_file()
}

/// Refuses `--resume` beside `--skip-existing`, which would leave out the very files that are to be completed. With
/// `--atomic`, an incomplete file has another name.
fn check_resuming(args: &DeliveryArgs) -> Result<(), CliError> {
    if !(args.skip_existing && args.resume && !args.atomic) {
        return Ok(());
    }
    Err(CliError::Usage(
        "--resume completes files that are there, and --skip-existing leaves them out. Nothing was sent; leave one of \
         them out, or add --atomic, with which an incomplete file has another name."
            .to_owned(),
    ))
}

fn network(args: &NetworkArgs, proxy_auth: Option<Zeroizing<Vec<u8>>>) -> Result<Network, CliError> {
    let mut network = Network::default();
    network.timeout = args.timeout.unwrap_or(network.timeout);
    network.connect_timeout = args.connect_timeout.unwrap_or(network.connect_timeout);
    network.max_time = args.max_time;
    network.limit_rate = args.limit_rate;
    network.active = args.active;
    network.source_address = args.source_address;
    network.interface = args.interface.clone();
    network.proxy = args.proxy.as_deref().map(|typed| proxy::parse(typed, proxy_auth)).transpose()?;
    Ok(network)
}

/// The delivery of the files of an upload, or of `sync`, which sets the times of files unless it is told not to.
fn delivery_of(args: &Args) -> Delivery {
    let mut delivery = delivery(&args.delivery);
    if let Some(sync) = &args.sync {
        delivery.preserve_time = !sync.no_preserve_time;
        delivery.atomic = sync.switch == Switching::PerFile;
        delivery.replace = delivery.atomic;
    }
    delivery
}

fn delivery(args: &DeliveryArgs) -> Delivery {
    let mut delivery = Delivery::default();
    delivery.jobs = args.jobs.unwrap_or(delivery.jobs);
    delivery.fail_fast = args.fail_fast;
    delivery.retry.limit = args.retries.unwrap_or(delivery.retry.limit);
    delivery.retry.delay = args.retry_delay.unwrap_or(delivery.retry.delay);
    delivery.retry.max_time = args.retry_max_time;
    delivery.retry.connection_refused = args.retry_connrefused;
    delivery.resume = args.resume;
    delivery.atomic = args.atomic;
    delivery.replace = args.replace;
    delivery.unique = args.unique;
    delivery.skip_existing = args.skip_existing;
    delivery.create_directories = args.create_dirs;
    delivery.preserve_time = args.preserve_time;
    delivery.mode = args.chmod;
    delivery.verify = match args.verify {
        None => delivery.verify,
        Some(Proof::Hash) => Verify::Hash,
        Some(Proof::Size) => Verify::Size,
        Some(Proof::Off) => Verify::Nothing,
    };
    delivery
}
