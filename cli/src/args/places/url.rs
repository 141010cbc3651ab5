//! The URL that names an account and a directory: `ftp://USER@HOST[:PORT][/DIR]`, also `ftps://` and `ftpes://`
//! (RFC 3986; the path is read as curl does: RFC 1738 §3.2.2 with one `CWD`).
//!
//! The text after the user is given on to the parser of HOST, which checks the name and the port.

use std::ffi::{OsStr, OsString};

use crate::platform::names::from_bytes;

/// The schemes of a server, in small letters. They select the protection of the connection.
const SCHEMES: [&str; 3] = ["ftp", "ftps", "ftpes"];

/// Schemes of other protocols that people type, each with the protocol and a program that speaks it.
const OTHER_PROTOCOLS: [(&str, &str, &str); 12] = [
    ("sftp", "SFTP, which runs inside SSH", "sftp or scp"),
    ("scp", "SCP, which runs inside SSH", "scp"),
    ("ssh", "SSH", "sftp or scp"),
    ("rsync", "rsync", "rsync"),
    ("tftp", "TFTP", "curl or tftp"),
    ("http", "HTTP", "curl"),
    ("https", "HTTPS", "curl"),
    ("dav", "WebDAV", "curl or rclone"),
    ("davs", "WebDAV", "curl or rclone"),
    ("s3", "the protocol of S3", "rclone"),
    ("smb", "SMB", "smbclient"),
    ("file", "no protocol, but a local file", "cp"),
];

const SECRET: &str = "the URL includes a password, which every user of this machine can read there. Nothing was sent; \
                      leave the colon and the password out, and set FTP_PASSWORD, use --password-file, or wait for the \
                      prompt. A colon that belongs to the user name is written as %3A.";

const NO_USER: &str = "the URL has no user name. Nothing was sent; write ftpes://USERNAME@HOST/REMOTEDIR, or ./ftp:// in \
                       front of a local file of that name.";

const IN_THE_MIDDLE: &str =
    "the URL stands between local files. Nothing was sent; write it before or after all of them.";

const TWO_URLS: &str = "the command line has two URLs. Nothing was sent; files go to one server at a time.";

const BAD_PERCENT: &str = "a % in the URL is not followed by two hexadecimal digits. Nothing was sent; write %25 for a \
                           percent sign.";

const CONTROL: &str = "the URL contains a control byte. No FTP command can carry that; nothing was sent.";

const NOT_UTF_8: &str = "the URL has bytes that are not UTF-8, which this system cannot represent. Nothing was sent; write \
                         UTF-8 behind each %.";

/// The parts of a URL with a user, decoded.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LoginUrl {
    /// The scheme, the host and the port, as the parser of HOST accepts them.
    pub(super) host: OsString,
    pub(super) user: OsString,
    /// The directory: relative to that of the login, unless it begins with a slash.
    pub(super) directory: OsString,
}

/// Returns the URL with a user among the words, and the other words; `None` if there is none.
///
/// # Errors
/// A line for the user, if a URL is malformed, has a password, or is not in its place.
pub(super) fn find(words: &[OsString]) -> Result<Option<(LoginUrl, Vec<OsString>)>, String> {
    words.iter().try_for_each(|word| refuse_other_protocol(word))?;
    let mut urls = words.iter().enumerate().filter_map(|(index, word)| Some((index, Parts::of(word)?)));
    let Some((index, parts)) = urls.next() else { return Ok(None) };
    if parts.has_password() {
        return Err(SECRET.to_owned());
    }
    if urls.next().is_some() {
        return Err(TWO_URLS.to_owned());
    }
    let Some(user) = parts.user else {
        return if index == 0 && parts.is_host() { Ok(None) } else { Err(NO_USER.to_owned()) };
    };
    if index != 0 && index + 1 != words.len() {
        return Err(IN_THE_MIDDLE.to_owned());
    }
    let others = words.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, word)| word.clone()).collect();
    Ok(Some((parts.login(user)?, others)))
}

/// Returns true if the first word is the URL of a server.
pub(super) fn starts_with_host(words: &[OsString]) -> bool {
    words.first().is_some_and(|word| Parts::of(word).is_some())
}

fn refuse_other_protocol(word: &OsStr) -> Result<(), String> {
    let Some((scheme, _)) = split_scheme(word.as_encoded_bytes()) else { return Ok(()) };
    let other = OTHER_PROTOCOLS.iter().find(|(other, _, _)| scheme.eq_ignore_ascii_case(other.as_bytes()));
    other.map_or(Ok(()), |(scheme, protocol, program)| {
        Err(format!(
            "{scheme}:// is the address of another protocol: {protocol}. Nothing was sent; this program speaks only FTP \
             and FTPS (ftp://, ftpes://, ftps://), so use {program} instead."
        ))
    })
}

