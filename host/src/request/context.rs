//! The facts about one run that messages mention: names as the caller gave them, and the options that change the advice.

use std::ffi::OsString;
use std::path::Path;
use std::sync::OnceLock;

use ftp_text::escape::Escaped;

use crate::request::Request;
use crate::request::job::{Item, Job};
use crate::request::security::Tls;
use crate::request::setting::{Setting, Wording};

/// The facts about one run that messages mention. It contains no secret. It is made before the run and shared between
/// the display and the messages; only [`note_empty_password`](Self::note_empty_password) changes it later.
///
/// The default value knows nothing about a run: its messages say "the server", and give the advice that is always right.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Context {
    /// The reader of the messages. Default: [`Wording::Library`].
    pub wording: Wording,
    /// The server, as messages name it. A program sets it to the text that its user typed, without user information such
    /// as a password. If it is empty, messages say "the server".
    pub host: String,
    /// The user name.
    pub user: Vec<u8>,
    /// The directory on the server.
    pub directory: Vec<u8>,
    /// The name under which a stream is stored.
    pub stream_name: Option<OsString>,
    /// [`Delivery::atomic`](crate::Delivery::atomic).
    pub atomic: bool,
    /// True if the job is [`Sync`](crate::Sync), which has its own rules for names and always replaces files.
    pub sync: bool,
    /// True if the job is [`Check`](crate::Check), whose file is nobody's.
    pub check: bool,
    /// [`Delivery::resume`](crate::Delivery::resume).
    pub resume: bool,
    /// [`Delivery::replace`](crate::Delivery::replace).
    pub replace: bool,
    /// [`Delivery::unique`](crate::Delivery::unique).
    pub unique: bool,
    /// [`Delivery::create_directories`](crate::Delivery::create_directories).
    pub create_directories: bool,
    /// [`Network::active`](crate::Network::active).
    pub active: bool,
    /// True if there is a [`Network::proxy`](crate::Network::proxy).
    pub behind_proxy: bool,
    /// True if there is a [`Security::identity`](crate::Security::identity).
    pub client_certificate: bool,
    /// True if the upload is, or may be, in clear text. It is decided before the server's name is resolved.
    pub may_be_clear: bool,
    /// True if the upload is in clear text, and leaves this machine: anyone on the network between can read the password and
    /// the files.
    pub is_readable_by_others: bool,
    /// True if the directory is the name of a local file: a user of a program may have forgotten the directory after a
    /// list of files. Only the caller knows; default: false.
    pub last_is_local_file: bool,
    /// Set when the password was read and is empty.
    empty_password: OnceLock<()>,
}

impl Context {
    /// The facts about `request`.
    pub fn of(request: &Request) -> Self {
        let Request { target, job, network, delivery, security, .. } = request;
        Self {
            wording: Wording::Library,
            host: target.server.to_string(),
            user: target.user.clone(),
            directory: job.directory().to_vec(),
            stream_name: stream_name(job),
            atomic: delivery.atomic,
            sync: matches!(job, Job::Sync(_)),
            check: matches!(job, Job::Check(_)),
            resume: delivery.resume,
            replace: delivery.replace,
            unique: delivery.unique,
            create_directories: delivery.create_directories,
            active: network.active,
            behind_proxy: network.proxy.is_some(),
            client_certificate: security.identity.is_some(),
            may_be_clear: may_be_clear(request),
            is_readable_by_others: request.tls() == Tls::Off && !is_here(request),
            last_is_local_file: false,
            empty_password: OnceLock::new(),
        }
    }

    /// Notes that the password is empty, which explains why a server refuses it.
    pub fn note_empty_password(&self) {
        let _ = self.empty_password.set(());
    }

    /// Returns true if the password is empty.
    pub fn password_is_empty(&self) -> bool {
        self.empty_password.get().is_some()
    }

    /// Returns the name of `setting` for the reader of the messages.
    pub fn name(&self, setting: Setting) -> &'static str {
        setting.name(self.wording)
    }

    /// Returns the server as messages name it, escaped.
    pub(crate) fn server(&self) -> String {
        if self.host.is_empty() { "the server".to_owned() } else { Escaped(self.host.as_bytes()).to_string() }
    }

    /// Returns true if `file` is the stream of the run.
    pub(crate) fn is_stream(&self, file: &Path) -> bool {
        self.stream_name.as_deref() == Some(file.as_os_str())
    }
}

fn stream_name(job: &Job) -> Option<OsString> {
    let Job::Put(put) = job else { return None };
    put.items.iter().find_map(|item| match item {
        Item::Stream(_, name) => Some(name.clone().into_os_string()),
        Item::File(_) | Item::FileAs(..) => None,
    })
}

/// Returns true if the upload is or may be in clear text.
fn may_be_clear(request: &Request) -> bool {
    match request.tls() {
        Tls::Off => true,
        Tls::UnlessLoopback => is_here(request),
        Tls::Explicit | Tls::Implicit => false,
    }
}

/// Returns true if the user has named this machine. Behind a proxy no server counts as this machine.
fn is_here(request: &Request) -> bool {
    request.network.proxy.is_none() && request.target.server.is_this_machine()
}
