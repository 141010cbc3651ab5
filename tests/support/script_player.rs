//! Plays the moves of a script on a control connection and its data connection, and keeps the record.
//!
//! `scripted_server.rs` accepts the clients and chooses the script.

use std::collections::HashSet;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::connection::{Connection, Overheard};
use crate::support::data_side::DataSide;
use crate::support::made_up_names::MadeUpNames;
use crate::support::script::{Move, Script};
use crate::support::server_log::ServerLog;
use crate::support::sockets::{WAIT_LIMIT, has_left};
use crate::support::tls_server::Tls;

/// The state that a server keeps between connections.
#[derive(Default)]
pub(crate) struct Memory {
    names: MadeUpNames,
    /// The SIZE commands that were received for files without a temporary name.
    asked: HashSet<Vec<u8>>,
}

/// The server's two connections and its record.
pub(crate) struct ScriptPlayer<'a> {
    control: Option<Connection>,
    unread: Vec<u8>,
    /// The second half of records that were sent by half.
    other_half: Vec<u8>,
    overheard: Overheard,
    memory: &'a mut Memory,
    data: DataSide,
    server_log: ServerLog,
}

impl Memory {
    /// Returns true for the first SIZE of a file that has no temporary name.
    fn is_asked_for_the_first_time(&mut self, line: &[u8]) -> bool {
        line.starts_with(b"SIZE ") && !line.ends_with(b".part\r\n") && self.asked.insert(line.to_vec())
    }
}

/// Returns true for the first command of an upload or of a renaming.
fn begins_something(line: &str) -> bool {
    ["EPSV", "RNFR", "STOU"].iter().any(|verb| line.starts_with(verb))
}

impl<'a> ScriptPlayer<'a> {
    /// Creates a player for this client.
    pub(crate) fn new(control: TcpStream, memory: &'a mut Memory) -> Self {
        let host = control.local_addr().expect("a connected socket").ip();
        let client = control.peer_addr().expect("a connected socket").ip();
        let overheard = Overheard::default();
        Self {
            control: Some(Connection::new(control, &overheard)),
            unread: Vec::new(),
            other_half: Vec::new(),
            data: DataSide::new(host, &overheard),
            overheard,
            memory,
            server_log: ServerLog::from(client),
        }
    }

    /// Plays a script to its end, or up to the first mismatch.
    pub(crate) fn play(mut self, script: Script) -> ServerLog {
        let played = script.moves.into_iter().try_for_each(|next| self.perform(next));
        if let Err(mismatch) = played.and_then(|()| self.part()) {
            self.server_log.mismatch = Some(mismatch);
            self.reset_control();
            self.data.reset(&mut self.server_log);
        }
        self.server_log.overheard = self.overheard.take();
        self.server_log
    }

    fn perform(&mut self, next: Move) -> Result<(), String> {
        match next {
            Move::Send(bytes) => self.send(&bytes),
            Move::Dribble(bytes, pause) => self.dribble(&bytes, pause),
            Move::Flood(bytes, pause) => self.flood(&bytes, pause)?,
            Move::Expect(line) => self.expect(&line)?,
            Move::ExpectAny => drop(self.read_line()?.ok_or("expected a line, but the client left")?),
            Move::Meanwhile(action) => action(),
            Move::OpenData => self.data.open(),
            Move::OpenDataOn(listener) => self.data.open_on(listener),
            Move::ReplyWithPort(reply) => self.send(format!("{}\r\n", reply(self.data.port())).as_bytes()),
            Move::AcceptData => self.data.accept(&mut self.server_log)?,
            Move::ReadAddress => self.read_address()?,
            Move::ConnectData => self.data.connect(&mut self.server_log)?,
            Move::Intrude(from) => self.data.intrude(from, &mut self.server_log)?,
            Move::SendData(bytes) => self.data.send(&bytes),
            Move::Receive(count) => self.data.receive(count, &mut self.server_log)?,
            Move::ReceiveSlowly(piece, pause) => self.data.receive_slowly(piece, pause, &mut self.server_log)?,
            Move::ReceiveAll => self.data.receive_all(&mut self.server_log)?,
            Move::EndData => self.data.half_close(),
            Move::CloseData => self.data.close(&mut self.server_log),
            Move::ResetData => self.data.reset(&mut self.server_log),
            Move::Secure(tls) => self.secure(&tls)?,
            Move::FailToSecure(tls) => self.fail_to_secure(&tls)?,
            Move::ReadClientHello => self.read_client_hello()?,
            Move::SecureData(tls) => self.data.secure(&tls, &mut self.server_log)?,
            Move::FailToSecureData(tls) => self.data.fail_to_secure(&tls, &mut self.server_log)?,
            Move::ReadDataClientHello => self.data.read_client_hello(&mut self.server_log)?,
            Move::SlipIn(bytes) => self.slip_in(&bytes),
            Move::SlipInData(bytes) => self.data.slip_in(&bytes),
            Move::SendHalf(bytes) => self.send_half(&bytes),
            Move::SendOtherHalf => self.send_other_half(),
            Move::RefreshKeys => self.refresh_keys(),
            Move::RefreshDataKeys => self.data.refresh_keys(&mut self.server_log),
            Move::Close => self.close(),
            Move::Reset => self.reset_control(),
            Move::Silence => self.silence()?,
        }
        Ok(())
    }

    /// A failed write is not an error: the client's next move shows whether it has left.
    fn send(&mut self, bytes: &[u8]) {
        self.server_log.note('<', bytes);
        if !self.write(bytes) {
            self.server_log.remark("the client had left");
        }
    }

