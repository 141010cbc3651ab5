//! The script of a scripted server: a list of moves that reads like a transcript.
//!
//! Scripts are values and open no sockets. The shortcuts at the end are the usual replies up to some step, for the
//! upload in `upload.rs`.

use std::net::{IpAddr, TcpListener};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use crate::support::tls_server::Tls;
use crate::support::upload::PASSWORD;

/// One action of a scripted server.
pub(crate) enum Move {
    /// Send these bytes at once.
    Send(Vec<u8>),
    /// Send these bytes one by one, with a pause after each.
    Dribble(Vec<u8>, Duration),
    /// Send these bytes repeatedly, with a pause after each time, until the client leaves.
    Flood(Vec<u8>, Duration),
    /// The client sends exactly this line. CR LF is added, and placeholders such as `{temp:NAME}` stand for names that
    /// the program invents (`made_up_names.rs`).
    Expect(String),
    /// The client sends a line of any content.
    ExpectAny,
    /// Call a function of the test at this point of the conversation.
    Meanwhile(Box<dyn FnOnce() + Send>),
    /// Open a port for the data connection.
    OpenData,
    /// Use a port that the test has opened for the data connection.
    OpenDataOn(TcpListener),
    /// Send a reply that names the port. CR LF is added.
    ReplyWithPort(fn(u16) -> String),
    /// Accept the data connection of the client.
    AcceptData,
    /// Read an EPRT or PORT command with the client's address for the data connection.
    ReadAddress,
    /// Connect to that address.
    ConnectData,
    /// Connect to that address from another host, whose connection the client must close.
    Intrude(IpAddr),
    /// Send bytes on the data connection.
    SendData(Vec<u8>),
    /// Read this many bytes from the data connection.
    Receive(usize),
    /// Read the data connection to its end in pieces, with a pause after each.
    ReceiveSlowly(usize, Duration),
    /// Read the data connection to its end, and close it.
    ReceiveAll,
    /// End the server's direction of the data connection, and keep it open.
    EndData,
    /// Close the data connection.
    CloseData,
    /// Reset the data connection.
    ResetData,
    /// Start TLS on the control connection.
    Secure(Tls),
    /// Start TLS on the control connection, with a handshake that must fail. Later bytes of the client are discarded.
    FailToSecure(Tls),
    /// Read the ClientHello on the control connection, and do not answer it.
    ReadClientHello,
    /// Start TLS on the data connection.
    SecureData(Tls),
    /// Start TLS on the data connection, with a handshake that must fail.
    FailToSecureData(Tls),
    /// Read the ClientHello on the data connection, and do not answer it.
    ReadDataClientHello,
    /// Send these bytes on the control connection, outside TLS.
    SlipIn(Vec<u8>),
    /// Send these bytes on the data connection, outside TLS.
    SlipInData(Vec<u8>),
    /// Encrypt these bytes, and send the first half of the records.
    SendHalf(Vec<u8>),
    /// Send the other half of the records.
    SendOtherHalf,
    /// Send a KeyUpdate on the control connection, which carries no bytes of FTP (TLS 1.3).
    RefreshKeys,
    /// Send a KeyUpdate on the data connection.
    RefreshDataKeys,
    /// Close the control connection.
    Close,
    /// Reset the control connection.
    Reset,
    /// Send nothing more, and wait for the client to leave.
    Silence,
}

/// A list of moves. After the last one QUIT is answered, and any other command is a mismatch.
pub(crate) struct Script {
    pub(crate) moves: Vec<Move>,
}

impl Script {
    /// A server that has not sent its greeting.
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

    /// Sends bytes unchanged.
    pub(crate) fn send(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.then(Move::Send(bytes.into()))
    }

    /// Sends a line byte by byte.
    pub(crate) fn dribble(self, line: &str) -> Self {
        self.then(Move::Dribble(format!("{line}\r\n").into(), Duration::from_millis(3)))
    }

    /// Sends these bytes repeatedly until the client leaves.
    pub(crate) fn flood(self, bytes: &[u8]) -> Self {
        self.then(Move::Flood(bytes.to_vec(), Duration::ZERO))
    }

