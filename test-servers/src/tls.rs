//! TLS of a real server: the options that a test can set, and the files that the server needs.
//!
//! A server with TLS refuses a login in clear text. It also refuses data in clear text, unless a test chooses
//! [`Demand::Login`]. The file of each server maps the options to its configuration.

use std::{path::PathBuf, process::Command};

use super::home::Home;
use crate::certificates::Identity;

/// A server's certificate, and its requirements.
#[derive(Clone)]
pub struct ServerTls {
    /// The certificate and its key.
    pub identity: Identity,
    /// TLS from the first byte instead of after AUTH. Pure-FTPd and libunftp do not support it.
    pub implicit: bool,
    /// The versions of TLS that the server accepts.
    pub versions: Versions,
    /// Session resumption. Only vsftpd and ProFTPD can require it; the others never do.
    pub reuse: Reuse,
    /// The connections that must be protected.
    pub demand: Demand,
}

/// The versions of TLS that a server accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versions {
    /// Only 1.2.
    Tls12Only,
    /// Only 1.3.
    Tls13Only,
    /// 1.2 and 1.3.
    Any,
}

/// Session resumption: data connections must or need not resume the session of their control connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    /// They must.
    Required,
    /// They need not.
    NotRequired,
}

/// The connections that must be protected. Only ProFTPD and Pure-FTPd support [`Self::Login`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// The control connection.
    Login,
    /// Both connections.
    LoginAndData,
}

impl ServerTls {
    /// Explicit TLS of any version, with the strictest requirements that the server supports.
    pub fn of(identity: Identity) -> Self {
        Self {
            identity,
            implicit: false,
            versions: Versions::Any,
            reuse: Reuse::Required,
            demand: Demand::LoginAndData,
        }
    }

    /// Writes the certificate, and returns its path.
    pub(super) fn certificate(&self, home: &Home) -> PathBuf {
        home.write("certificate.pem", &self.identity.certificate_pem)
    }

    /// Writes the private key, and returns its path.
    pub(super) fn key(&self, home: &Home) -> PathBuf {
        home.write("key.pem", &self.identity.key_pem)
    }

    /// Limits the versions by OpenSSL's configuration, for servers without a setting of their own.
    pub(super) fn limit_openssl(&self, command: &mut Command, home: &Home) {
        let version = match self.versions {
            Versions::Tls12Only => "TLSv1.2",
            Versions::Tls13Only => "TLSv1.3",
            Versions::Any => return,
        };
        let config = OPENSSL_CONFIG.replace("VERSION", version);
        command.env("OPENSSL_CONF", home.write("openssl.cnf", &config));
    }
}

const OPENSSL_CONFIG: &str = "\
openssl_conf = all
[all]
ssl_conf = programs
[programs]
system_default = limits
[limits]
MinProtocol = VERSION
MaxProtocol = VERSION
";
