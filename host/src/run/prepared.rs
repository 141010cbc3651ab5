//! A run that is ready to begin: its files are open, its names are resolved, and nothing was sent. At this point a
//! caller can show the granted rights, and confine the process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use crate::confine::{self, Confinement, Needs};
use crate::net::destination::Destination;
use crate::report::error::UploadError;
use crate::report::summary::UploadReport;
use crate::request::Request;
use crate::request::context::Context;
use crate::request::password::Password;
use crate::request::proxy::Proxy;
use crate::run::grants::Grants;
use crate::run::plan::Plan;
use crate::run::workers::Run;

/// An upload that is ready to begin: its files are open and its names are resolved, but nothing is connected. Made by
/// [`Uploader::prepare`](crate::Uploader::prepare).
pub struct Prepared<'a> {
    run: Run<'a>,
    plan: Plan,
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(run: Run<'a>, plan: Plan) -> Self {
        Self { run, plan }
    }

    /// Returns the rights that the upload lends to the component, and their limits.
    pub fn grants(&self) -> Grants<'_> {
        Grants::of(self.run.request, &self.run.destination, &self.plan)
    }

    /// Takes all rights from **the whole process** that this upload does not need, permanently: the process can then
    /// run no program, connect only by TCP, and open no file except those of this upload that are not open yet. For
    /// programs that do nothing else afterwards, and have opened every other file that they need.
    ///
    /// The returned [`Confinement`] lists the parts that the kernel does not support. The upload can begin without
    /// them.
    pub fn confine(&self) -> Confinement {
        confine::confine(&needs(self.run.request, &self.run.destination, &self.plan))
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

    /// Gives the run up, before anything is connected. The report has the failures of the named files and directories that
    /// cannot be sent.
    pub fn cancel(self) -> UploadReport {
        let context = Arc::new(Context::of(self.run.request));
        UploadReport { failures: self.plan.refused, context, ..UploadReport::default() }
    }

    /// Lets `ask` give another password if the server refuses the one of the first login (530 or 430 after PASS). It gets
    /// the refusal, and nothing else was done at that time. It is asked twice at most; a login that it answers with `None`
    /// has failed. The time that it takes is not part of [`Network::max_time`](crate::Network::max_time).
    ///
    /// For programs with a person in front of them. A program should not return the same password again, because servers
    /// lock accounts after a few wrong passwords. After [`confine`](Self::confine), `ask` can open nothing.
    pub fn password_after_refusal(&mut self, ask: impl Fn(&UploadError) -> Option<Password> + Send + Sync + 'a) {
        self.run.passwords.ask(ask);
    }

    /// Connects, and uploads the files: the second half of [`Uploader::upload`](crate::Uploader::upload).
    pub fn upload(self) -> UploadReport {
        let mut report = self.run.deliver(self.plan);
        report.context = Arc::new(Context::of(self.run.request));
        report
    }
}

/// Returns the rights that a run needs from the moment before it connects.
fn needs<'a>(request: &Request, destination: &Destination, plan: &'a Plan) -> Needs<'a> {
    let network = &request.network;
    Needs {
        ipv4: destination.connect_addresses().iter().any(SocketAddr::is_ipv4),
        ipv6: destination.connect_addresses().iter().any(SocketAddr::is_ipv6),
        // With a proxy, the process connects only to the proxy's port.
        only_port: network.proxy.as_ref().map(Proxy::port).or(network.active.then(|| request.port())),
        listens: network.active,
        binds: network.active || network.source_address.is_some(),
        keeps_state: plan.sync.is_some(),
        readable: plan.readable().collect(),
    }
}
