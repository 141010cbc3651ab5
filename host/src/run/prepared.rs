//! A run that is ready to begin: its files are open and its names are resolved, and nothing was sent. At this point a caller can
//! show what is lent, and confine the process.

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

/// An upload that is ready to begin. Made by [`Uploader::prepare`](crate::Uploader::prepare).
pub struct Prepared<'a> {
    run: Run<'a>,
    sources: Vec<Arc<Source>>,
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(run: Run<'a>, sources: Vec<Arc<Source>>) -> Self {
        Self { run, sources }
    }

    /// What the upload lends to the component, and what it will do with it at most.
    pub fn grants(&self) -> Grants<'_> {
        Grants::of(self.run.request, &self.run.destination, &self.sources)
    }

    /// Takes from **the whole process** all that this upload does not need, for good: it can open no file, run no program,
    /// and make no connection but by TCP. For programs that do nothing else afterwards; what they need has to be open.
    ///
    /// What the kernel does not have is missing from the fence, and said to be; the upload can begin all the same.
    pub fn confine(&self) -> Confinement {
        confine::confine(&needs(self.run.request, &self.run.destination))
    }

    /// Takes the password that `ask` gives, in the place of the request's. The resolver, and whatever it loads, has done its
    /// work by now and never sees it. The time that `ask` takes does not count ([`Network::max_time`](crate::Network::max_time)).
    ///
    /// # Errors
    /// Those of `ask`.
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

/// The rights that a run still needs when it is about to connect.
fn needs(request: &Request, destination: &Destination) -> Needs {
    let network = &request.network;
    Needs {
        ipv4: destination.connect_addresses().iter().any(SocketAddr::is_ipv4),
        ipv6: destination.connect_addresses().iter().any(SocketAddr::is_ipv6),
        // Behind a proxy, ports of the server are only named in requests to the proxy.
        only_port: network.proxy.as_ref().map(Proxy::port).or(network.active.then(|| request.port())),
        listens: network.active,
        binds: network.active || network.source_address.is_some(),
    }
}
