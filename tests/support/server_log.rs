//! The record that a scripted server keeps of a client, and claims about it.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use rustls::ProtocolVersion;

const LONGEST_NOTE: usize = 300;

/// An upper bound for a timeout of one second on a machine that is busy with other tests.
pub(crate) const A_FEW_SECONDS: Duration = Duration::from_secs(6);

/// The record of one client.
#[derive(Default)]
pub(crate) struct ServerLog {
    transcript: Vec<String>,
    /// The lines that the client sent, with their line ends.
    pub(crate) commands: Vec<Vec<u8>>,
    /// The files that arrived, one for each data connection.
    pub(crate) files: Vec<Stored>,
    /// The addresses of the client's connections, that of the control connection first.
    pub(crate) clients: Vec<IpAddr>,
    /// The bytes that the client sent on the control connection before TLS.
    pub(crate) clear: Vec<u8>,
    /// The bytes that the client sent on all connections, as they crossed the network. Limited to the first 64 KiB of
    /// each.
    pub(crate) overheard: Vec<u8>,
    /// The TLS handshakes on the control connection and the data connections.
    pub(crate) handshakes: Vec<Handshake>,
    /// The number of bytes of a flood that were sent before the client left.
    pub(crate) flooded: usize,
    /// The first difference between the client and the script.
    pub(crate) mismatch: Option<String>,
}

/// The bytes that arrived over one data connection.
#[derive(Default)]
pub(crate) struct Stored {
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
    /// The kind of end.
    pub(crate) ending: Ending,
}

/// A TLS handshake, which may have failed.
#[derive(Debug, Default)]
pub(crate) struct Handshake {
    /// The server name in the ClientHello (SNI).
    pub(crate) server_name: Option<String>,
    /// The protocols in the ClientHello (ALPN).
    pub(crate) protocols: Vec<String>,
    /// The result of a completed handshake.
    pub(crate) agreement: Option<Agreement>,
    /// The error of a failed handshake.
    pub(crate) failure: Option<String>,
}

/// The parameters of a completed handshake.
#[derive(Debug)]
pub(crate) struct Agreement {
    /// The version of TLS.
    pub(crate) version: ProtocolVersion,
    /// True if the session of another connection was resumed.
    pub(crate) resumed: bool,
    /// True if the client has sent a certificate.
    pub(crate) client_certificate: bool,
}

/// The end of a data connection, as its reader sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The server did not read to the end.
    #[default]
    Unseen,
    /// An orderly end: close_notify with TLS, then FIN. The server takes the file for complete.
    Closed,
    /// FIN without close_notify, or a TLS error. An attacker on the network could have caused it.
    Cut,
    /// A reset. The server takes the file for incomplete.
    Reset,
}

impl ServerLog {
    /// The record of a client at this address.
    pub(crate) fn from(client: IpAddr) -> Self {
        Self { clients: vec![client], ..Self::default() }
    }

    /// The record of a connection that failed.
    pub(crate) fn that_failed(mismatch: String) -> Self {
        Self { mismatch: Some(mismatch), ..Self::default() }
    }

    /// Claims that exactly one file arrived, complete.
    pub(crate) fn stored(&self, content: &[u8]) -> &Self {
        self.stored_all(&[content])
    }

    /// Claims that these files arrived, complete and in this order.
    pub(crate) fn stored_all(&self, contents: &[&[u8]]) -> &Self {
        let same = self.files.iter().map(|file| &file.bytes[..]).eq(contents.iter().copied());
        let sizes: Vec<usize> = contents.iter().map(|content| content.len()).collect();
        self.claim(same, &format!("the bytes of files of these sizes: {sizes:?}"));
        let whole = self.files.iter().all(|file| file.ending == Ending::Closed);
        self.claim(whole, "data connections closed in order")
    }

    /// Claims that the client reset the last data connection.
    pub(crate) fn was_cut(&self) -> &Self {
        let ending = self.files.last().map(|file| file.ending);
        self.claim(ending == Some(Ending::Reset), "a data connection that the client reset")
    }

    /// Claims that this was the client's last command, except QUIT.
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

    /// Records bytes on the control connection: `<` from the server, `>` from the client, as in the program's own
    /// output.
    pub(crate) fn note(&mut self, direction: char, bytes: &[u8]) {
        if direction == '>' {
            self.commands.push(bytes.to_vec());
        }
        let shown = bytes[..bytes.len().min(LONGEST_NOTE)].escape_ascii();
        let rest = bytes.len().saturating_sub(LONGEST_NOTE);
        let rest = if rest > 0 { format!("… and {rest} bytes") } else { String::new() };
        self.transcript.push(format!("{direction} {shown}{rest}"));
    }

    /// Records a TLS handshake on the connection of this name.
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

    /// Records an event other than bytes on the control connection.
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
