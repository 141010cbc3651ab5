//! The options that say how the connection is protected and whom to believe, and how they become a `Tls`, a `Trust` and
//! a `ClientIdentity`.
//!
//! What goes wrong on the way is a usage error: nothing was sent. Words for what TLS itself comes to are in
//! `tls_message.rs`.

use std::path::PathBuf;

use clap::ValueEnum;
use ftp_uploader::Pin;

/// The part of the command line that is about TLS.
#[derive(clap::Args)]
#[command(next_help_heading = "TLS")]
pub struct TlsArgs {
    /// How the connection is protected [default: explicit; off for localhost and loopback addresses]
    #[arg(long, value_enum, value_name = "MODE")]
    pub tls: Option<Mode>,

    /// Trust the authorities in this PEM file instead of the system's (or those of SSL_CERT_FILE and SSL_CERT_DIR); and a
    /// server that shows just one of these certificates
    #[arg(long, value_name = "PATH", group = "trust")]
    pub ca_file: Option<PathBuf>,

    /// Trust this key, whatever its certificate says: sha256: and the hash that an error about the certificate prints.
    /// Compare it with what whoever runs the server tells you. May be given several times
    #[arg(long, value_name = "PIN", group = "trust")]
    pub pin: Vec<Pin>,

    /// Trust anyone. Whoever stands between you and the server can pose as it, and learn the password
    #[arg(long, group = "trust")]
    pub insecure: bool,

    /// Show this certificate (PEM) to a server that asks for one
    #[arg(long, value_name = "PATH", requires = "key")]
    pub cert: Option<PathBuf>,

    /// The private key of --cert (PEM, not encrypted)
    #[arg(long, value_name = "PATH", requires = "cert")]
    pub key: Option<PathBuf>,
}

/// How the connection is protected.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// TLS after AUTH: FTPES, mostly on port 21
    Explicit,
    /// TLS from the first byte: FTPS, mostly on port 990
    Implicit,
    /// Everything in clear, the password too
    Off,
}
