//! Resolves the options for TLS: the mode, the trusted certificates, and the client's certificate.

use std::fs;
use std::path::Path;

use ftp_uploader::words::{shown, without_code};
use ftp_uploader::{Authorities, ClientIdentity, NotCredentials, Scheme, Security, Server, Tls, Trust};
use zeroize::Zeroizing;

use crate::args::{Mode, TlsArgs};
use crate::cli_error::CliError;

/// The settings of TLS for a run to `server`.
///
/// # Errors
/// If they contradict the address or each other, or a file does not hold a certificate or key.
pub fn security(args: &TlsArgs, server: &Server) -> Result<Security, CliError> {
    let mut security = Security::default();
    security.tls = mode(args, server)?;
    security.trust = trust(args)?;
    if let (Some(cert), Some(key)) = (&args.cert, &args.key) {
        security.identity = Some(identity(cert, key)?);
    }
    Ok(security)
}

/// The mode that the options select, or `None` if the address alone decides.
fn mode(args: &TlsArgs, server: &Server) -> Result<Option<Tls>, CliError> {
    let asked = args.tls.map(|mode| match mode {
        Mode::Explicit => Tls::Explicit,
        Mode::Implicit => Tls::Implicit,
        Mode::Off => Tls::Off,
    });
    match (server.scheme(), asked) {
        (Some(Scheme::Ftps), Some(Tls::Explicit | Tls::Off))
        | (Some(Scheme::Ftpes), Some(Tls::Implicit | Tls::Off)) => Err(contradiction("the address and --tls")),
        (Some(Scheme::Ftp), None) | (_, Some(Tls::Off)) if needs_tls(args) => {
            Err(contradiction("the options for TLS and an upload in clear"))
        }
        // A user who names trusted certificates expects TLS, also to this machine.
        (None, None) if needs_tls(args) => Ok(Some(Tls::Explicit)),
        (_, asked) => Ok(asked),
    }
}

fn needs_tls(args: &TlsArgs) -> bool {
    args.ca_file.is_some() || !args.pin.is_empty() || args.insecure || args.cert.is_some()
}

fn trust(args: &TlsArgs) -> Result<Trust, CliError> {
    if let Some(path) = &args.ca_file {
        let pem = read(path)?;
        return Authorities::from_pem(&pem).map(Trust::Authorities).map_err(|why| unfit(path, why));
    }
    Ok(match (args.insecure, args.pin.is_empty()) {
        (true, _) => Trust::Anything,
        (false, false) => Trust::Pins(args.pin.clone()),
        (false, true) => Trust::Platform,
    })
}

fn identity(cert: &Path, key: &Path) -> Result<ClientIdentity, CliError> {
    let (certificate, private) = (read(cert)?, read(key)?);
    ClientIdentity::from_pem(&certificate, &private).map_err(|why| match why {
        NotCredentials::NoCertificate | NotCredentials::Certificate => unfit(cert, why),
        NotCredentials::NoKey | NotCredentials::Key | NotCredentials::EncryptedKey | NotCredentials::Mismatch => {
            unfit(key, why)
        }
    })
}

/// Reads a file into memory that is wiped after use, because it may be a private key.
fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, CliError> {
    fs::read(path).map(Zeroizing::new).map_err(|error| {
        CliError::Usage(format!(
            "cannot read {}: {}. Nothing was sent; check the path.",
            shown(path),
            without_code(&error)
        ))
    })
}

fn unfit(path: &Path, why: NotCredentials) -> CliError {
    CliError::Usage(format!("cannot use {}: {why}. Nothing was sent; check which file it is.", shown(path)))
}

pub(super) fn contradiction(what: &str) -> CliError {
    CliError::Usage(format!("{what} contradict each other. Nothing was sent; leave one of them out."))
}
