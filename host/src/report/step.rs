//! The enums that events and errors use: steps of a conversation, causes of failures. They mirror enums of `wit/`, so
//! that the public types do not change with the generated code; `sandbox/values.rs` converts between them.

pub use ftp_text::digest::Algorithm;

/// A step of the conversation with the server. Events and errors carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Waiting for the server's greeting (RFC 959 §5.4, 120 and 220).
    Greeting,
    /// TLS on the control connection: AUTH (RFC 4217 §4), or at once where it is implicit. Also PBSZ and PROT, which
    /// follow the login.
    Protection,
    /// USER, PASS and ACCT.
    Login,
    /// FEAT (RFC 2389).
    Features,
    /// SITE with the user's own parameters.
    Site,
    /// CWD into the target directory, and MKD if it must be created.
    Directory,
    /// TYPE I.
    BinaryType,
    /// SIZE, MDTM and hash commands that are not part of a STOR.
    Inspection,
    /// EPSV or PASV and connecting to the port that the reply names; or EPRT or PORT.
    DataConnection,
    /// STOR, APPE or STOU was sent, after REST if the upload resumes; the server has not agreed to take the data yet.
    Store,
    /// The file's bytes are being sent. From here on a partial file may remain on the server.
    Transfer,
    /// Every byte was sent; waiting for the final reply, and for the replies to SIZE and to a hash command.
    Confirmation,
    /// RNFR and RNTO, and DELE.
    Renaming,
    /// MFMT, MDTM, SITE UTIME or SITE CHMOD: time and permissions.
    Attributes,
    /// QUIT. No failure here changes the outcome.
    Quit,
}

/// The two connections of FTP (RFC 959 §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Commands and replies.
    Control,
    /// The file.
    Data,
}

/// The way in which a connection failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The server closed the connection in an orderly way.
    Closed,
    /// The connection was reset, or broke in another way.
    Reset,
    /// No byte arrived, or none could be sent, before the deadline.
    TimedOut,
    /// The server does not accept connections on that port.
    Refused,
    /// There is no route to the server.
    Unreachable,
    /// The host refused an operation of the component: a forbidden port, a second password, a limit, or clear text
    /// where TLS is required.
    Denied,
    /// TLS could not be set up, or not with the expected server.
    Insecure,
    /// The server sent a reply that no command had asked for, so its next reply could be taken for the answer to
    /// another command.
    OutOfStep,
}

/// A protocol that is not FTP, and that a server shows by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// SSH, over which SFTP and SCP run.
    Ssh,
    /// HTTP.
    Http,
    /// SMTP, for mail.
    Smtp,
    /// POP3, for mail.
    Pop3,
    /// IMAP, for mail.
    Imap,
    /// TLS from the first byte. The server may be an FTPS server ([`Tls::Implicit`](crate::Tls::Implicit)).
    Tls,
}

/// A violation of the protocol by the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// It sent bytes that are not an FTP reply.
    NotAReply,
    /// Its first bytes are those of another protocol.
    AnotherProtocol(Protocol),
    /// It sent a reply of more than 65536 bytes.
    ReplyTooLong,
    /// It sent one preliminary reply after another.
    TooManyReplies,
    /// It sent a reply that has no meaning at this step.
    UnexpectedReply,
    /// It reported the file complete before the last byte was sent.
    EarlySuccess,
    /// It answered EPSV and PASV with text that names no port.
    NoPort,
    /// It sent more than the reply to AUTH before TLS began; an attacker may have injected the rest.
    EarlyText,
}
