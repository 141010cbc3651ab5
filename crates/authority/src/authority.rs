//! The authority of the component in one session: the present call, and the state that spans lines.

use alloc::vec::Vec;

use ftp_protocol::command::Command;
use ftp_protocol::endpoint::Endpoint;

use crate::call::Call;
use crate::line::{Line, Verb};
use crate::table;
use crate::working_directory::{Awaited, WorkingDirectory};

/// The most endpoints of one call. The component needs one.
const MAX_ENDPOINTS: usize = 16;

/// The authority of the component in one session.
#[derive(Default)]
pub struct Authority {
    pub(crate) call: Call,
    pub(crate) directory: WorkingDirectory,
    pub(crate) order: Order,
    /// The EPRT and PORT commands for the ports that the embedder has opened in this call.
    pub(crate) endpoints: Vec<Vec<u8>>,
    /// True if `announce` was the last call, and STOR was sent in it.
    announced: bool,
}

/// The lines before, as far as they decide about the next one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Order {
    /// True if STOR, APPE or STOU may still be sent in this call.
    pub(crate) may_store: bool,
    /// The offset of a REST that no transfer has followed. It may be in an earlier call.
    pub(crate) rest: Option<u64>,
    /// The first of the changes of names whose turn may come.
    pub(crate) next_change: usize,
    /// The change whose RNFR was the last line.
    pub(crate) renaming: Option<usize>,
    /// True if a CWD is among the lines that are judged together, so that the working directory is unknown behind it.
    pub(crate) moves: bool,
}

/// The permission to send the lines that were asked about. Nothing is recorded before [`Authority::sent`].
#[must_use]
pub struct Permit {
    order: Order,
    awaited: Vec<Awaited>,
}

impl Authority {
    /// Must be called before an export is called.
    pub fn begin(&mut self, call: Call) {
        if let Call::Enter { directory, .. } = &call {
            self.directory.will_be(directory);
        }
        // The STOR that `announce` has sent belongs to the file that is stored next.
        let stores = matches!(&call, Call::Store { .. }) && !self.announced;
        let may_store = stores || matches!(&call, Call::Announce { flight: true, .. });
        self.order = Order { may_store, rest: self.order.rest, ..Order::default() };
        self.announced = false;
        self.endpoints.clear();
        self.call = call;
    }

    /// Records that the embedder waits for the server on a port of its own, in this call. Only these endpoints may be named
    /// in EPRT and PORT.
    pub fn listens(&mut self, host: &str, port: u16) {
        if let Some(endpoint) = Endpoint::new(host, port).filter(|_| self.endpoints.len() < 2 * MAX_ENDPOINTS) {
            self.endpoints.push(Command::Eprt(endpoint).to_bytes());
            self.endpoints.extend(endpoint.is_ipv4().then(|| Command::Port(endpoint).to_bytes()));
        }
    }

    /// Returns true if the present call may receive data.
    pub fn permits_listing(&self) -> bool {
        self.call.receives()
    }

    /// Judges `lines`, each one command with its line end, that would be sent at once in this order. Returns `None` if one
    /// of them is denied; then none may be sent.
    pub fn permits(&self, lines: &[&[u8]]) -> Option<Permit> {
        let mut permit = Permit { order: Order { moves: false, ..self.order }, awaited: Vec::new() };
        for line in lines {
            let parsed = Line::parse(line)?;
            permit.order = table::permits(self, &parsed, line, permit.order)?;
            permit.awaited.push(self.awaited_after(&parsed));
        }
        self.directory.has_room_for(lines.len()).then_some(permit)
    }

    /// Returns true if the password may be sent.
    pub fn permits_password(&self) -> bool {
        matches!(self.call, Call::Open { .. })
    }

    /// Records that the lines of `permit` are sent.
    pub fn sent(&mut self, permit: Permit) {
        self.announced |= matches!(self.call, Call::Announce { .. }) && self.order.may_store && !permit.order.may_store;
        self.order = permit.order;
        self.directory.sent(permit.awaited);
    }

    /// Records that PASS is sent.
    pub fn sent_password(&mut self) {
        self.directory.sent([Awaited::Other]);
    }

    /// Takes bytes of the control connection, as the component receives them.
    pub fn received(&mut self, bytes: &[u8]) {
        self.directory.received(bytes);
    }

    fn awaited_after(&self, line: &Line<'_>) -> Awaited {
        if line.verb == Verb::Pwd {
            return Awaited::Pwd;
        }
        let entered = line.argument.filter(|_| line.verb == Verb::Cwd);
        entered.map_or(Awaited::Other, |path| Awaited::Cwd(self.directory.leads(path)))
    }
}
