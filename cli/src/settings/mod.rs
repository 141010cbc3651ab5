//! The settings of one run: options over environment variables over the library's defaults.

mod tls;

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use ftp_uploader::{CancelToken, Delivery, Escaped, Network, Put, Request, Server, Target, Verify};

use crate::args::{Args, DeliveryArgs, NetworkArgs, Proof};
use crate::cli_error::CliError;
use crate::context::Context;
use crate::input::password::PasswordSource;
use crate::input::{descriptor, environment, proxy};
use crate::output::explain::Format;

/// Everything that one run needs to know.
pub struct Settings {
    /// The upload, still without its password.
    pub request: Request,
    /// The facts that messages mention.
    pub context: Arc<Context>,
    /// The place where the password is.
    pub password: PasswordSource,
    /// The form in which progress is shown.
    pub verbosity: Verbosity,
    /// `--explain`.
    pub explain: Option<Format>,
    /// `--require-fence`.
    pub require_confinement: bool,
    /// Lines to print before the run, because the user gives protection up or may be surprised.
    pub warnings: Vec<String>,
    /// The component for tests of the sandbox, instead of the built-in one.
    #[cfg_attr(not(feature = "compiler"), expect(dead_code, reason = "only builds for tests load a component"))]
    pub component: Option<PathBuf>,
}

/// The amount of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// Errors, warnings and notes.
    Quiet,
    /// Progress and results besides.
    Normal,
    /// The conversation besides.
    Verbose,
}

impl Settings {
    /// Resolves `args`. It takes the secrets out of the environment, so that it must run before the program has a second
    /// thread, and inherited descriptors, so that it must run before the program opens anything.
    ///
    /// # Errors
    /// If the command line can never be carried out: a malformed host, a text that no command can carry, a file that is not a
    /// key.
    pub fn resolve(args: Args, token: &CancelToken) -> Result<Self, CliError> {
        let password = PasswordSource::of(&args)?;
        check_directory(&args)?;
        let server: Server = args.host.to_string_lossy().parse()?;
        let context = Arc::new(context(&args));
        let security = tls::security(&args.tls, &server)?;
        let network = network(&args.network)?;
        let target = target(&args, server)?;
        let request = Request::new(target, put(&args)?).security(security).network(network)?;
        Ok(Self {
            request: request.delivery(delivery(&args.delivery)).cancelled_by(token),
            warnings: crate::output::warnings::of(&args, &context),
            context,
            password,
            verbosity: verbosity(&args),
            explain: args.explain,
            require_confinement: args.require_fence,
            component: component(args),
        })
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

fn target(args: &Args, server: Server) -> Result<Target, CliError> {
    let target = Target::new(server, args.user.as_bytes())?;
    let target = args.delivery.site.iter().try_fold(target, |target, text| target.site(text.as_bytes()))?;
    let variable = environment::take("FTP_ACCOUNT").filter(|account| !account.is_empty());
    let typed = args.account.as_ref().map(|account| account.as_bytes());
    match typed.or(variable.as_ref().map(|account| account.as_slice())) {
        Some(account) => Ok(target.account(account)?),
        None => Ok(target),
    }
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

/// The line for a missing LOCALFILE. Clap cannot know that only --from-stdin replaces it.
const NO_FILE: &str = "LOCALFILE or REMOTEDIR is missing. The command line is incomplete; see ftp-uploader --help.";

/// If REMOTEDIR is missing after a list of files, the last file is taken for a directory, and is not stored. Without
/// `--create-dirs` the server reports that it has no such directory.
fn check_directory(args: &Args) -> Result<(), CliError> {
    if !(args.delivery.create_dirs && args.last_is_local_file()) {
        return Ok(());
    }
    let name = Escaped(args.directory());
    Err(CliError::Usage(format!(
        "REMOTEDIR forgotten? The last argument, {name}, is a local file, and --create-dirs would make a directory of that \
         name. Nothing was sent; add REMOTEDIR, or write {name}/ if that directory is meant."
    )))
}

fn network(args: &NetworkArgs) -> Result<Network, CliError> {
    let mut network = Network::default();
    network.timeout = args.timeout.unwrap_or(network.timeout);
    network.connect_timeout = args.connect_timeout.unwrap_or(network.connect_timeout);
    network.max_time = args.max_time;
    network.limit_rate = args.limit_rate;
    network.active = args.active;
    network.source_address = args.source_address;
    network.interface = args.interface.clone();
    // It is taken without a proxy, too: no other program must find it in the environment of this process.
    let auth = environment::take(proxy::AUTH);
    network.proxy = args.proxy.as_deref().map(|typed| proxy::parse(typed, auth)).transpose()?;
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
