//! The options that say how the connection is protected and whom to believe, and how they become a `Tls`, a `Trust` and
//! a `ClientIdentity`.
//!
//! What goes wrong on the way is a usage error: nothing was sent. Words for what TLS itself comes to are in
//! `tls_message.rs`.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use ftp_uploader::{Authorities, ClientIdentity, Escaped, NotCredentials, Pin, Request, Scheme, Server, Tls, Trust};
use zeroize::Zeroizing;

use crate::trouble::Trouble;

/// The part of the command line that is about TLS.
#[derive(clap::Args)]
#[command(next_help_heading = "TLS")]
pub struct TlsArgs {
    /// How the connection is protected [default: explicit; off for localhost and loopback addresses]
    #[arg(long, value_enum, value_name = "MODE")]
    tls: Option<Mode>,

    /// Trust the authorities in this PEM file instead of the system's (or those of SSL_CERT_FILE and SSL_CERT_DIR); and a
    /// server that shows just one of these certificates
    #[arg(long, value_name = "PATH", group = "trust")]
    ca_file: Option<PathBuf>,

    /// Trust this key, whatever its certificate says: sha256: and the hash that an error about the certificate prints.
    /// Compare it with what whoever runs the server tells you. May be given several times
    #[arg(long, value_name = "PIN", group = "trust")]
    pin: Vec<Pin>,

    /// Trust anyone. Whoever stands between you and the server can pose as it, and learn the password
    #[arg(long, group = "trust")]
    pub insecure: bool,

    /// Show this certificate (PEM) to a server that asks for one
    #[arg(long, value_name = "PATH", requires = "key")]
    pub cert: Option<PathBuf>,

    /// The private key of --cert (PEM, not encrypted)
    #[arg(long, value_name = "PATH", requires = "cert")]
    key: Option<PathBuf>,
}

/// How the connection is protected.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// TLS after AUTH: FTPES, mostly on port 21
    Explicit,
    /// TLS from the first byte: FTPS, mostly on port 990
    Implicit,
    /// Everything in clear, the password too
    Off,
}

impl TlsArgs {
    /// Puts into `request`, which is for `server`, what these options say.
    ///
    /// # Errors
    /// When they contradict the address or each other, or a file is not what it is given as.
    pub fn apply(&self, server: &Server, request: Request) -> Result<Request, Trouble> {
        let request = match self.mode(server)? {
            Some(tls) => request.tls(tls),
            None => request,
        };
        let request = request.trust(self.trust()?);
        match (&self.cert, &self.key) {
            (Some(cert), Some(key)) => Ok(request.identity(identity(cert, key)?)),
            _ => Ok(request),
        }
    }

    /// What the options say, where they say more than the address does.
    fn mode(&self, server: &Server) -> Result<Option<Tls>, Trouble> {
        let asked = self.tls.map(|mode| match mode {
            Mode::Explicit => Tls::Explicit,
            Mode::Implicit => Tls::Implicit,
            Mode::Off => Tls::Off,
        });
        match (server.scheme(), asked) {
            (Some(Scheme::Ftps), Some(Tls::Explicit | Tls::Off))
            | (Some(Scheme::Ftpes), Some(Tls::Implicit | Tls::Off)) => Err(contradiction("the address and --tls")),
            (Some(Scheme::Ftp), None) | (_, Some(Tls::Off)) if self.wants_tls() => {
                Err(contradiction("the options for TLS, and an upload in clear,"))
            }
            // Who says whom to trust does not mean clear text, not even to this machine.
            (None, None) if self.wants_tls() => Ok(Some(Tls::Explicit)),
            (_, asked) => Ok(asked),
        }
    }

    /// Whether an upload to `host` as typed is, or may be, in clear: all that can be said without asking for its address.
    /// Behind a proxy nothing is known to be here.
    pub fn may_be_clear(&self, host: &str, behind_proxy: bool) -> bool {
        let is_here = !behind_proxy && host.parse().is_ok_and(|server: Server| server.is_this_machine());
        match self.tls {
            Some(mode) => mode == Mode::Off,
            None => !self.wants_tls() && (is_here || host.to_lowercase().starts_with("ftp://")),
        }
    }

    fn wants_tls(&self) -> bool {
        self.ca_file.is_some() || !self.pin.is_empty() || self.insecure || self.cert.is_some()
    }

    fn trust(&self) -> Result<Trust, Trouble> {
        if let Some(path) = &self.ca_file {
            let pem = read(path)?;
            return Authorities::from_pem(&pem).map(Trust::Authorities).map_err(|why| unfit(path, why));
        }
        Ok(match (self.insecure, self.pin.is_empty()) {
            (true, _) => Trust::Anything,
            (false, false) => Trust::Pins(self.pin.clone()),
            (false, true) => Trust::Platform,
        })
    }
}

fn identity(cert: &Path, key: &Path) -> Result<ClientIdentity, Trouble> {
    let (certificate, private) = (read(cert)?, read(key)?);
    ClientIdentity::from_pem(&certificate, &private).map_err(|why| match why {
        NotCredentials::NoCertificate | NotCredentials::Certificate => unfit(cert, why),
        NotCredentials::NoKey | NotCredentials::Key | NotCredentials::EncryptedKey | NotCredentials::Mismatch => {
            unfit(key, why)
        }
    })
}

/// Wiped after use: it may be a private key.
fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Trouble> {
    fs::read(path).map(Zeroizing::new).map_err(|error| {
        Trouble::Usage(format!("cannot read {}: {error}. Nothing was sent; check the path.", shown(path)))
    })
}

fn unfit(path: &Path, why: NotCredentials) -> Trouble {
    Trouble::Usage(format!("cannot use {}: {why}. Nothing was sent; check which file it is.", shown(path)))
}

fn contradiction(what: &str) -> Trouble {
    Trouble::Usage(format!("{what} contradict each other. Nothing was sent; leave one of them out."))
}

fn shown(path: &Path) -> String {
    Escaped(path.as_os_str().as_bytes()).to_string()
}
