//! The result of one question of a check.

use std::fmt;

use crate::report::error::UploadError;
use crate::report::server_text::ServerText;

/// The result of one question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Finding<T> {
    /// It was not asked: the check is read only, or something before it failed.
    #[default]
    Unasked,
    /// It works.
    Works(T),
    /// The server does not have it.
    Missing,
    /// It does not work.
    Fails(Problem),
}

/// The reason why something does not work.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The reply of the server, if it has refused: the code, and the text.
    pub reply: Option<(u16, ServerText)>,
    /// The problem, in words. They are escaped.
    pub text: String,
}

impl<T> Finding<T> {
    /// Returns the details, if it works.
    pub fn details(&self) -> Option<&T> {
        match self {
            Self::Works(details) => Some(details),
            Self::Unasked | Self::Missing | Self::Fails(_) => None,
        }
    }

    /// Returns true if it works.
    pub fn works(&self) -> bool {
        self.details().is_some()
    }

    /// The finding for `error`. RFC 959 §4.2.2: 500, 502 and 504 are for commands that a server does not have.
    pub(crate) fn of_error(error: &UploadError) -> Self {
        match error {
            UploadError::Refused { code: 500 | 502 | 504, .. } if !error.is_out_of_order() => Self::Missing,
            error => Self::Fails(Problem::of(error)),
        }
    }
}

impl Problem {
    /// The problem behind `error`.
    pub(crate) fn of(error: &UploadError) -> Self {
        let reply = if let UploadError::Refused { code, text, .. }
        | UploadError::NoTls { code, text }
        | UploadError::NotResumed { code, text }
        | UploadError::NotRenamed { code, text, .. } = error
        {
            Some((*code, text.clone()))
        } else {
            None
        };
        Self { reply, text: error.to_string() }
    }

    /// A refusal.
    pub(crate) fn refused(code: u16, text: &ServerText) -> Self {
        Self { reply: Some((code, text.clone())), text: format!("{code} {text}") }
    }

    /// A problem without an error.
    pub(crate) fn new(text: &str) -> Self {
        Self { reply: None, text: text.to_owned() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reply {
            Some((code, text)) => write!(f, "{code} {text}"),
            None => f.write_str(&self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::step::Step;

    fn refused(code: u16, text: &str) -> UploadError {
        UploadError::Refused { step: Step::Attributes, code, text: text.as_bytes().into() }
    }

    #[test]
    fn a_command_that_the_server_does_not_have_is_missing() {
        for code in [500, 502, 504] {
            assert_eq!(Finding::<()>::of_error(&refused(code, "What?")), Finding::Missing);
        }
        for (code, text) in [(550, "No"), (421, "Bye"), (500, "OOPS: child died")] {
            assert!(matches!(Finding::<()>::of_error(&refused(code, text)), Finding::Fails(_)), "{code}");
        }
    }

    #[test]
    fn a_refusal_is_shown_as_its_reply_and_escaped() {
        let problem = Problem::of(&refused(550, "No\x1b[2J"));
        assert_eq!(problem.to_string(), "550 No\\u{1b}[2J");
        assert!(!Problem::of(&UploadError::Unknown).to_string().is_empty());
    }
}
