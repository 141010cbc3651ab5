//! How a real server does TLS: what a test may choose, and the files that a server gets for it.
//!
//! A server that has TLS refuses a login in clear, and data in clear too unless a test says otherwise. What that is
//! called in a server's configuration is said in the server's own file. The certificates are `../certificates.rs`.

use std::{path::PathBuf, process::Command};

use super::home::Home;
use crate::certificates::Identity;

/// What a server shows and what it insists on.
#[derive(Clone)]
pub struct ServerTls {
    /// Its certificate and key.
    pub identity: Identity,
    /// TLS from the first byte, not after AUTH. Pure-FTPd and libunftp cannot do that.
    pub implicit: bool,
    /// What it speaks.
    pub versions: Versions,
    /// Only vsftpd and ProFTPD can be told to require resumption; the others never do.
    pub reuse: Reuse,
    /// What has to be protected.
    pub demand: Demand,
}

/// The versions of TLS that a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versions {
    /// Only 1.2.
    Tls12Only,
    /// Only 1.3.
    Tls13Only,
    /// 1.2 and 1.3.
    Any,
}

/// Whether data connections have to resume the session of their control connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    /// They must.
    Required,
    /// They need not.
    NotRequired,
}

/// What has to be protected. ProFTPD and Pure-FTPd can be content with less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// The control connection.
    Login,
    /// Both connections.
    LoginAndData,
}

impl ServerTls {
    /// Explicit, of any version, and as strict as the server can be.
    pub fn of(identity: Identity) -> Self {
        Self {
            identity,
            implicit: false,
            versions: Versions::Any,
            reuse: Reuse::Required,
            demand: Demand::LoginAndData,
        }
    }

    /// Writes the certificate; returns its path.
    pub(super) fn certificate(&self, home: &Home) -> PathBuf {
        home.write("certificate.pem", &self.identity.certificate_pem)
    }

    /// Writes the private key; returns its path.
    pub(super) fn key(&self, home: &Home) -> PathBuf {
        home.write("key.pem", &self.identity.key_pem)
    }

    /// For servers that have no setting for versions, but use OpenSSL, which has one.
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
