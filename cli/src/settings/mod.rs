//! The settings of one run. An option takes precedence over an environment variable, and both over the library's
//! default.

#[cfg(test)]
mod tests;
mod tls;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use ftp_uploader::{CancelToken, Delivery, Escaped, Network, Put, Request, Server, Target, Verify};
use zeroize::Zeroizing;

use crate::args::{Args, DeliveryArgs, NetworkArgs, Proof};
use crate::cli_error::CliError;
use crate::context::Context;
use crate::input::environment::SecretVariables;
use crate::input::password::PasswordSource;
use crate::input::{descriptor, proxy};
use crate::output::explain::Format;

/// The line for a missing LOCALFILE. Clap cannot express that only `--from-stdin` replaces it.
const NO_FILE: &str = "LOCALFILE or REMOTEDIR is missing. The command line is incomplete; see ftp-uploader --help.";

/// The settings of one run. All of them are checked, but the password is not read yet.
pub struct Settings {
    /// The upload, without the password.
    pub request: Request,
    /// The facts that messages and the display mention. They share it.
    pub context: Arc<Context>,
    /// The source of the password. It is read after the server's name is resolved.
    pub password: PasswordSource,
    /// The amount of output while the files are sent.
    pub verbosity: Verbosity,
    /// `--explain`, with its format. If it is set, nothing is uploaded.
    pub explain: Option<Format>,
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
    pub fn resolve(args: Args, variables: SecretVariables) -> Result<Self, CliError> {
        let password = PasswordSource::of(&args, variables.password)?;
        check_directory(&args)?;
        let server: Server = args.host.to_string_lossy().parse()?;
        let context = Arc::new(context(&args));
        let security = tls::security(&args.tls, &server)?;
        let network = network(&args.network, variables.proxy_auth)?;
        let target = target(&args, server, variables.account.as_deref())?;
        let request = Request::new(target, put(&args)?).security(security).network(network)?;
        Ok(Self {
            request: request.delivery(delivery(&args.delivery)),
            warnings: crate::output::warnings::of(&args, &context),
            context,
            password,
            verbosity: verbosity(&args),
            explain: args.explain,
            require_confinement: args.require_fence,
            component: component(args),
        })
    }

    /// Lets `token` cancel the run.
    pub fn cancelled_by(self, token: &CancelToken) -> Self {
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

fn context(args: &Args) -> Context {
    let host = args.host.to_string_lossy().into_owned();
    Context {
        may_be_clear: tls::may_be_clear(&args.tls, &host, args.network.proxy.is_some()),
        host,
        user: args.user.as_bytes().to_vec(),
        directory: args.directory().to_vec(),
        count: args.files().len() + usize::from(args.from_stdin.is_some()),
        stream_name: args.from_stdin.clone(),
        atomic: args.delivery.atomic,
        replace: args.delivery.replace,
        active: args.network.active,
        behind_proxy: args.network.proxy.is_some(),
        client_certificate: args.tls.cert.is_some(),
        last_is_local_file: args.last_is_local_file(),
        empty_password: OnceLock::new(),
    }
}

fn target(args: &Args, server: Server, variable: Option<&Vec<u8>>) -> Result<Target, CliError> {
    let target = Target::new(server, args.user.as_bytes())?;
    let target = args.delivery.site.iter().try_fold(target, |target, text| target.site(text.as_bytes()))?;
    match account(args.account.as_deref(), variable.map(Vec::as_slice)) {
        Some(account) => Ok(target.account(account)?),
        None => Ok(target),
    }
}

/// The account: `--account`, else `FTP_ACCOUNT` unless it is empty.
fn account<'a>(option: Option<&'a OsStr>, variable: Option<&'a [u8]>) -> Option<&'a [u8]> {
    option.map(OsStr::as_bytes).or(variable.filter(|account| !account.is_empty()))
}

fn put(args: &Args) -> Result<Put, CliError> {
    let put = Put::into_directory(args.directory())?;
    let put = args.files().iter().try_fold(put, Put::file)?;
    match &args.from_stdin {
        Some(name) => Ok(put.stream(descriptor::standard_input()?, name.as_bytes())?),
        None if args.files().is_empty() => Err(CliError::Usage(NO_FILE.to_owned())),
        None => Ok(put),
    }
}

/// Refuses `--create-dirs` if REMOTEDIR is the name of a local file. If the user forgot REMOTEDIR after a list of
/// files, the last file becomes REMOTEDIR, and `--create-dirs` would create that directory. Without `--create-dirs` the
/// server reports that there is no such directory.
fn check_directory(args: &Args) -> Result<(), CliError> {
    if !(args.delivery.create_dirs && args.last_is_local_file()) {
        return Ok(());
    }
    let name = Escaped(args.directory());
    Err(CliError::Usage(format!(
        "REMOTEDIR forgotten? The last argument, {name}, is a local file, and --create-dirs would create a directory \
         with that name. Nothing was sent; add REMOTEDIR, or write {name}/ if that directory is meant."
    )))
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

fn delivery(args: &DeliveryArgs) -> Delivery {
    let mut delivery = Delivery::default();
    delivery.retry.limit = args.retries.unwrap_or(delivery.retry.limit);
    delivery.retry.delay = args.retry_delay.unwrap_or(delivery.retry.delay);
    delivery.retry.max_time = args.retry_max_time;
    delivery.resume = args.resume;
    delivery.atomic = args.atomic;
    delivery.replace = args.replace;
    delivery.unique = args.unique;
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
