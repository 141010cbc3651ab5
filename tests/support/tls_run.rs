//! Scripts and claims for the tests of TLS.
//!
//! Every run here claims that the client sends nothing but `AUTH TLS` before TLS, and that no name, password or content
//! crosses the network in clear.

use std::ffi::OsStr;

use test_servers::certificates::{Authority, Identity};

use crate::support::run::Run;
use crate::support::script::{Move, Script};
use crate::support::scripted_server::ScriptedServer;
use crate::support::server_log::ServerLog;
use crate::support::tls_server::Tls;
use crate::support::upload::{HELLO, PASSWORD, Upload};

impl Script {
    /// A server that has accepted AUTH TLS.
    pub(crate) fn agreed() -> Self {
        Self::greeted().expect("AUTH TLS").reply("234 Go ahead")
    }

    /// A server that has completed the TLS handshake.
    pub(crate) fn secured(tls: &Tls) -> Self {
        Self::agreed().secure(tls)
    }

    /// A server after a login inside TLS, which has accepted PROT P.
    pub(crate) fn protected(tls: &Tls) -> Self {
        Self::secured(tls).log_in().expect("PBSZ 0").reply("200 Fine").expect("PROT P").reply("200 Private")
    }

    /// The same, ready for the first file.
    pub(crate) fn protected_and_ready(tls: &Tls) -> Self {
        Self::protected(tls).enter()
    }

    /// A server that has completed the TLS handshake of the data connection for `name`.
    pub(crate) fn protected_storing(name: &str, tls: &Tls) -> Self {
        Self::protected_and_ready(tls).passive().store(name).secure_data(tls)
    }

    /// Accepts the login of alice.
    pub(crate) fn log_in(self) -> Self {
        let asked = self.expect("USER alice").reply("331 Password, please");
        asked.expect(&format!("PASS {PASSWORD}")).reply("230 Come in")
    }

    /// Stores a whole file over a protected data connection, and confirms it after its end.
    pub(crate) fn take_protected(self, name: &str, tls: &Tls) -> Self {
        self.passive().store(name).secure_data(tls).receive_all().reply("226 Stored")
    }

    /// Plays the script to an upload to `localhost` with explicit TLS.
    pub(crate) fn run_protected(self, upload: Upload) -> Run {
        self.run_with_tls("explicit", "localhost", upload)
    }

    /// Plays the script to an upload with this kind of TLS, to this host name.
    pub(crate) fn run_with_tls(self, kind: &str, host: &str, upload: Upload) -> Run {
        let server = ScriptedServer::start(self);
        let host = format!("{host}:{}", server.address().port());
        let program = upload.options(["--tls", kind]).at(host).start();
        let run = Run::end(program, server);
        run.server_log.kept_its_secrets();
        run
    }
}

impl Upload {
    /// Trusts this authority instead of the platform's.
    pub(crate) fn trusting(self, authority: &Authority) -> Self {
        self.with_local("ca.pem", authority.pem()).options(["--ca-file", "ca.pem"])
    }

    /// Trusts this key only.
    pub(crate) fn pinning(self, pin: impl AsRef<OsStr>) -> Self {
        self.options([OsStr::new("--pin"), pin.as_ref()])
    }

    /// Sends this certificate if the server asks for one.
    pub(crate) fn showing(self, identity: &Identity) -> Self {
        let local = self.with_local("me.pem", &identity.certificate_pem).with_local("me.key", &identity.key_pem);
        local.options(["--cert", "me.pem", "--key", "me.key"])
    }

    /// Adds a local file that is not uploaded.
    pub(crate) fn with_local(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.program(|program| program.with_file(name, content.as_ref()))
    }
}

impl ServerLog {
    /// Claims that only `AUTH TLS` was sent in clear, and that no secret crossed the network in clear.
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

    /// Claims that the client left without a command inside TLS, too.
    pub(crate) fn said_nothing(&self) -> &Self {
        // `kept_its_secrets` checks the commands in clear.
        let in_clear = |line: &[u8]| self.clear.windows(line.len()).any(|piece| piece == line);
        let said = self.commands.iter().any(|line| !in_clear(line));
        self.claim(!said && self.files.is_empty(), "no command but AUTH TLS, and no file")
    }

    /// Claims that so many data connections were protected, each by a resumed session.
    pub(crate) fn resumed(&self, times: usize) -> &Self {
        let agreed: Vec<bool> =
            self.handshakes.iter().skip(1).filter_map(|one| one.agreement.as_ref()).map(|one| one.resumed).collect();
        self.claim(agreed == vec![true; times], &format!("{times} data connections with a resumed session"))
    }

    /// Claims that no byte of a file arrived.
    pub(crate) fn stored_nothing(&self) -> &Self {
        self.claim(self.files.iter().all(|file| file.bytes.is_empty()), "no byte of a file")
    }
}

/// Returns true for TLS records. The script reads an unanswered handshake, and the client's alert about a bad answer,
/// as text.
fn is_tls(text: &[u8]) -> bool {
    text.starts_with(&[0x16, 0x03]) || text.starts_with(&[0x15, 0x03])
}

/// Returns an authority, and a certificate that it has issued for this machine.
pub(crate) fn certified() -> (Authority, Identity) {
    let authority = Authority::new();
    let identity = authority.issue(&["localhost", "127.0.0.1"]);
    (authority, identity)
}

/// Shows a certificate that the program must refuse.
#[track_caller]
pub(crate) fn refused(tls: &Tls, upload: Upload) -> Run {
    let run = Script::agreed().then(Move::FailToSecure(tls.clone())).run_protected(upload);
    run.outcome.fails(5);
    run.server_log.said_nothing();
    run
}

/// Shows a certificate that the program must accept.
#[track_caller]
pub(crate) fn stored(tls: &Tls, upload: Upload) -> Run {
    let script = Script::protected_and_ready(tls).take_protected("hello.txt", tls).and_all_is_well();
    let run = script.run_protected(upload);
    run.outcome.succeeds();
    run.server_log.stored(HELLO).resumed(1);
    run
}

/// Returns the pin that a user would copy from the message.
pub(crate) fn pin_in(text: &str) -> String {
    let start = text.find("sha256:").unwrap_or(text.len());
    let of_a_pin = |&character: &char| character.is_ascii_alphanumeric() || ":+/=".contains(character);
    text[start..].chars().take_while(of_a_pin).collect()
}