/// Splits `scheme://rest`. A scheme has no slash, so that no path is taken for a URL.
fn split_scheme(word: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = word.windows(3).position(|bytes| bytes == b"://")?;
    let (scheme, rest) = (&word[..at], &word[at + 3..]);
    let is_scheme = scheme.first().is_some_and(u8::is_ascii_alphabetic) && scheme.iter().all(u8::is_ascii_alphanumeric);
    is_scheme.then_some((scheme, rest))
}

/// The parts of a URL as they were typed.
struct Parts<'a> {
    scheme: &'a [u8],
    user: Option<&'a [u8]>,
    host: &'a [u8],
    /// The text from the first slash on.
    path: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Returns the parts of `word`, or `None` if it has none of the schemes.
    fn of(word: &'a OsStr) -> Option<Self> {
        let (scheme, rest) = split_scheme(word.as_encoded_bytes())?;
        SCHEMES.iter().find(|known| scheme.eq_ignore_ascii_case(known.as_bytes()))?;
        let (authority, path) = rest.split_at(rest.iter().position(|byte| *byte == b'/').unwrap_or(rest.len()));
        // The last one, because a user name may contain the sign.
        let (user, host) = match authority.iter().rposition(|byte| *byte == b'@') {
            Some(at) => (Some(&authority[..at]), &authority[at + 1..]),
            None => (None, authority),
        };
        Some(Self { scheme, user, host, path })
    }

    /// Returns true if the URL names a server only, so that it may be HOST.
    fn is_host(&self) -> bool {
        matches!(self.path, b"" | b"/")
    }

    /// Returns true if the URL seems to have a password. A password with a slash ends the authority too early, so that
    /// its sign `@` stands in the path and its beginning in place of the port.
    fn has_password(&self) -> bool {
        let colon = |text: &[u8]| text.iter().position(|byte| *byte == b':');
        match self.user {
            Some(user) => colon(user).is_some(),
            None => {
                let is_port = |at: usize| self.host[at + 1..].iter().all(u8::is_ascii_digit);
                let is_odd = !self.host.starts_with(b"[") && colon(self.host).is_some_and(|at| !is_port(at));
                is_odd && self.path.contains(&b'@')
            }
        }
    }

    fn login(&self, user: &[u8]) -> Result<LoginUrl, String> {
        let user = decoded(user)?;
        if user.is_empty() {
            return Err(NO_USER.to_owned());
        }
        let host = [self.scheme, b"://", &self.host()?].concat();
        let host = from_bytes(host).ok_or(NOT_UTF_8)?;
        Ok(LoginUrl { host, user: text(user)?, directory: self.directory()? })
    }

    /// The host and the port. Inside brackets `%25` or `%` begins the scope of an address (RFC 6874 §2).
    fn host(&self) -> Result<Vec<u8>, String> {
        if !self.host.starts_with(b"[") {
            return decoded(self.host);
        }
        let scope = self.host.windows(3).position(|bytes| bytes == b"%25");
        Ok(scope.map_or(self.host.to_vec(), |at| [&self.host[..at], b"%", &self.host[at + 3..]].concat()))
    }

    /// The directory: the text after the first slash, without slashes at its end; `.` if there is none.
    fn directory(&self) -> Result<OsString, String> {
        let mut path = decoded(self.path.strip_prefix(b"/").unwrap_or(self.path))?;
        while path.len() > 1 && path.ends_with(b"/") {
            path.pop();
        }
        if path.is_empty() { Ok(".".into()) } else { text(path) }
    }
}

/// Returns decoded bytes as a text of the system.
fn text(bytes: Vec<u8>) -> Result<OsString, String> {
    from_bytes(bytes).ok_or_else(|| NOT_UTF_8.to_owned())
}

/// Decodes `%XX` (RFC 3986 §2.1).
fn decoded(text: &[u8]) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hexadecimal(rest.next())
                .zip(hexadecimal(rest.next()))
                .map(|(high, low)| high << 4 | low)
                .ok_or_else(|| BAD_PERCENT.to_owned())?,
            other => *other,
        });
    }
    if bytes.iter().any(u8::is_ascii_control) { Err(CONTROL.to_owned()) } else { Ok(bytes) }
}

fn hexadecimal(digit: Option<&u8>) -> Option<u8> {
    char::from(*digit?).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
