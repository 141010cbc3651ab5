//! What a scripted server recorded of its one client, and the claims that tests make about it.
//!
//! Next: `run.rs`, which brings the program and a server together.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use rustls::ProtocolVersion;

/// Everything that a client did.
#[derive(Default)]
pub(crate) struct ServerLog {
    transcript: Vec<String>,
    /// The lines that the client sent, each with its line end.
    pub(crate) commands: Vec<Vec<u8>>,
    /// What came over each data connection.
    pub(crate) files: Vec<Stored>,
    /// Where the client's connections came from: the control connection first.
    pub(crate) clients: Vec<IpAddr>,
    /// What the client sent on the control connection before TLS began there.
    pub(crate) clear: Vec<u8>,
    /// What the client sent on any connection, as it crossed the network; of each connection only the beginning.
    pub(crate) overheard: Vec<u8>,
    /// Each beginning of TLS, on the control connection and on those for data.
    pub(crate) handshakes: Vec<Handshake>,
    /// How many bytes of a flood were sent before the client left.
    pub(crate) flooded: usize,
    /// Where client and script did not agree.
    pub(crate) mismatch: Option<String>,
}

/// What came over one data connection.
#[derive(Default)]
pub(crate) struct Stored {
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
    /// How the client ended it.
    pub(crate) ending: Ending,
}

/// How TLS began on one connection, as far as it came.
#[derive(Debug, Default)]
pub(crate) struct Handshake {
    /// The name that the client wanted (SNI).
    pub(crate) server_name: Option<String>,
    /// The protocols that the client wanted to speak (ALPN).
    pub(crate) protocols: Vec<String>,
    /// What came of it.
    pub(crate) agreement: Option<Agreement>,
    /// Why nothing came of it.
    pub(crate) failure: Option<String>,
}

/// What a client and a server have agreed on.
#[derive(Debug)]
pub(crate) struct Agreement {
    /// The version of TLS.
    pub(crate) version: ProtocolVersion,
    /// Whether a session went on that another connection had begun.
    pub(crate) resumed: bool,
    /// Whether the client has shown a certificate.
    pub(crate) client_certificate: bool,
}

/// How a data connection ended, as its reader sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The server did not read that far.
    #[default]
    Unseen,
    /// In order, with TLS by close_notify and then TCP: to a server, the file is whole.
    Closed,
    /// TCP was ended, and TLS not, or by an error: anyone in between could have done it.
    Cut,
    /// By a reset: to a server, the file is cut.
    Reset,
}

impl ServerLog {
    /// Of a client that comes from this address.
    pub(crate) fn from(client: IpAddr) -> Self {
        Self { clients: vec![client], ..Self::default() }
    }

    /// A visit that did not come about.
    pub(crate) fn that_failed(mismatch: String) -> Self {
        Self { mismatch: Some(mismatch), ..Self::default() }
    }

    /// One file came, whole.
    pub(crate) fn stored(&self, content: &[u8]) -> &Self {
        self.stored_all(&[content])
    }

    /// These files came, whole and in this order.
    pub(crate) fn stored_all(&self, contents: &[&[u8]]) -> &Self {
        let same = self.files.iter().map(|file| &file.bytes[..]).eq(contents.iter().copied());
        let sizes: Vec<usize> = contents.iter().map(|content| content.len()).collect();
        self.claim(same, &format!("the bytes of files of these sizes: {sizes:?}"));
        let whole = self.files.iter().all(|file| file.ending == Ending::Closed);
        self.claim(whole, "data connections closed in order")
    }

    /// The last data connection was reset by the client.
    pub(crate) fn was_cut(&self) -> &Self {
        let ending = self.files.last().map(|file| file.ending);
        self.claim(ending == Some(Ending::Reset), "a data connection that the client reset")
    }

    /// The client came this far and no further.
    pub(crate) fn last_command(&self, line: &str) -> &Self {
        let last = self.commands.iter().rfind(|&command| command != b"QUIT\r\n");
        let expected = format!("{line}\r\n").into_bytes();
        self.claim(last == Some(&expected), &format!("{line} as the last command before any QUIT"))
    }

    /// Fails the test, with the transcript, unless `holds`.
    pub(crate) fn claim(&self, holds: bool, expected: &str) -> &Self {
        assert!(holds, "\n==== expected of the client ====\n{expected}\n==== found ====\n{self}\n");
        self
    }

    /// Records bytes on the control connection: `<` from the server, `>` from the client, as in the program's own output.
    pub(crate) fn note(&mut self, direction: char, bytes: &[u8]) {
        if direction == '>' {
            self.commands.push(bytes.to_vec());
        }
        let shown = bytes[..bytes.len().min(LONGEST_NOTE)].escape_ascii();
        let rest = bytes.len().saturating_sub(LONGEST_NOTE);
        let rest = if rest > 0 { format!("… and {rest} bytes") } else { String::new() };
        self.transcript.push(format!("{direction} {shown}{rest}"));
    }

    /// Records how TLS begins on the connection of this name.
    pub(crate) fn shake_hands(
        &mut self,
        connection: &str,
        handshake: impl FnOnce(&mut Handshake) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut record = Handshake::default();
        let done = handshake(&mut record);
        record.failure = done.as_ref().err().cloned();
        self.remark(&format!("TLS on the {connection} connection: {record:?}"));
        self.handshakes.push(record);
        done
    }

    /// Records something that is no byte on the control connection.
    pub(crate) fn remark(&mut self, text: &str) {
        self.transcript.push(format!("  ({text})"));
    }
}

impl fmt::Display for ServerLog {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.transcript.join("\n"))?;
        let mismatch = self.mismatch.as_deref().unwrap_or("the script was played to its end");
        writeln!(formatter, "{mismatch}")
    }
}

const LONGEST_NOTE: usize = 300;

/// What a wait of one second costs at most when the machine is busy with other tests.
pub(crate) const A_FEW_SECONDS: Duration = Duration::from_secs(6);
