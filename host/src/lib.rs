//! Uploads files over FTP and FTPS. The code that parses the replies of the server is a WebAssembly component in a
//! sandbox: it can reach one server, and it can read neither the files nor the password. TLS is done by this library,
//! outside the sandbox. It is required, unless the server is on this machine or the caller turns TLS off.
//!
//! # Example
//!
//! ```no_run
//! use std::sync::Arc;
//! use ftp_uploader::{Password, Request, Uploader};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let password = Password::new(std::fs::read("password")?)?;
//!     let request = Request::new("ftp.example.org".parse()?, "alice", "incoming")?.password(password);
//!     let request = request.file("report.csv")?.file("totals.csv")?;
//!     let report = Uploader::new()?.upload(&request, Arc::new(()));
//!     // In words: what is stored and how that was verified, or what has failed, the likely cause and what to do about it.
//!     println!("{report}");
//!     for stored in report.into_result()? {
//!         println!("{} is stored, {} bytes", stored.file.display(), stored.sent);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! The folder `examples` has whole programs: one file (`embed`), several files with a bar (`many`), a directory that is kept the
//! same (`sync`), the output of a command (`pipe`), and events as JSON (`json_events`).
//!
//! # Building
//!
//! The crate from crates.io needs only Rust 1.95 and a C compiler: it holds the component, as `component.wasm`. In the
//! repository, and by `git` or `path`, the build script compiles the component from its source instead, which needs the
//! target `wasm32-wasip2`: `rustup target add wasm32-wasip2`, or `cargo xtask set-up` in the repository where rustup cannot
//! be used. The component is compiled to machine code during the build; a program compiles nothing when it runs, and needs
//! no file beside it.
//!
//! The one feature, `compiler`, is off by default: it adds wasmtime's compiler, for programs that load another component
//! (`Uploader::from_wasm`), and for the tests. The library needs no async runtime, no OpenSSL and no CMake; a C
//! compiler is needed for *ring*, and on platforms for which wasmtime has C helpers.
//!
//! # The parts
//!
//! - A [`Request`] has a [`Target`] (server and login), a [`Job`] (files and a directory), and options: [`Security`],
//!   [`Network`], [`Delivery`]. Its texts are parsed when they are given; a mistake is a [`RequestError`], and nothing
//!   is sent.
//! - An [`Uploader`] holds the component. [`Uploader::upload`] carries out a request on the calling thread; no async
//!   runtime is needed or started.
//! - An [`Observer`] receives each [`Event`]: steps, bytes sent, retries, commands and replies.
//! - The [`UploadReport`] shows itself in words ([`UploadReport::lines`]), and lists the stored files with their proof, and each [`Failure`] with its [`UploadError`] and
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
//! let request = Request::of(target, job).security(security).network(network)?.delivery(delivery);
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
//!             // `{:#}` is the error alone, `{}` adds its likely cause and advice.
//!             Event::Retrying { error, pause, .. } => eprintln!("{error:#}; next try in {pause:?}"),
//!             _ => {}
//!         }
//!     }
//! }
//! ```
//!
//! # Errors
//!
//! An [`UploadError`] says by its variant what has happened, for programs, and by its `Display` what to tell a person, with
//! the likely cause and advice. A [`Failure`] adds the file and the parts that remain on the server, and the report the
//! names of the run. Advice names items of this library; a program with options of its own can name those instead by
//! its own table, from [`words::message`]. Texts from the server and names of files are escaped.
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
//! This library is made for Linux. It compiles for macOS, and works on Windows as far as wine shows it; there the process is
//! not confined.

mod cancel;
mod confine;
mod files;
mod net;
mod platform;
mod report;
mod request;
mod run;
mod sandbox;
pub mod words;

pub use cancel::{CLEAN_UP_LIMIT, CancelToken};
pub use confine::{Confined, Confinement, enclose_thread, forbid_dumps};
pub use ftp_plan;
pub use ftp_plan::rules::{Compare, Delete};
pub use ftp_protocol::argument::NotAnArgument;
pub use ftp_protocol::server::{NotAServer, Scheme, Server};
pub use ftp_text::escape::Escaped;
pub use ftp_text::system_error::without_code;
pub use report::check::{
    Advice, Certificate, CertificateTrust, CheckReport, Clock, Connections, DataConnection, FileFindings, Finding,
    Listing, Problem, Resuming, TlsFindings,
};
pub use report::error::{Doubt, SourceProblem, UploadError};
pub use report::event::{Event, Note, Observer, Peer, Secured, Speaker, StartOver, WaitReason};
pub use report::proxy_problem::{ProxyProblem, ProxyRefusal};
pub use report::server_text::ServerText;
pub use report::skipped::{SkipReason, Skipped};
pub use report::step::{Algorithm, Cause, Connection, Protocol, Step, Violation};
pub use report::summary::{AlreadyThere, Failure, Remaining, Remains, StoredFile, UploadReport, Verification, Whose};
pub use report::sync::{SyncNote, SyncProblem, SyncReport, utc};
pub use report::tls_problem::{CertificateProblem, TlsProblem};
pub use request::Request;
pub use request::check::Check;
pub use request::context::Context;
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
pub use request::setting::{Setting, Wording};
pub use request::sync::{MANIFEST, Pages, Switch, Sync, SyncOptions};
pub use request::target::Target;
#[cfg(feature = "gitignore")]
pub use request::tree::Rule;
pub use request::tree::{Links, TreeRules};
pub use request::trust::{AskTrust, Authorities, Trust, UntrustedCertificate};
pub use run::grants::{
    DataConnections, GrantedChanges, GrantedCheck, GrantedFile, GrantedProxy, GrantedTree, Grants, Limits,
};
pub use run::prepared::Prepared;
pub use run::uploader::Uploader;
pub use sandbox::parts::{COMPONENT_SHA256, WASMTIME_VERSION};
