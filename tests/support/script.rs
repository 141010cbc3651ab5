//! What a scripted server is to do, as a list of moves that reads like a transcript.
//!
//! Only values: nothing here opens a socket. The shortcuts at the end are the usual lines up to some step, for the
//! upload of `upload.rs`. Next: `scripted_server.rs`, which plays a script.

use std::net::{IpAddr, TcpListener};
use std::sync::mpsc::Sender;
use std::time::Duration;

use crate::support::tls_server::Tls;
use crate::support::upload::PASSWORD;

/// One thing that a scripted server does.
pub(crate) enum Move {
    /// Send these bytes at once.
    Send(Vec<u8>),
    /// Send these bytes one by one, with a pause after each.
    Dribble(Vec<u8>, Duration),
    /// Send these bytes again and again, pausing in between, until the client leaves.
    Flood(Vec<u8>, Duration),
    /// The client sends exactly this line; CR LF is added, and `{temp:NAME}` and so on are names that it makes up
    /// (`made_up_names.rs`).
    Expect(String),
    /// The client sends one line, whatever it says.
    ExpectAny,
    /// Do nothing for a while.
    Pause(Duration),
    /// Let the test do something at this point of the conversation.
    Meanwhile(Box<dyn FnOnce() + Send>),
    /// Open a port for the data connection.
    OpenData,
    /// Use a port that the test has opened for the data connection.
    OpenDataOn(TcpListener),
    /// Send a reply that names the port; CR LF is added.
    ReplyWithPort(fn(u16) -> String),
    /// The client has connected to the data port.
    AcceptData,
    /// The client says where it waits for a data connection (EPRT, or PORT).
    HearAddress,
    /// Connect there.
    ConnectData,
    /// Connect there as somebody else, who comes from this address, and be turned away.
    Intrude(IpAddr),
    /// Send something on the data connection.
    SendData(Vec<u8>),
    /// Read this many bytes from the data connection.
    Receive(usize),
    /// Read all of the data connection in pieces, with a pause after each.
    ReceiveSlowly(usize, Duration),
    /// Read the data connection to its end, and close it.
    ReceiveAll,
    /// Say that nothing more will be sent on the data connection, and keep it.
    EndData,
    /// Close the data connection.
    CloseData,
    /// Reset the data connection.
    ResetData,
    /// Protect the control connection.
    Secure(Tls),
    /// The same, but one side will have none of it. Whatever the client sends then is not heard.
    SecureInVain(Tls),
    /// The client begins TLS on the control connection; it is not answered.
    HearHello,
    /// Protect the data connection.
    SecureData(Tls),
    /// The same, but one side will have none of it.
    SecureDataInVain(Tls),
    /// The client begins TLS on the data connection; it is not answered.
    HearDataHello,
    /// Send these bytes on the control connection, past its protection.
    SlipIn(Vec<u8>),
    /// The same on the data connection.
    SlipInData(Vec<u8>),
    /// Send the first half of what these bytes are in TLS.
    SendHalf(Vec<u8>),
    /// Send the other half.
    SendOtherHalf,
    /// Send something on the control connection that means nothing to FTP (TLS 1.3).
    RefreshKeys,
    /// The same on the data connection.
    RefreshDataKeys,
    /// Close the control connection.
    Close,
    /// Reset the control connection.
    Reset,
    /// Say nothing more, and wait for the client to leave.
    Silence,
}

/// A list of moves. After the last one QUIT is answered, and any other command is a mismatch.
pub(crate) struct Script {
    pub(crate) moves: Vec<Move>,
}

impl Script {
    /// A server that has said nothing yet.
    pub(crate) fn new() -> Self {
        Self { moves: Vec::new() }
    }

    /// Adds a move.
    pub(crate) fn then(mut self, next: Move) -> Self {
        self.moves.push(next);
        self
    }

    /// Sends a line.
    pub(crate) fn reply(self, line: &str) -> Self {
        self.send(format!("{line}\r\n"))
    }

    /// Sends bytes as they are.
    pub(crate) fn send(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.then(Move::Send(bytes.into()))
    }

    /// Sends a line byte by byte.
    pub(crate) fn dribble(self, line: &str) -> Self {
        self.then(Move::Dribble(format!("{line}\r\n").into(), Duration::from_millis(3)))
    }

    /// Sends bytes for ever.
    pub(crate) fn flood(self, bytes: &[u8]) -> Self {
        self.then(Move::Flood(bytes.to_vec(), Duration::ZERO))
    }

    /// Wants this line from the client.
    pub(crate) fn expect(self, line: &str) -> Self {
        self.then(Move::Expect(line.to_owned()))
    }

    /// Waits.
    pub(crate) fn pause(self, milliseconds: u64) -> Self {
        self.then(Move::Pause(Duration::from_millis(milliseconds)))
    }

    /// Lets the test do something.
    pub(crate) fn meanwhile(self, action: impl FnOnce() + Send + 'static) -> Self {
        self.then(Move::Meanwhile(Box::new(action)))
    }

