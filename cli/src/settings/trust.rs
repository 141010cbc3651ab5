//! Resolves `--remember-pin`: the question about a certificate that is not trusted.

use std::path::Path;
use std::sync::Arc;

use ftp_uploader::words::shown;
use ftp_uploader::{Escaped, Scheme, Security, Server, Tls, Trust};

use crate::args::{Args, Places};
use crate::cli_error::CliError;
use crate::input::trust_prompt::TrustPrompt;
use crate::profile::PinFile;
use crate::settings::tls::contradiction;

/// The message if no file has the profile. The parser of profiles refuses that before.
const NO_PROFILE: &str =
    "--remember-pin writes into a profile, and there is none. Nothing was sent; name one with --profile.";

/// Returns the question, if it is asked for and the profile has no pin yet. Call it after the descriptors that the
/// program inherits are taken, because it opens the terminal and the file of the profile.
///
/// # Errors
/// If another option already decides about the certificate, there is no terminal, or the file cannot be written.
pub(super) fn prompt(
    args: &Args,
    places: &Places,
    server: &Server,
    security: &Security,
) -> Result<Option<Arc<TrustPrompt>>, CliError> {
    if !args.profile.remember_pin {
        return Ok(None);
    }
    match (&security.trust, security.tls, server.scheme()) {
        (Trust::Anything, _, _) => return Err(contradiction("--remember-pin and --insecure")),
        (Trust::Authorities(_), _, _) => return Err(contradiction("--remember-pin and --ca-file")),
        (Trust::Pins(_) | Trust::Platform, Some(Tls::Off), _)
        | (Trust::Pins(_) | Trust::Platform, None, Some(Scheme::Ftp)) => {
            return Err(contradiction("--remember-pin and an upload in clear"));
        }
        // A pin that does not fit is an attack, or a new key: a question would only hide that.
        (Trust::Pins(_), _, _) => return Ok(None),
        (Trust::Platform, _, _) => {}
    }
    // `--explain` does not connect.
    if args.explain.is_some() {
        return Ok(None);
    }
    open(args, places).map(|prompt| Some(Arc::new(prompt)))
}

fn open(args: &Args, places: &Places) -> Result<TrustPrompt, CliError> {
    let (Some(name), Some(path)) = (&args.profile.profile, &args.profile_file) else {
        return Err(CliError::Usage(NO_PROFILE.to_owned()));
    };
    let name = name.to_string_lossy();
    let file = PinFile::open(path, &name).map_err(|why| unwritable(path, &name, &why))?;
    TrustPrompt::open(&places.host.to_string_lossy(), &name, file).map_err(CliError::Usage)
}

fn unwritable(path: &Path, name: &str, why: &str) -> CliError {
    let name = Escaped(name.as_bytes());
    CliError::Usage(format!(
        "--remember-pin cannot write into profile {name} in {}: {why}. Nothing was sent; correct that, or write the pin into \
         the profile yourself.",
        shown(path)
    ))
}
