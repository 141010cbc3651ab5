//! A run that is ready to begin: its files are open, its names are resolved, and nothing was sent. At this point a
//! caller can show the granted rights, and confine the process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use crate::confine::{self, Confinement, Needs};
use crate::files::source::Source;
use crate::net::destination::Destination;
use crate::report::summary::UploadReport;
use crate::request::Request;
use crate::request::password::Password;
use crate::request::proxy::Proxy;
use crate::run::grants::Grants;
use crate::run::workers::Run;

/// An upload that is ready to begin: its files are open and its names are resolved, but nothing is connected. Made by
/// [`Uploader::prepare`](crate::Uploader::prepare).
pub struct Prepared<'a> {
    run: Run<'a>,
    sources: Vec<Arc<Source>>,
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(run: Run<'a>, sources: Vec<Arc<Source>>) -> Self {
        Self { run, sources }
    }

    /// Returns the rights that the upload lends to the component, and their limits.
    pub fn grants(&self) -> Grants<'_> {
        Grants::of(self.run.request, &self.run.destination, &self.sources)
    }

    /// Takes all rights from **the whole process** that this upload does not need, permanently: the process can then
    /// open no file, run no program, and connect only by TCP. For programs that do nothing else afterwards, and have
    /// opened every file that they need.
    ///
    /// The returned [`Confinement`] lists the parts that the kernel does not support. The upload can begin without
    /// them.
    pub fn confine(&self) -> Confinement {
        confine::confine(&needs(self.run.request, &self.run.destination))
    }

    /// Sets the password to the one that `ask` returns, instead of the request's. At this point the names are resolved,
    /// so the system's resolver and its plug-ins run before the password is in memory. The time that `ask` takes is not
    /// part of [`Network::max_time`](crate::Network::max_time).
    ///
    /// # Errors
    /// The error of `ask`.
    pub fn password_from<E>(&mut self, ask: impl FnOnce() -> Result<Password, E>) -> Result<(), E> {
        let began = Instant::now();
        self.run.request.target.password.set(ask()?);
        self.run.postpone(began.elapsed());
        Ok(())
    }

    /// Connects, and uploads the files: the second half of [`Uploader::upload`](crate::Uploader::upload).
    pub fn upload(self) -> UploadReport {
        self.run.deliver(&self.sources)
    }
}

/// Returns the rights that a run needs from the moment before it connects.
fn needs(request: &Request, destination: &Destination) -> Needs {
    let network = &request.network;
    Needs {
        ipv4: destination.connect_addresses().iter().any(SocketAddr::is_ipv4),
        ipv6: destination.connect_addresses().iter().any(SocketAddr::is_ipv6),
        // With a proxy, the process connects only to the proxy's port.
        only_port: network.proxy.as_ref().map(Proxy::port).or(network.active.then(|| request.port())),
        listens: network.active,
        binds: network.active || network.source_address.is_some(),
    }
}
