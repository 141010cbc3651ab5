//! The question whether to trust a certificate, on the terminal, and the profile that gets the pin (`--remember-pin`).
//!
//! It is asked during the TLS handshake, when the process has given up its rights. So the terminal and the file are
//! opened before.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ftp_uploader::{AskTrust, CancelToken, Escaped, UntrustedCertificate, utc};

use crate::output::outputs::Outputs;
use crate::output::stderr;
use crate::platform::terminal::Terminal;
use crate::profile::PinFile;

/// The most names of a certificate that are shown.
const SHOWN_NAMES: usize = 5;

/// The terminal and the profile.
pub struct TrustPrompt {
    terminal: Terminal,
    host: String,
    profile: String,
    file: Mutex<PinFile>,
    token: OnceLock<CancelToken>,
    outputs: OnceLock<Arc<Outputs>>,
}

impl TrustPrompt {
    /// Opens the terminal. `host` is HOST as the user typed it; `profile` is the name of the profile in `file`.
    ///
    /// # Errors
    /// The line for the user, if there is no terminal.
    pub fn open(host: &str, profile: &str, file: PinFile) -> Result<Self, String> {
        let terminal = Terminal::open().map_err(|_| {
            "--remember-pin asks a question, and there is no terminal. Nothing was sent; run it once on a terminal, or \
             write the pin into the profile."
                .to_owned()
        })?;
        let (host, profile) = (host.to_owned(), profile.to_owned());
        Ok(Self { terminal, host, profile, file: Mutex::new(file), token: OnceLock::new(), outputs: OnceLock::new() })
    }

    /// Lets `token` end the wait for an answer.
    pub fn cancelled_by(&self, token: &CancelToken) {
        let _ = self.token.set(token.clone());
    }

    /// Lets the question interrupt the progress that `outputs` show on the same terminal.
    pub fn interrupts(&self, outputs: &Arc<Outputs>) {
        let _ = self.outputs.set(Arc::clone(outputs));
    }

    fn ask(&self, certificate: &UntrustedCertificate) -> bool {
        // Keys that were typed before the question are no answer to it.
        self.terminal.forget_typed();
        if self.terminal.write(&self.question(certificate)).is_err() {
            return false;
        }
        match self.answer().as_deref() {
            Some("yes") => {
                self.remember(&certificate.pin.to_string());
                true
            }
            Some("y") => {
                stderr::say("Only the whole word yes means that you trust the key.");
                false
            }
            Some(_) | None => false,
        }
    }

    fn question(&self, certificate: &UntrustedCertificate) -> String {
        let profile = Escaped(self.profile.as_bytes());
        format!(
            "The certificate of {} is not trusted ({}).\n  Names: {}\n  Valid: {}\n  Pin:   {}\nAn attacker may pose as the \
             server. Let the server's administrator confirm the pin.\nTrust this key from now on, and write its pin into \
             profile {profile}? Type yes or no: ",
            Escaped(self.host.as_bytes()),
            Escaped(certificate.reason.as_bytes()),
            names(&certificate.names),
            certificate.validity.map_or_else(|| "unknown".to_owned(), dates),
            certificate.pin,
        )
    }

    /// Waits for a line. `None` if the run is cancelled, or the terminal is gone.
    fn answer(&self) -> Option<String> {
        let is_cancelled = || self.token.get().is_some_and(CancelToken::is_cancelled);
        self.terminal.line(is_cancelled).map(|line| line.trim().to_lowercase())
    }

    /// Writes the pin. An error does not end the run: the key is trusted, but not remembered.
    fn remember(&self, pin: &str) {
        let profile = Escaped(self.profile.as_bytes());
        stderr::say(&match self.file.lock().unwrap_or_else(PoisonError::into_inner).add(pin) {
            Ok(()) => format!("Note: the pin was written into profile {profile}."),
            Err(why) => format!(
                "Warning: the pin could not be written into profile {profile}: {why}. Write it yourself: pin = [\"{pin}\"]"
            ),
        });
    }
}

impl fmt::Debug for TrustPrompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustPrompt").field("host", &self.host).field("profile", &self.profile).finish_non_exhaustive()
    }
}

impl AskTrust for TrustPrompt {
    fn accepts(&self, certificate: &UntrustedCertificate) -> bool {
        match self.outputs.get() {
            Some(outputs) => outputs.pause(|| self.ask(certificate)),
            None => self.ask(certificate),
        }
    }
}

fn names(names: &[String]) -> String {
    let shown: Vec<_> = names.iter().take(SHOWN_NAMES).map(|name| Escaped(name.as_bytes()).to_string()).collect();
    match (shown.is_empty(), names.len() - shown.len()) {
        (true, _) => "none".to_owned(),
        (false, 0) => shown.join(", "),
        (false, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The first and the last day, in UTC.
fn dates((first, last): (u64, u64)) -> String {
    // RFC 5280 §4.1.2.5: a certificate without an end is valid up to the year 9999.
    let day = |seconds| utc(seconds).and_then(|time| Some(time.split_once(' ')?.0.to_owned()));
    let day = |seconds| day(seconds).unwrap_or_else(|| "for ever".to_owned());
    format!("{} to {}", day(first), day(last))
}
