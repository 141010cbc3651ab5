//! What the tests of TLS share: the usual lines of a protected conversation, and what must hold in each.
//!
//! Whatever a server does, nothing but `AUTH TLS` is sent before TLS has begun; every meeting here claims it, and that
//! neither name, password nor content crossed the network in clear. Next: the tests, first `tls_transfers.rs`.

use std::ffi::OsStr;

use test_servers::certificates::{Authority, Identity};

use crate::support::run::Run;
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::server_log::ServerLog;
use crate::support::tls_server::Tls;
use crate::support::upload::{PASSWORD, Upload};

impl Script {
    /// A server that has agreed to protect the connection.
    pub(crate) fn agreed() -> Self {
        Self::greeted().expect("AUTH TLS").reply("234 Go ahead")
    }

    /// A server that has protected the connection.
    pub(crate) fn secured(tls: &Tls) -> Self {
        Self::agreed().secure(tls)
    }

    /// A server that has let alice in over a protected connection, and will protect data connections too.
    pub(crate) fn protected(tls: &Tls) -> Self {
        Self::secured(tls).log_in().expect("PBSZ 0").reply("200 Fine").expect("PROT P").reply("200 Private")
    }

    /// The same, ready for the first file.
    pub(crate) fn protected_and_ready(tls: &Tls) -> Self {
        Self::protected(tls).enter()
    }

    /// A server that has done so, and has protected the data connection for `name`.
    pub(crate) fn protected_storing(name: &str, tls: &Tls) -> Self {
        Self::protected_and_ready(tls).passive().store(name).secure_data(tls)
    }

    /// Lets alice in.
    pub(crate) fn log_in(self) -> Self {
        let asked = self.expect("USER alice").reply("331 Password, please");
        asked.expect(&format!("PASS {PASSWORD}")).reply("230 Come in")
    }

    /// Takes a whole file over a protected connection and says so, but only when its end was seen.
    pub(crate) fn take_protected(self, name: &str, tls: &Tls) -> Self {
        self.passive().store(name).secure_data(tls).receive_all().reply("226 Stored")
    }

    /// Plays the script to an upload that asks for TLS after AUTH, at `localhost`.
    pub(crate) fn run_protected(self, upload: Upload) -> Run {
        self.run_with_tls("explicit", "localhost", upload)
    }

    /// Plays the script to an upload that asks for this kind of TLS, at this name of the machine.
    pub(crate) fn run_with_tls(self, kind: &str, host: &str, upload: Upload) -> Run {
        let server = ScriptedServer::start(self);
        let host = format!("{host}:{}", server.address().port());
        let program = upload.options(["--tls", kind]).at(host).start();
        let met = Run::end(program, server);
        met.server_log.kept_its_secrets();
        met
    }
}

impl Upload {
    /// Trusting this authority instead of the platform's.
    pub(crate) fn trusting(self, authority: &Authority) -> Self {
        self.with_local("ca.pem", authority.pem()).options(["--ca-file", "ca.pem"])
    }

    /// Trusting this key, whoever shows it.
    pub(crate) fn pinning(self, pin: impl AsRef<OsStr>) -> Self {
        self.options([OsStr::new("--pin"), pin.as_ref()])
    }

    /// Showing this certificate when asked.
    pub(crate) fn showing(self, identity: &Identity) -> Self {
        let local = self.with_local("me.pem", &identity.certificate_pem).with_local("me.key", &identity.key_pem);
        local.options(["--cert", "me.pem", "--key", "me.key"])
    }

    /// With another local file, not to be uploaded.
    pub(crate) fn with_local(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.program(|program| program.with_file(name, content.as_ref()))
    }
}

impl ServerLog {
    /// Nothing was sent in clear but the wish for TLS, and nothing that matters was to be overheard.
    pub(crate) fn kept_its_secrets(&self) -> &Self {
        let rest = self.clear.strip_prefix(b"AUTH TLS\r\n").unwrap_or(&self.clear);
        let only_asked = rest.is_empty() || is_tls(rest);
        self.claim(only_asked, "nothing in clear but AUTH TLS");
        for secret in [PASSWORD, "alice", "inbox", "hello"] {
            let heard = self.overheard.windows(secret.len()).any(|piece| piece == secret.as_bytes());
            self.claim(!heard, &format!("no `{secret}` on the network in clear"));
        }
        self
    }

    /// Nothing was said under protection either: the client left before.
    pub(crate) fn said_nothing(&self) -> &Self {
        // Whatever was said in clear is judged by `kept_its_secrets`.
        let in_clear = |line: &[u8]| self.clear.windows(line.len()).any(|piece| piece == line);
        let said = self.commands.iter().any(|line| !in_clear(line));
        self.claim(!said && self.files.is_empty(), "no command but AUTH TLS, and no file")
    }

    /// So many data connections were protected, each by going on with a session of the control connection.
    pub(crate) fn resumed(&self, times: usize) -> &Self {
        let agreed: Vec<bool> =
            self.handshakes.iter().skip(1).filter_map(|one| one.agreement.as_ref()).map(|one| one.resumed).collect();
        self.claim(agreed == vec![true; times], &format!("{times} data connections with a resumed session"))
    }

    /// No byte of a file came.
    pub(crate) fn stored_nothing(&self) -> &Self {
        self.claim(self.files.iter().all(|file| file.bytes.is_empty()), "no byte of a file")
    }
}

/// A handshake that nobody answers, and a complaint about the answer, are read as text here.
fn is_tls(text: &[u8]) -> bool {
    text.starts_with(&[0x16, 0x03]) || text.starts_with(&[0x15, 0x03])
}

/// A server's certificate for this machine, and the authority that vouches for it.
pub(crate) fn certified() -> (Authority, Identity) {
    let authority = Authority::new();
    let identity = authority.issue(&["localhost", "127.0.0.1"]);
    (authority, identity)
}
