//! The control connection that the client gets: it sends the greeting, passes commands to the server, and returns the
//! server's replies.
//!
//! The server's reaction to each command is in `server.rs`.

use std::rc::Rc;

use ftp_uploader_component::native::{Control, DataConnection, DataListener, IoError, ListingConnection, Secret};

use crate::data::Connection;
use crate::server::BREAKDOWNS;
use crate::simulation::{Line, Simulation};

/// The control connection of one session.
pub(crate) struct ControlHandle(pub(crate) Rc<Simulation>);

impl ControlHandle {
    /// Opens a new session: the server sends its greeting, or refuses or closes the connection.
    pub(crate) fn dial(run: &Rc<Simulation>) -> Self {
        run.line.replace(Line::new());
        match run.script.odd(3) {
            0 => run.says(220, "Hello"),
            1 => run.says_one_of(BREAKDOWNS),
            _ => run.cut(),
        }
        Self(Rc::clone(run))
    }
}

impl ControlHandle {
    fn send_line(&self, bytes: &[u8]) -> Result<(), IoError> {
        self.0.count_call();
        if self.0.line.borrow().cut.is_some() {
            self.0.facts.borrow_mut().unanswered = true;
            return Err(IoError::Reset);
        }
        {
            let mut facts = self.0.facts.borrow_mut();
            (facts.said_size, facts.said_time, facts.said_yes) = (None, None, false);
            facts.storing = bytes.starts_with(b"STOR") || bytes.starts_with(b"APPE");
            facts.said_stored &= !facts.storing;
            facts.unanswered = false;
            if bytes.starts_with(b"XCRC") {
                facts.said_hash = None;
            }
        }
        let line = String::from_utf8_lossy(bytes);
        self.0.note(|| format!("C {}", line.trim_end()));
        self.0.world.borrow_mut().event(&self.0.script, None);
        self.0.hears(&line);
        self.0.check_old_file();
        Ok(())
    }
}

impl Control for ControlHandle {
    fn receive(&self, _: u32) -> Result<Vec<u8>, IoError> {
        self.0.count_call();
        let mut line = self.0.line.borrow_mut();
        let received = line.outbox.pop_front().ok_or(line.cut.unwrap_or(IoError::TimedOut));
        self.0.facts.borrow_mut().unanswered |= received.is_err();
        received
    }

    fn pending(&self) -> bool {
        let line = self.0.line.borrow();
        !line.outbox.is_empty() || line.cut.is_some()
    }

    fn secure(&self) -> Result<(), IoError> {
        Err(IoError::Insecure)
    }

    fn send(&self, bytes: &[u8]) -> Result<(), IoError> {
        bytes.split_inclusive(|&byte| byte == b'\n').try_for_each(|line| self.send_line(line))
    }

    fn send_password(&self, _: &Secret) -> Result<(), IoError> {
        self.0.says(230, "In");
        Ok(())
    }

    fn open_data(&self, _: u16) -> Result<DataConnection, IoError> {
        match self.0.script.odd(3) {
            0 => Ok(Box::new(Connection::new(Rc::clone(&self.0)))),
            1 => Err(IoError::Refused),
            _ => Err(IoError::TimedOut),
        }
    }

    fn listen_data(&self) -> Result<DataListener, IoError> {
        Err(IoError::Denied)
    }

    fn open_listing(&self, _port: u16) -> Result<ListingConnection, IoError> {
        Err(IoError::Denied)
    }
}
