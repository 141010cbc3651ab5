//! The options for TLS: its mode, the trusted certificates, and the client's certificate.

use std::path::PathBuf;

use clap::ValueEnum;
use ftp_uploader::Pin;

/// The options under the heading TLS. `None` is the default of [`ftp_uploader::Security`].
#[derive(clap::Args)]
#[command(next_help_heading = "TLS")]
pub struct TlsArgs {
    /// Select the protection of all connections [default: the scheme of HOST decides; without one explicit, or off for
    /// localhost and loopback addresses unless an option for TLS or --proxy is given]
    #[arg(long, value_enum, value_name = "MODE")]
    pub tls: Option<Mode>,

    /// Trust the authorities in this PEM file instead of the system's (or those of SSL_CERT_FILE and SSL_CERT_DIR), and
    /// a server whose own certificate is in it
    #[arg(long, value_name = "PATH", group = "trust")]
    pub ca_file: Option<PathBuf>,

    /// Trust this key of a server, whatever its certificate says: sha256: and the hash that an error about the
    /// certificate prints, or sha256// as for curl. Let the server's administrator confirm it. The option can be
    /// repeated, or have several pins separated by semicolons
    #[arg(long, value_name = "PIN", value_delimiter = ';', group = "trust")]
    pub pin: Vec<Pin>,

    /// Trust every certificate. An attacker on the network can pose as the server, and learn the password
    #[arg(long, group = "trust")]
    pub insecure: bool,

    /// Send this client certificate (PEM) to a server that asks for one
    #[arg(long, value_name = "PATH", requires = "key")]
    pub cert: Option<PathBuf>,

    /// Use this private key for --cert (PEM, not encrypted)
    #[arg(long, value_name = "PATH", requires = "cert")]
    pub key: Option<PathBuf>,
}

/// The values of `--tls`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Use TLS after AUTH TLS (FTPES, usually on port 21)
    Explicit,
    /// Use TLS from the first byte (FTPS, usually on port 990)
    Implicit,
    /// Send everything in clear, including the password
    Off,
}
