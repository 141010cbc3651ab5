//! Another password after the server has refused one: at the first login only, when nothing but the login has happened.
//!
//! Servers lock accounts after a few wrong passwords, so the number of passwords is limited. A password that was refused
//! is never sent again by itself (`report/consequence.rs`).

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Instant;

use crate::report::consequence::Again;
use crate::report::error::UploadError;
use crate::report::step::Step;
use crate::report::wording::wants_tls;
use crate::request::password::Password;
use crate::run::workers::{Run, check};

/// The most passwords that a run sends.
const MAX_PASSWORDS: u32 = 3;

/// Returns another password after the given refusal, or `None` if there is no other.
type Ask<'a> = dyn Fn(&UploadError) -> Option<Password> + Send + Sync + 'a;

/// The source of further passwords.
pub(super) struct Passwords<'a> {
    ask: Option<Box<Ask<'a>>>,
    /// The number of passwords that the server has refused.
    refused: AtomicU32,
    /// True after the server has accepted a login.
    accepted: AtomicBool,
}

impl<'a> Passwords<'a> {
    /// Only the password of the request.
    pub(super) fn one() -> Self {
        Self { ask: None, refused: AtomicU32::new(0), accepted: AtomicBool::new(false) }
    }

    /// Asks `ask` for further passwords.
    pub(super) fn ask(&mut self, ask: impl Fn(&UploadError) -> Option<Password> + Send + Sync + 'a) {
        self.ask = Some(Box::new(ask));
    }

    /// Notes that the server has accepted a login: later refusals have other reasons.
    pub(super) fn accepted(&self) {
        self.accepted.store(true, Ordering::Relaxed);
    }

    /// Counts the refusal `error`. Returns the source of another password, if another one may be sent.
    fn source_after(&self, error: &UploadError) -> Option<&Ask<'a>> {
        if !is_wrong_password(error) || self.accepted.load(Ordering::Relaxed) {
            return None;
        }
        let refused = self.refused.fetch_add(1, Ordering::Relaxed) + 1;
        self.ask.as_deref().filter(|_| refused < MAX_PASSWORDS)
    }
}

/// Returns true if the server refused a login whose password was sent, for a reason that another password may remove.
fn is_wrong_password(error: &UploadError) -> bool {
    let never = error.consequence().again == Again::Never;
    never && matches!(error, UploadError::Refused { step: Step::Login, code: 430 | 530, text } if !wants_tls(text))
}

impl Run<'_> {
    /// Sets another password after the refusal `error` of the one that was sent. Returns false if there is none. The time
    /// that the caller takes is not part of the run's limits.
    ///
    /// # Errors
    /// If the run must end.
    pub(super) fn has_other_password(&self, error: &UploadError) -> Result<bool, UploadError> {
        let Some(ask) = self.passwords.source_after(error) else { return Ok(false) };
        check(&self.limits.cancellation, error.step())?;
        let began = Instant::now();
        let password = ask(error);
        self.postpone(began.elapsed());
        check(&self.limits.cancellation, error.step())?;
        let is_another = password.is_some();
        password.into_iter().for_each(|password| self.request.target.password.set(password));
        Ok(is_another)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::server_text::ServerText;

    fn refusal(code: u16, text: &str) -> UploadError {
        UploadError::Refused { step: Step::Login, code, text: ServerText(text.as_bytes().to_vec()) }
    }

    fn asking<'a>() -> Passwords<'a> {
        let mut passwords = Passwords::one();
        passwords.ask(|_| Some(Password::default()));
        passwords
    }

    #[test]
    fn three_passwords_are_sent_at_most() {
        let (passwords, wrong) = (asking(), refusal(530, "Login incorrect"));
        assert_eq!([(); 4].map(|()| passwords.source_after(&wrong).is_some()), [true, true, false, false]);
        assert!(Passwords::one().source_after(&wrong).is_none());
    }

    #[test]
    fn another_password_is_asked_for_only_if_the_first_one_is_wrong() {
        for (code, text) in [(530, "Too many users"), (421, "Busy"), (530, "TLS required"), (332, "Account")] {
            assert!(asking().source_after(&refusal(code, text)).is_none(), "{code} {text}");
        }
        let passwords = asking();
        passwords.accepted();
        assert!(passwords.source_after(&refusal(530, "Login incorrect")).is_none());
    }
}
