//! The servers to which the tests of `sync` deploy: quirky ones, real ones in clear and with TLS, and real ones behind a
//! relay.

use std::net::SocketAddr;

use test_servers::FtpServer;

use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::journal::Record;
use crate::support::secure_server::SecureServer;
use crate::support::sync::{Node, Tree, tree_of};
use crate::support::upload::PASSWORD;

/// A server with an account.
pub(crate) trait Destination {
    /// Returns HOST.
    fn host(&self) -> String;
    /// Returns USERNAME.
    fn user(&self) -> &str;
    /// Returns the password.
    fn password(&self) -> &str;
    /// Returns the certificate of the authority, if the server requires TLS.
    fn authority(&self) -> Option<String> {
        None
    }
    /// Returns all objects below a directory of the account.
    fn tree_below(&self, directory: &str) -> Tree;
    /// Returns the number of log entries so far. Real servers have none.
    fn mark(&self) -> usize {
        0
    }
    /// Returns the log from there on.
    fn record_since(&self, _mark: usize) -> Record {
        Record::empty()
    }
    /// Returns the log of a real server.
    fn log(&self) -> String {
        String::new()
    }
}

impl Destination for QuirkyServer {
    fn host(&self) -> String {
        self.address().to_string()
    }

    fn user(&self) -> &str {
        "alice"
    }

    fn password(&self) -> &str {
        PASSWORD
    }

    fn tree_below(&self, directory: &str) -> Tree {
        let start = format!("/{directory}/");
        let directories = self.directories().into_iter().map(|path| (path, Node::Directory));
        let files = self.files().into_iter().map(|(path, bytes)| (path, Node::File(bytes)));
        directories
            .chain(files)
            .filter_map(|(path, node)| Some((path.strip_prefix(&start)?.to_owned(), node)))
            .collect()
    }

    fn mark(&self) -> usize {
        QuirkyServer::mark(self)
    }

    fn record_since(&self, mark: usize) -> Record {
        QuirkyServer::record_since(self, mark)
    }
}

impl Destination for FtpServer {
    fn host(&self) -> String {
        self.addr.to_string()
    }

    fn user(&self) -> &str {
        self.user
    }

    fn password(&self) -> &str {
        self.password
    }

    fn tree_below(&self, directory: &str) -> Tree {
        tree_of(&self.root().join(directory))
    }

    fn log(&self) -> String {
        FtpServer::log(self)
    }
}

impl Destination for SecureServer {
    fn host(&self) -> String {
        format!("localhost:{}", self.server.addr.port())
    }

    fn user(&self) -> &str {
        self.server.user
    }

    fn password(&self) -> &str {
        self.server.password
    }

    fn authority(&self) -> Option<String> {
        Some(self.authority_pem())
    }

    fn tree_below(&self, directory: &str) -> Tree {
        self.server.tree_below(directory)
    }

    fn log(&self) -> String {
        self.server.log()
    }
}

/// A real server that is reached at another address.
pub(crate) struct Behind<'a>(pub(crate) SocketAddr, pub(crate) &'a FtpServer);

impl Destination for Behind<'_> {
    fn host(&self) -> String {
        self.0.to_string()
    }

    fn user(&self) -> &str {
        self.1.user
    }

    fn password(&self) -> &str {
        self.1.password
    }

    fn tree_below(&self, directory: &str) -> Tree {
        self.1.tree_below(directory)
    }

    fn log(&self) -> String {
        self.1.log()
    }
}