    fn dribble(&mut self, bytes: &[u8], pause: Duration) {
        self.server_log.note('<', bytes);
        for byte in bytes {
            if !self.write(&[*byte]) {
                return self.server_log.remark("the client had left");
            }
            std::thread::sleep(pause);
        }
    }

    fn flood(&mut self, bytes: &[u8], pause: Duration) -> Result<(), String> {
        self.server_log.remark("a flood begins");
        let begun = Instant::now();
        while begun.elapsed() < WAIT_LIMIT {
            if !self.write(bytes) {
                self.server_log.remark("the client left");
                self.control = None;
                return Ok(());
            }
            self.server_log.flooded += bytes.len();
            std::thread::sleep(pause);
        }
        Err(format!("the client stayed in a flood of {} bytes for {WAIT_LIMIT:?}", self.server_log.flooded))
    }

    fn write(&mut self, bytes: &[u8]) -> bool {
        self.control.as_mut().is_some_and(|control| control.write_all(bytes).is_ok())
    }

    fn expect(&mut self, line: &str) -> Result<(), String> {
        match self.read_line()? {
            // Before the first upload of a run, the program asks for the size of an existing file. In most scripts
            // there is none.
            Some(found) if self.memory.is_asked_for_the_first_time(&found) && begins_something(line) => {
                self.send(b"550 No such file\r\n");
                self.expect(line)
            }
            Some(found) if self.memory.names.agrees(&format!("{line}\r\n"), &found) => Ok(()),
            Some(found) => Err(format!("expected {line:?}, found \"{}\"", found.escape_ascii())),
            None => Err(format!("expected {line:?}, but the client left")),
        }
    }

    fn read_address(&mut self) -> Result<(), String> {
        let line = self.read_line()?.ok_or("expected EPRT or PORT, but the client left")?;
        if self.memory.is_asked_for_the_first_time(&line) {
            self.send(b"550 No such file\r\n");
            return self.read_address();
        }
        self.data.aim(&line).ok_or_else(|| format!("no EPRT and no PORT: \"{}\"", line.escape_ascii()))
    }

    fn secure(&mut self, tls: &Tls) -> Result<(), String> {
        if !self.unread.is_empty() {
            return Err(format!("sent before TLS began: \"{}\"", self.unread.escape_ascii()));
        }
        let Self { server_log, control, .. } = self;
        let control = control.as_mut().ok_or("the control connection is closed")?;
        server_log.shake_hands("control", |record| control.secure(tls, record))
    }

    fn fail_to_secure(&mut self, tls: &Tls) -> Result<(), String> {
        if self.secure(tls).is_ok() {
            return Err("TLS has begun, though it should not".to_owned());
        }
        self.control().drain();
        self.control = None;
        Ok(())
    }

    fn read_client_hello(&mut self) -> Result<(), String> {
        let Self { server_log, control, .. } = self;
        let control = control.as_mut().ok_or("the control connection is closed")?;
        server_log.shake_hands("control", |record| control.read_client_hello(record).map(drop))
    }

    fn slip_in(&mut self, bytes: &[u8]) {
        self.server_log.remark(&format!("slipped in: {}", bytes.escape_ascii()));
        if self.control().slip_in(bytes).is_err() {
            self.server_log.remark("the client had left");
        }
    }

    fn refresh_keys(&mut self) {
        self.server_log.remark("new keys");
        if self.control().refresh_keys().is_err() {
            self.server_log.remark("the client had left");
        }
    }

    fn send_half(&mut self, bytes: &[u8]) {
        self.server_log.remark("half of what follows");
        self.server_log.note('<', bytes);
        let mut records = self.control().encrypted(bytes);
        self.other_half = records.split_off(records.len() / 2);
        self.slip_in(&records);
    }

    fn send_other_half(&mut self) {
        let rest = std::mem::take(&mut self.other_half);
        self.slip_in(&rest);
    }

    fn control(&mut self) -> &mut Connection {
        self.control.as_mut().expect("the script has not closed it yet")
    }

    fn close(&mut self) {
        if let Some(control) = self.control.take() {
            control.close();
        }
    }

    fn reset_control(&mut self) {
        if let Some(control) = self.control.take() {
            control.reset();
        }
    }

    fn silence(&mut self) -> Result<(), String> {
        self.server_log.remark("silence");
        while self.read_line()?.is_some() {}
        Ok(())
    }

    /// The end of a script: only QUIT is accepted, and the end of the data connection is recorded.
    fn part(&mut self) -> Result<(), String> {
        while let Some(line) = self.read_line()? {
            if line != b"QUIT\r\n" {
                return Err(format!("expected nothing more, found \"{}\"", line.escape_ascii()));
            }
            self.send(b"221 Goodbye\r\n");
        }
        self.data.receive_all(&mut self.server_log)
    }

    /// Returns the client's next line, or `None` if it has left.
    fn read_line(&mut self) -> Result<Option<Vec<u8>>, String> {
        loop {
            if let Some(end) = self.unread.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=end).collect();
                self.server_log.note('>', &line);
                return Ok(Some(line));
            }
            let Some(control) = self.control.as_mut() else { return Ok(None) };
            let mut piece = [0; 4096];
            match control.read(&mut piece) {
                Ok(0) => return Ok(None),
                Ok(count) => {
                    self.unread.extend(&piece[..count]);
                    if !control.is_protected() {
                        self.server_log.clear.extend(&piece[..count]);
                    }
                }
                Err(error) if has_left(error.kind()) => return Ok(None),
                Err(error) if error.kind() == ErrorKind::InvalidData => {
                    // Later bytes are not TLS.
                    self.server_log.remark(&format!("TLS is over: {error}"));
                    control.drain();
                    return Ok(None);
                }
                Err(error) => return Err(format!("the client neither said anything nor left: {error}")),
            }
        }
    }
}
