//! Uploads files over FTP and FTPS. The code that parses the replies of the server is a WebAssembly component in a
//! sandbox: it can reach one server, and it can read neither the files nor the password. TLS is done by this library,
//! outside the sandbox. It is required, unless the server is on this machine or the caller turns TLS off.
//!
//! # Example
//!
//! ```no_run
//! use std::sync::Arc;
//! use ftp_uploader::{Password, Put, Request, Target, Uploader};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let password = Password::new(std::fs::read("password")?)?;
//!     let target = Target::new("ftp.example.org".parse()?, "alice")?.password(password);
//!     let job = Put::into_directory("incoming")?.file("report.csv")?.file("totals.csv")?;
//!     let report = Uploader::new()?.upload(&Request::new(target, job), Arc::new(()));
//!     for stored in report.into_result()? {
//!         println!("{} is stored, {} bytes", stored.file.display(), stored.sent);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # The parts
//!
//! - A [`Request`] has a [`Target`] (server and login), a [`Job`] (files and a directory), and options: [`Security`],
//!   [`Network`], [`Delivery`]. Its texts are parsed when they are given; a mistake is a [`RequestError`], and nothing
//!   is sent.
//! - An [`Uploader`] holds the component. [`Uploader::upload`] carries out a request on the calling thread; no async
//!   runtime is needed or started.
//! - An [`Observer`] receives each [`Event`]: steps, bytes sent, retries, commands and replies.
//! - The [`UploadReport`] lists the stored files with their proof, and each [`Failure`] with its [`UploadError`] and
//!   the partial files that remain on the server.
//! - A [`CancelToken`] ends a run at its next wait.
//!
//! # Options
//!
//! ```no_run
//! # use ftp_uploader::{Delivery, Network, Pin, Put, Request, Security, Target, Trust};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let target = Target::new("ftp.example.org".parse()?, "alice")?;
//! # let job = Put::into_directory("incoming")?.file("report.csv")?;
//! let mut security = Security::default();
//! security.trust = Trust::Pins(vec!["sha256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".parse()?]);
//! let mut network = Network::default();
//! network.max_time = Some(std::time::Duration::from_secs(600));
//! let mut delivery = Delivery::default();
//! delivery.atomic = true;
//! let request = Request::new(target, job).security(security).network(network)?.delivery(delivery);
//! # Ok(())
//! # }
//! ```
//!
//! # Events
//!
//! ```no_run
//! use ftp_uploader::{Event, Observer};
//!
//! struct Printer;
//!
//! impl Observer for Printer {
//!     fn event(&self, event: &Event<'_>) {
//!         match event {
//!             Event::Sent { file, sent, .. } => eprintln!("{}: {sent} bytes", file.display()),
//!             Event::Retrying { error, pause, .. } => eprintln!("{error}; next try in {pause:?}"),
//!             _ => {}
//!         }
//!     }
//! }
//! ```
//!
//! # Guarantees
//!
//! The library reports success only after the server has confirmed every byte. It sends no login and no file in clear
//! text to another machine unless the caller allows it. It connects only to the server, or to the proxy, that the
//! caller named. It puts no control byte into a command. Every wait has a deadline.
//!
//! # Confinement of the process
//!
//! [`Uploader::prepare`] opens the files and resolves the names. [`Prepared::grants`] then lists the rights that are
//! lent to the component, and [`Prepared::confine`] takes all other rights from the process (Landlock, seccomp). Only a
//! program that does nothing else afterwards can use that, so [`Uploader::upload`] does not confine the process. The
//! program `ftp-uploader` always calls [`Prepared::confine`].
//!
//! This library works on Unix systems.

mod cancel;
mod confine;
mod files;
mod net;
mod report;
mod request;
mod run;
mod sandbox;

pub use cancel::CancelToken;
pub use confine::{Confined, Confinement, enclose_thread, forbid_dumps};
pub use ftp_protocol::argument::NotAnArgument;
pub use ftp_protocol::server::{NotAServer, Scheme, Server};
pub use ftp_text::escape::Escaped;
pub use report::error::{ServerText, SourceProblem, UploadError};
pub use report::event::{Event, Note, Observer, Secured, Speaker};
pub use report::proxy_problem::{ProxyProblem, ProxyRefusal};
pub use report::step::{Algorithm, Cause, Connection, Step, Violation};
pub use report::summary::{Failure, Remaining, Remains, StoredFile, UploadReport, Verification, Whose};
pub use report::tls_problem::{CertificateProblem, TlsProblem};
pub use request::Request;
pub use request::delivery::{Delivery, Retry, Verify};
pub use request::error::RequestError;
pub use request::identity::{ClientIdentity, NotCredentials};
pub use request::job::{Job, Put};
pub use request::network::Network;
pub use request::password::Password;
pub use request::pin::{NotAPin, Pin};
pub use request::proxy::{NotAProxy, Proxy};
pub use request::proxy_auth::{NotProxyAuth, ProxyAuth};
pub use request::security::{Security, Tls};
pub use request::target::Target;
pub use request::trust::{Authorities, Trust};
pub use run::grants::{DataConnections, GrantedFile, GrantedProxy, Grants, Limits};
pub use run::prepared::Prepared;
pub use run::uploader::Uploader;
