//! The commands that an upload sends, as values, and their bytes (RFC 959, 2428, 3659, 4217).
//!
//! PASS is not among them: the component cannot send a password, it can only ask the host to send it. Text enters a
//! command only as an [`Argument`].

use crate::argument::{Argument, TELNET_IAC};
use crate::digest::{Algorithm, Inquiry};
use crate::endpoint::Endpoint;
use crate::timestamp::Timestamp;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A command (RFC 959 §4.1), complete with its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// Begins TLS: `AUTH TLS` (RFC 4217 §4).
    AuthTls,
    /// The protection buffer size, which TLS does not use but which must precede PROT: `PBSZ 0` (RFC 4217 §9).
    Pbsz,
    /// Data connections are protected from here on: `PROT P` (RFC 4217 §9).
    ProtPrivate,
    /// The user name (RFC 959 §4.1.1).
    User(Argument<'a>),
    /// The account, for servers that ask for one (RFC 959 §4.1.1).
    Acct(Argument<'a>),
    /// The name of this client: some servers accept no `OPTS UTF8 ON` before it.
    Clnt,
    /// Parameters for this kind of server, given by the user (RFC 959 §4.1.3).
    Site(Argument<'a>),
    /// Names are UTF-8 from here on: `OPTS UTF8 ON`. Servers that do not follow RFC 2640 by default expect it.
    OptsUtf8,
    /// Asks for the features of the server (RFC 2389 §3).
    Feat,
    /// Changes the working directory (RFC 959 §4.1.1).
    Cwd(Argument<'a>),
    /// Makes a directory (RFC 959 §4.1.3).
    Mkd(Argument<'a>),
    /// Asks for the name of the working directory (RFC 959 §4.1.3).
    Pwd,
    /// Binary transfer: `TYPE I` (RFC 959 §3.1.1.3).
    TypeImage,
    /// Asks the server to open a port for the data connection, for either IP version (RFC 2428 §3).
    Epsv,
    /// The same for IPv4 only (RFC 959 §4.1.2).
    Pasv,
    /// Asks the server to connect to this endpoint, of either IP version: `EPRT |1|192.0.2.1|6275|` (RFC 2428 §2).
    Eprt(Endpoint<'a>),
    /// The same for IPv4 only: `PORT 192,0,2,1,24,131` (RFC 959 §4.1.2).
    Port(Endpoint<'a>),
    /// The next STOR begins at this byte of the file (RFC 3659 §5).
    Rest(u64),
    /// Stores the data under this name (RFC 959 §4.1.3).
    Stor(Argument<'a>),
    /// Appends the data to the file of this name (RFC 959 §4.1.3).
    Appe(Argument<'a>),
    /// Stores the data under a name that is not in use (RFC 959 §4.1.3).
    Stou,
    /// Asks for the size of the file of this name, in bytes (RFC 3659 §4).
    Size(Argument<'a>),
    /// Asks for the time of last modification of the file of this name (RFC 3659 §3).
    Mdtm(Argument<'a>),
    /// Selects the algorithm that HASH uses from here on (draft-bryan-ftp-hash §4).
    OptsHash(Algorithm),
    /// Asks for the hash of the file of this name.
    Hash(Inquiry, Argument<'a>),
    /// No operation (RFC 959 §4.1.3): for a server that expects a command that will not be sent.
    Noop,
    /// Names the file to rename (RFC 959 §4.1.3).
    Rnfr(Argument<'a>),
    /// Gives it this new name (RFC 959 §4.1.3).
    Rnto(Argument<'a>),
    /// Removes the file (RFC 959 §4.1.3).
    Dele(Argument<'a>),
    /// Removes the directory, which must be empty (RFC 959 §4.1.3).
    Rmd(Argument<'a>),
    /// Asks for data: a listing, or a file.
    Retrieve(Retrieval<'a>),
    /// Sets the time of last modification (draft-somers-ftp-mfxx §3).
    Mfmt(Timestamp, Argument<'a>),
    /// The same in a form that some servers accept, although RFC 3659 §3 defines MDTM only for reading the time.
    MdtmSet(Timestamp, Argument<'a>),
    /// The same in a form that other servers accept: access, modification, creation.
    SiteUtime(Timestamp, Argument<'a>),
    /// Sets the permissions, in octal.
    SiteChmod(u16, Argument<'a>),
    /// Ends the session (RFC 959 §4.1.1).
    Quit,
}

/// A command after which the server sends data (RFC 959 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retrieval<'a> {
    /// Lists this directory, or the working directory, as facts (RFC 3659 §7).
    Mlsd(Option<Argument<'a>>),
    /// Lists this directory, or the working directory, in the form of the server (RFC 959 §4.1.3).
    List(Option<Argument<'a>>),
    /// Lists the working directory like LIST, with the names that begin with a dot. RFC 959 knows no options, but many
    /// servers take those of the command `ls`.
    ListAll,
    /// Sends the file of this name (RFC 959 §4.1.3).
    Retr(Argument<'a>),
}

/// The text before the argument, the argument, and the text after it.
type Parts<'a> = (Cow<'static, str>, Option<Argument<'a>>, String);

impl Command<'_> {
    /// Returns the command as bytes for the control connection, with its line end (RFC 959 §5.3).
    pub fn to_bytes(self) -> Vec<u8> {
        let (head, argument, tail) = self.parts();
        let mut line = head.into_owned().into_bytes();
        if let Some(argument) = argument {
            line.push(b' ');
            line.extend_from_slice(argument.as_bytes());
        }
        line.extend_from_slice(tail.as_bytes());
        line.extend_from_slice(b"\r\n");
        line
    }

    /// Returns the text before the argument, the argument, and the text after it.
    fn parts(&self) -> Parts<'_> {
        match *self {
            Self::AuthTls => plain("AUTH TLS", None),
            Self::Pbsz => plain("PBSZ 0", None),
            Self::ProtPrivate => plain("PROT P", None),
            Self::User(name) => plain("USER", Some(name)),
            Self::Acct(account) => plain("ACCT", Some(account)),
            Self::Clnt => plain("CLNT ftp-uploader", None),
            Self::Site(parameters) => plain("SITE", Some(parameters)),
            Self::OptsUtf8 => plain("OPTS UTF8 ON", None),
            Self::Feat => plain("FEAT", None),
            Self::Cwd(directory) => plain("CWD", Some(directory)),
            Self::Mkd(directory) => plain("MKD", Some(directory)),
            Self::Pwd => plain("PWD", None),
            Self::TypeImage => plain("TYPE I", None),
            Self::Epsv => plain("EPSV", None),
            Self::Pasv => plain("PASV", None),
            Self::Eprt(endpoint) => built(endpoint.eprt(), None),
            Self::Port(endpoint) => built(endpoint.port(), None),
            Self::Rest(offset) => built(format!("REST {offset}"), None),
            Self::Stor(name) => plain("STOR", Some(name)),
            Self::Appe(name) => plain("APPE", Some(name)),
            Self::Stou => plain("STOU", None),
            Self::Size(name) => plain("SIZE", Some(name)),
            Self::Mdtm(name) => plain("MDTM", Some(name)),
            Self::OptsHash(algorithm) => built(format!("OPTS HASH {}", algorithm.name()), None),
            Self::Hash(inquiry, name) => plain(inquiry.verb(), Some(name)),
            Self::Noop => plain("NOOP", None),
            Self::Rnfr(name) => plain("RNFR", Some(name)),
            Self::Rnto(name) => plain("RNTO", Some(name)),
            Self::Dele(name) => plain("DELE", Some(name)),
            Self::Rmd(directory) => plain("RMD", Some(directory)),
            Self::Retrieve(retrieval) => retrieval.parts(),
            Self::Mfmt(time, name) => built(format!("MFMT {time}"), Some(name)),
            Self::MdtmSet(time, name) => built(format!("MDTM {time}"), Some(name)),
            Self::SiteUtime(time, name) => ("SITE UTIME".into(), Some(name), format!(" {time} {time} {time} UTC")),
            Self::SiteChmod(mode, name) => built(format!("SITE CHMOD {:o}", mode & 0o777), Some(name)),
            Self::Quit => plain("QUIT", None),
        }
    }
}

impl<'a> Retrieval<'a> {
    fn parts(self) -> Parts<'a> {
        match self {
            Self::Mlsd(directory) => plain("MLSD", directory),
            Self::List(directory) => plain("LIST", directory),
            Self::ListAll => plain("LIST -a", None),
            Self::Retr(name) => plain("RETR", Some(name)),
        }
    }
}

fn plain<'a>(head: &'static str, argument: Option<Argument<'a>>) -> Parts<'a> {
    (Cow::Borrowed(head), argument, String::new())
}

fn built<'a>(head: String, argument: Option<Argument<'a>>) -> Parts<'a> {
    (Cow::Owned(head), argument, String::new())
}

/// The longest line that [`is_one_command`] accepts, in bytes, including the line end.
pub const MAX_COMMAND: usize = 16_384;

/// The most lines that [`commands_in`] accepts.
pub const MAX_FLIGHT: usize = 8;

/// Returns the lines of `bytes`, with their line ends, if there are one to [`MAX_FLIGHT`] and each is one command and
/// not PASS. A host that sends lines for a guest calls this as a second check.
pub fn commands_in(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').take(MAX_FLIGHT + 1).collect();
    let fit = (1..=MAX_FLIGHT).contains(&lines.len()) && lines.iter().all(|line| is_one_command(line));
    fit.then_some(lines)
}

/// Returns true if `bytes` are one line, one command, and not PASS.
pub fn is_one_command(bytes: &[u8]) -> bool {
    let Some(line) = bytes.strip_suffix(b"\r\n") else { return false };
    // The verb does not end only at a space: servers differ in the bytes that they skip before a command or accept as
    // its end.
    let verb = line.split(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
    bytes.len() <= MAX_COMMAND
        && !line.iter().any(|&byte| matches!(byte, b'\r' | b'\n' | 0 | TELNET_IAC))
        && !verb.is_empty()
        && !verb.eq_ignore_ascii_case(b"PASS")
}

/// Returns true if `bytes` are a command that lets the server compute a hash, which takes as long as reading the file.
pub fn asks_for_hash(bytes: &[u8]) -> bool {
    let verb = bytes.split(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
    ["HASH", "XSHA256", "XSHA1", "XMD5", "XCRC", "MD5"].iter().any(|hash| verb.eq_ignore_ascii_case(hash.as_bytes()))
}

/// Returns true if `bytes` are the command that asks for TLS: the only command that may be sent in clear if TLS is
/// required.
pub fn asks_for_tls(bytes: &[u8]) -> bool {
    bytes == Command::AuthTls.to_bytes()
}

#[cfg(test)]
mod tests;
