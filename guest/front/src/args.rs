//! Parses and checks the command line: HOST USERNAME LOCALFILE REMOTEDIR. The command line of `sync` is in
//! `sync/options.rs`.
//!
//! `ftp_protocol::server` defines the forms of HOST. Forms that ask for TLS are refused, because WASI has none.

use alloc::borrow::ToOwned;
use alloc::string::String;

use ftp_protocol::argument::Argument;
use ftp_protocol::server::{FTP_PORT, Scheme};

use crate::bindings::ftp_uploader::upload::upload::UploadError;
use crate::bindings::ftp_uploader::wasi::grants::{ClearText, ConnectError, Server};
use crate::cli_error::{CliError, Place};

/// The four arguments of an upload.
#[derive(Debug)]
pub(crate) struct Args<'a> {
    pub(crate) target: Target<'a>,
    pub(crate) file: &'a str,
    /// The last part of the file's path: its name on the server.
    pub(crate) name: &'a str,
}

/// The server, the user and the directory.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    pub(crate) server: Server,
    pub(crate) user: &'a str,
    pub(crate) directory: &'a str,
    /// `-v`: print the conversation.
    pub(crate) verbose: bool,
}

impl<'a> Args<'a> {
    /// Parses the arguments. The first is the program's name.
    pub(crate) fn parse(arguments: &'a [String]) -> Result<Self, CliError> {
        let given = arguments.get(1..).unwrap_or_default();
        let (verbose, given) = match given {
            [first, rest @ ..] if matches!(first.as_str(), "-v" | "--verbose") => (true, rest),
            _ => (false, given),
        };
        let [host, user, file, directory] = given else { return Err(CliError::Usage) };
        let name = file.rsplit('/').next().unwrap_or(file);
        check(name, "the name of LOCALFILE")?;
        Ok(Self { target: Target::parse(host, user, directory, verbose)?, file, name })
    }
}

impl<'a> Target<'a> {
    /// Parses and checks the arguments that all commands have.
    pub(crate) fn parse(host: &str, user: &'a str, directory: &'a str, verbose: bool) -> Result<Self, CliError> {
        check(user, "USERNAME")?;
        check(directory, "REMOTEDIR")?;
        Ok(Self { server: server(host)?, user, directory, verbose })
    }

    /// Adds to `error` the values that its message needs.
    pub(crate) fn blame(&self, error: UploadError) -> CliError {
        self.blame_for(self.directory, error)
    }

    /// Does the same for an error about another directory than that of the target.
    pub(crate) fn blame_for(&self, directory: &str, error: UploadError) -> CliError {
        let (host, user) = (self.server.host.clone(), self.user.to_owned());
        CliError::Upload(Place { host, user, directory: directory.to_owned() }, error)
    }
}

fn check(text: &str, what: &'static str) -> Result<(), CliError> {
    Argument::new(text.as_bytes()).map(drop).map_err(|_| CliError::Argument(what))
}

/// `ftp://` allows a connection in clear to any machine; the other schemes ask for TLS, which WASI does not have.
fn server(text: &str) -> Result<Server, CliError> {
    let typed: ftp_protocol::server::Server = text.parse().map_err(|_| CliError::Host)?;
    // WASI cannot select an interface by its name.
    if typed.scope().is_some() {
        return Err(CliError::Host);
    }
    let host = typed.host().to_owned();
    let clear_text = match typed.scheme() {
        None => ClearText::Loopback,
        Some(Scheme::Ftp) => ClearText::Anywhere,
        Some(Scheme::Ftps | Scheme::Ftpes) => return Err(CliError::Connect(host, ConnectError::NeedsTls)),
    };
    Ok(Server { host, port: typed.port().unwrap_or(FTP_PORT), clear_text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<(String, String), CliError> {
        let arguments: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        Args::parse(&arguments).map(|args| (args.target.server.host, args.name.to_owned()))
    }

    #[test]
    fn only_a_scheme_without_tls_lets_clear_text_leave_the_machine() {
        for (text, clear_text, port) in [
            ("h", ClearText::Loopback, 21),
            ("h:2121", ClearText::Loopback, 2121),
            ("ftp://h", ClearText::Anywhere, 21),
            ("ftp://h:2121/", ClearText::Anywhere, 2121),
        ] {
            let server = server(text).unwrap();
            assert_eq!((server.clear_text, server.port), (clear_text, port), "{text:?}");
        }
    }

    #[test]
    fn a_scheme_with_tls_and_a_malformed_server_are_refused_for_different_reasons() {
        for text in ["ftps://h", "ftpes://h", "FTPS://localhost:21"] {
            assert!(matches!(server(text), Err(CliError::Connect(_, ConnectError::NeedsTls))), "{text:?}");
        }
        for text in ["", "ftp://a@h", "ftps://a@h", "h/d", "fe80::1%eth0"] {
            assert!(matches!(server(text), Err(CliError::Host)), "{text:?}");
        }
    }

    #[test]
    fn four_arguments_are_needed_and_none_can_add_a_command() {
        assert_eq!(parsed(&["p", "h", "u", "/d/f", "in"]).unwrap(), ("h".to_owned(), "f".to_owned()));
        assert!(parsed(&["p", "-v", "h", "u", "f", "in"]).is_ok());
        assert!(matches!(parsed(&["p", "h", "u", "f"]), Err(CliError::Usage)));
        assert!(matches!(parsed(&["p", "h", "u\r\nDELE x", "f", "in"]), Err(CliError::Argument("USERNAME"))));
        assert!(matches!(parsed(&["p", "h", "u", "d/", "in"]), Err(CliError::Argument("the name of LOCALFILE"))));
        assert!(matches!(parsed(&["p", "h", "u", "f", ""]), Err(CliError::Argument("REMOTEDIR"))));
    }
}