    /// Expects this line from the client.
    pub(crate) fn expect(self, line: &str) -> Self {
        self.then(Move::Expect(line.to_owned()))
    }

    /// Pauses.
    pub(crate) fn pause(self, milliseconds: u64) -> Self {
        self.meanwhile(move || thread::sleep(Duration::from_millis(milliseconds)))
    }

    /// Calls a function of the test.
    pub(crate) fn meanwhile(self, action: impl FnOnce() + Send + 'static) -> Self {
        self.then(Move::Meanwhile(Box::new(action)))
    }

    /// Tells the test that the conversation has reached this point.
    pub(crate) fn tell(self, test: Sender<()>) -> Self {
        self.meanwhile(move || test.send(()).expect("a test that waits"))
    }

    /// Reads so many bytes of the file.
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

    /// Starts TLS on the control connection.
    pub(crate) fn secure(self, tls: &Tls) -> Self {
        self.then(Move::Secure(tls.clone()))
    }

    /// Starts TLS on the data connection.
    pub(crate) fn secure_data(self, tls: &Tls) -> Self {
        self.then(Move::SecureData(tls.clone()))
    }

    /// Sends nothing more, and waits for the client to leave.
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

    /// Accepts EPSV.
    pub(crate) fn passive(self) -> Self {
        self.expect("EPSV").then(Move::OpenData).then(Move::ReplyWithPort(extended_reply))
    }

    /// Accepts PASV, after a refusal of EPSV.
    pub(crate) fn old_passive(self) -> Self {
        self.expect("PASV").then(Move::OpenData).then(Move::ReplyWithPort(old_reply))
    }

    /// Accepts EPRT or PORT.
    pub(crate) fn active(self) -> Self {
        self.then(Move::ReadAddress).reply("200 Good")
    }

    /// Accepts STOR, and opens the data connection to the client.
    pub(crate) fn store_actively(self, name: &str) -> Self {
        self.expect(&format!("STOR {name}")).reply("150 Here I come").then(Move::ConnectData)
    }

    /// Accepts STOR, and accepts the client's data connection.
    pub(crate) fn store(self, name: &str) -> Self {
        self.expect(&format!("STOR {name}")).reply("150 Send it").then(Move::AcceptData)
    }

    /// Stores a whole file and confirms it.
    pub(crate) fn take(self, name: &str) -> Self {
        self.passive().store(name).receive_all().reply("226 Stored")
    }

    /// Reports the size of a file.
    pub(crate) fn tell_size(self, name: &str, size: u64) -> Self {
        self.expect(&format!("SIZE {name}")).reply(&format!("213 {size}"))
    }

    /// Refuses SIZE.
    pub(crate) fn no_size(self, name: &str) -> Self {
        self.expect(&format!("SIZE {name}")).reply("502 No SIZE here")
    }

    /// Answers QUIT.
    pub(crate) fn goodbye(self) -> Self {
        self.expect("QUIT").reply("221 Goodbye")
    }

    /// Enters the directory and sets the type. Supports only RFC 959.
    pub(crate) fn enter(self) -> Self {
        self.expect("CWD inbox").reply("250 In inbox").binary()
    }

    /// Sets the type. Supports only RFC 959.
    pub(crate) fn binary(self) -> Self {
        self.expect("TYPE I").reply("200 Binary").featureless()
    }

    /// Refuses FEAT.
    pub(crate) fn featureless(self) -> Self {
        self.expect("FEAT").reply("500 FEAT?")
    }

    /// A server that has sent its greeting.
    pub(crate) fn greeted() -> Self {
        Self::new().reply("220 Scripted server ready")
    }

    /// A server after the login of alice.
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

    /// A server that has read `hello.txt` and has not confirmed it.
    pub(crate) fn taken_hello() -> Self {
        Self::storing("hello.txt").receive_all()
    }

    /// The end of a successful upload of `hello.txt`: its size, and QUIT.
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
