//! The sources from which the program can read its password.

use crate::support::upload::Upload;

/// A source of the password. `tests/usage/terminal.rs` covers the prompt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Source {
    Environment,
    File,
    Descriptor,
    Stdin,
}

impl Source {
    pub(crate) const ALL: [Self; 4] = [Self::Environment, Self::File, Self::Descriptor, Self::Stdin];

    /// Provides the password `secret` from this source.
    pub(crate) fn give(self, secret: &str, upload: Upload) -> Upload {
        let upload = upload.without_password().with_local("password", format!("{secret}\nno more\n"));
        let options: &[&str] = match self {
            Self::Environment => return upload.program(|program| program.environment("FTP_PASSWORD", secret)),
            Self::File => &["--password-file", "password"],
            Self::Descriptor => &["--password-fd", "3"],
            Self::Stdin => &["--password-stdin"],
        };
        upload.options(options).program(|program| match self {
            Self::Descriptor => program.redirected("3<password"),
            Self::Stdin => program.redirected("<password"),
            _ => program,
        })
    }
}