    /// Tells the test that the conversation has come to this point.
    pub(crate) fn tell(self, test: Sender<()>) -> Self {
        self.meanwhile(move || test.send(()).expect("a test that waits"))
    }

    /// Reads part of the file.
    pub(crate) fn receive(self, bytes: usize) -> Self {
        self.then(Move::Receive(bytes))
    }

    /// Reads the file to its end.
    pub(crate) fn receive_all(self) -> Self {
        self.then(Move::ReceiveAll)
    }

    /// Resets the data connection.
    pub(crate) fn reset_data(self) -> Self {
        self.then(Move::ResetData)
    }

    /// Closes the data connection.
    pub(crate) fn close_data(self) -> Self {
        self.then(Move::CloseData)
    }

    /// Protects the control connection.
    pub(crate) fn secure(self, tls: &Tls) -> Self {
        self.then(Move::Secure(tls.clone()))
    }

    /// Protects the data connection.
    pub(crate) fn secure_data(self, tls: &Tls) -> Self {
        self.then(Move::SecureData(tls.clone()))
    }

    /// Says nothing more.
    pub(crate) fn silence(self) -> Self {
        self.then(Move::Silence)
    }

    /// Closes the control connection.
    pub(crate) fn close(self) -> Self {
        self.then(Move::Close)
    }

    /// Resets the control connection.
    pub(crate) fn reset(self) -> Self {
        self.then(Move::Reset)
    }

    /// Answers EPSV.
    pub(crate) fn passive(self) -> Self {
        self.expect("EPSV").then(Move::OpenData).then(Move::ReplyWithPort(extended_reply))
    }

    /// Answers PASV, once EPSV was turned down.
    pub(crate) fn old_passive(self) -> Self {
        self.expect("PASV").then(Move::OpenData).then(Move::ReplyWithPort(old_reply))
    }

    /// Hears where the client waits.
    pub(crate) fn active(self) -> Self {
        self.then(Move::HearAddress).reply("200 Good")
    }

    /// Agrees to store a file, and opens the data connection.
    pub(crate) fn store_actively(self, name: &str) -> Self {
        self.expect(&format!("STOR {name}")).reply("150 Here I come").then(Move::ConnectData)
    }

    /// Agrees to store a file, and has the data connection open.
    pub(crate) fn store(self, name: &str) -> Self {
        self.expect(&format!("STOR {name}")).reply("150 Send it").then(Move::AcceptData)
    }

    /// Takes a whole file and says so.
    pub(crate) fn take(self, name: &str) -> Self {
        self.passive().store(name).receive_all().reply("226 Stored")
    }

    /// Tells the size of a file.
    pub(crate) fn tell_size(self, name: &str, size: u64) -> Self {
        self.expect(&format!("SIZE {name}")).reply(&format!("213 {size}"))
    }

    /// Does not tell the size of a file.
    pub(crate) fn no_size(self, name: &str) -> Self {
        self.expect(&format!("SIZE {name}")).reply("502 No SIZE here")
    }

    /// Parts as friends.
    pub(crate) fn goodbye(self) -> Self {
        self.expect("QUIT").reply("221 Goodbye")
    }

    /// Has the directory entered and the type chosen, and nothing beyond RFC 959.
    pub(crate) fn enter(self) -> Self {
        self.expect("CWD inbox").reply("250 In inbox").binary()
    }

    /// Chooses the type, and has nothing beyond RFC 959.
    pub(crate) fn binary(self) -> Self {
        self.expect("TYPE I").reply("200 Binary").featureless()
    }

    /// Does not know how to tell its features.
    pub(crate) fn featureless(self) -> Self {
        self.expect("FEAT").reply("500 FEAT?")
    }

    /// A server that has greeted.
    pub(crate) fn greeted() -> Self {
        Self::new().reply("220 Scripted server ready")
    }

    /// A server that has let alice in.
    pub(crate) fn logged_in() -> Self {
        let asked = Self::greeted().expect("USER alice").reply("331 Password, please");
        asked.expect(&format!("PASS {PASSWORD}")).reply("230 Come in")
    }

    /// A server that is ready for the first file.
    pub(crate) fn ready() -> Self {
        Self::logged_in().enter()
    }

    /// A server that waits for the bytes of `name`.
    pub(crate) fn storing(name: &str) -> Self {
        Self::ready().passive().store(name)
    }

    /// A server that has taken `hello.txt`, and has not said so.
    pub(crate) fn taken_hello() -> Self {
        Self::storing("hello.txt").receive_all()
    }

    /// The end of an upload of `hello.txt` that went well.
    pub(crate) fn and_all_is_well(self) -> Self {
        self.tell_size("hello.txt", 6).goodbye()
    }
}

/// RFC 2428 §3.
pub(crate) fn extended_reply(port: u16) -> String {
    format!("229 Entering Extended Passive Mode (|||{port}|)")
}

/// RFC 959 §4.1.2.
pub(crate) fn old_reply(port: u16) -> String {
    let [high, low] = port.to_be_bytes();
    format!("227 Entering Passive Mode (127,0,0,1,{high},{low}).")
}
