//! Uploads files over FTP. The code that speaks FTP, and so reads whatever a server sends, is a WebAssembly component
//! in a sandbox: it can reach one server, and it can read neither the files nor the password. TLS is done outside of it,
//! and required.
//!
//! ```text
//! Request ──▶ Uploader ──▶ Session: one guest, one control connection
//!                              │ lends handles            ▲ asks
//!                              ▼                          │
//!                   control-connection, source-file,   the guest walks through FTP:
//!                   secret, progress ───────────────▶  AUTH, USER, PASS, CWD, TYPE, EPSV, STOR, 226
//! ```
//!
//! # Example
//!
//! ```no_run
//! use std::sync::Arc;
//! use ftp_uploader::{Password, Request, Uploader};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let password = Password::new(std::fs::read("password")?)?;
//!     let request = Request::new("ftp.example.org".parse()?, "alice", "incoming")?
//!         .password(password)
//!         .file("report.csv")?;
//!     for receipt in Uploader::new()?.upload(&request, Arc::new(()))? {
//!         println!("{} stored, {} bytes", receipt.file.display(), receipt.sent);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # What it refuses to do
//!
//! To report success without the server's word that it has every byte; to send anything in clear without being told
//! to; to connect to another machine than the one named, or the proxy named; to put a control byte into a command; to
//! wait without end.
//!
//! # The second wall
//!
//! [`Uploader::prepare`] does all that needs files and names; [`Prepared::grants`] then tells what is lent, and
//! [`Prepared::fence`] takes all else from the process (Landlock, seccomp). Only programs that do nothing afterwards can
//! want that, so it is not done unless asked for; the program `ftp-uploader` does it always.
//!
//! Works on Unix systems. An upload blocks the thread that asks for it; no async runtime is needed or started.
//!
//! To read the code, start at `wit/world.wit`, then `host/cli/main.rs`, then [`uploader`](Uploader).

// What `guest/provider` shares with us says `alloc` where others say `std`.
extern crate alloc;

mod assurance;
#[allow(missing_docs, reason = "generated; documented in wit/")]
mod bindings;
mod broken_pipe;
mod connect;
mod delivery;
mod destination;
mod digest;
mod engine;
mod error;
mod escape;
mod feed;
mod fence;
mod file_state;
mod grants;
mod guest_error;
mod incomplete;
mod interrupt;
mod lent;
mod limits;
mod mask;
mod password;
mod prepared;
mod progress;
mod proxy;
mod request;
mod route;
mod session;
mod socket;
mod source;
mod stream;
mod tls;
mod unacknowledged;
mod uploader;

pub use assurance::Verify;
pub use delivery::Retry;
pub use error::{Cause, Connection, ServerText, SourceProblem, UploadError, Violation};
pub use escape::Escaped;
pub use fence::{Wall, Walls, enclose_thread, forbid_dumps};
pub use ftp_protocol::argument::NotAnArgument;
pub use ftp_protocol::server::{NotAServer, Scheme, Server};
pub use grants::{DataConnections, GrantedFile, GrantedProxy, Grants, Limits};
pub use incomplete::{Failure, Incomplete, Remaining, Remains, Whose};
pub use interrupt::Interrupt;
pub use password::Password;
pub use prepared::Prepared;
pub use progress::{Algorithm, Note, Progress, Receipt, Speaker, Step, Verification};
pub use proxy::{NotAProxy, NotProxyAuth, Proxy, ProxyAuth, ProxyProblem, ProxyRefusal};
pub use request::Request;
pub use tls::{
    Authorities, CertificateProblem, ClientIdentity, NotAPin, NotCredentials, Pin, Secured, Tls, TlsProblem, Trust,
};
pub use uploader::Uploader;
