//! The data connections of a quirky server: EPSV, PASV, and the commands that store a file. `listing.rs` has those that
//! send bytes to the client.

use std::io::{ErrorKind, Read};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

use crate::support::quirky_server::HOST;
use crate::support::quirky_server::control::{TICK, is_timeout};
use crate::support::quirky_server::journal::Event;
use crate::support::quirky_server::names::plain;
use crate::support::quirky_server::quirk::{Quirk, StoreRefusal};
use crate::support::quirky_server::session::Session;
use crate::support::quirky_server::storage::Entry;
use crate::support::sockets::{WAIT_LIMIT, listen_with_small_window, reset};

/// The size of one read from a data connection, in bytes.
const PORTION: usize = 64 << 10;

/// A port that was opened for a data connection.
pub(super) struct Passive {
    listener: TcpListener,
    /// The receive of the control connection that contained the command.
    opened_at: usize,
}

/// The end of a transfer.
enum Ending {
    /// All bytes have come.
    Whole,
    /// The transfer was broken off; this is the final reply.
    Broken(&'static str),
    /// The server is stopped.
    Stopped,
}

impl Session {
    /// Carries out EPSV or PASV.
    pub(super) fn open_port(&mut self, extended: bool) -> Option<()> {
        let slow = self.shared.has(|quirk| matches!(quirk, Quirk::SlowReading(_)));
        let listener = if slow {
            listen_with_small_window(HOST.into())
        } else {
            TcpListener::bind((HOST, 0)).expect("a loopback port")
        };
        listener.set_nonblocking(true).expect("a listener can be polled");
        let port = listener.local_addr().expect("a bound port").port();
        self.passive = Some(Passive { listener, opened_at: self.control.receives });
        self.control.reply(&if extended {
            format!("229 Entering Extended Passive Mode (|||{port}|)")
        } else {
            let host = HOST.to_string().replace('.', ",");
            format!("227 Entering Passive Mode ({host},{},{})", port / 256, port % 256)
        })
    }

    /// Carries out STOR, or APPE if `append`.
    pub(super) fn store(&mut self, name: &str, append: bool) -> Option<()> {
        let rest = std::mem::take(&mut self.rest);
        let passive = self.passive.take();
        let path = self.path(name);
        let Some(passive) = passive else { return self.control.reply("425 Use EPSV first") };
        if let Some(reply) = self.refusal(&path).or_else(|| self.too_early(&passive)) {
            return self.control.reply(reply);
        }
        let old = self.shared.storage().file(&path).map(|(bytes, _)| bytes.to_vec());
        let from = if append { old.as_ref().map_or(0, Vec::len) } else { rest };
        if !self.shared.storage().open(&path, from) {
            return self.control.reply("553 Could not create file");
        }
        let Some(data) = self.connect_data(&passive)? else { return Some(()) };
        let ending = self.receive(data, &path);
        self.apply_losses(&path, old);
        // Only to learn if something was sent during the transfer.
        self.control.has_early_command();
        match ending {
            Ending::Whole => self.control.reply("226 Transfer complete")?,
            Ending::Broken(reply) => return self.control.reply(reply),
            Ending::Stopped => return None,
        }
        self.end_transfer()
    }

    /// Begins a transfer to the client. The inner `None` means that it was refused.
    pub(super) fn begin_sending(&mut self) -> Option<Option<TcpStream>> {
        let refusal = match &self.passive {
            None => Some("425 Use EPSV first"),
            Some(passive) => self.too_early(passive),
        };
        match (self.passive.take(), refusal) {
            (Some(passive), None) => self.connect_data(&passive),
            (_, refusal) => self.control.reply(refusal.unwrap_or_default()).map(|()| None),
        }
    }

    /// Accepts the data connection and sends 150. The inner `None` means that it did not come, which was replied.
    fn connect_data(&mut self, passive: &Passive) -> Option<Option<TcpStream>> {
        self.control.flush()?;
        let Some(data) = self.accept(&passive.listener) else {
            return self.control.reply("425 Nobody connected").map(|()| None);
        };
        self.shared.note(self.control.number, Event::DataConnection);
        self.control.send("150 Here it goes")?;
        self.control.flush()?;
        Some(Some(data))
    }

    /// Counts a whole transfer. Returns `None` if the connection ends.
    pub(super) fn end_transfer(&mut self) -> Option<()> {
        self.transfers += 1;
        let transfers = self.transfers;
        let closes =
            |quirk: &Quirk| matches!(quirk, Quirk::ClosesAfterTransfers(count) if transfers.is_multiple_of(*count));
        (!self.shared.has(closes)).then_some(())
    }

    /// Returns the reply that refuses a STOR for `path`, if a quirk does so.
    fn refusal(&self, path: &str) -> Option<&'static str> {
        let of_path = self.shared.quirks().find_map(|quirk| {
            let Quirk::RefusesStore(refused, reply) = quirk else { return None };
            (*refused == path).then_some(*reply)
        });
        let of_file = self.refusal_of_file(path).filter(|(_, way)| *way == StoreRefusal::AtOnce);
        of_path.or(of_file.map(|(reply, _)| reply))
    }

    fn refusal_of_file(&self, path: &str) -> Option<(&'static str, StoreRefusal)> {
        self.shared.quirks().find_map(|quirk| {
            let Quirk::RefusesStoreOf(ending, reply, way) = quirk else { return None };
            plain(path).ends_with(ending).then_some((*reply, *way))
        })
    }

    /// Returns the reply that refuses a command that was sent before the data connection was established.
    fn too_early(&self, passive: &Passive) -> Option<&'static str> {
        // No client can have received the port and connected before it sent both in one piece.
        let is_early = passive.opened_at == self.control.receives;
        self.shared.quirks().find_map(|quirk| {
            let Quirk::WantsDataConnectionFirst(reply) = quirk else { return None };
            is_early.then_some(*reply)
        })
    }

    fn accept(&mut self, listener: &TcpListener) -> Option<TcpStream> {
        let begun = Instant::now();
        while begun.elapsed() < WAIT_LIMIT && !self.shared.is_stopped() {
            if let Ok((data, _)) = listener.accept() {
                data.set_nonblocking(false).ok()?;
                data.set_read_timeout(Some(TICK)).ok()?;
                return Some(data);
            }
            if self.aborts() || self.control.is_gone() {
                return None;
            }
            std::thread::sleep(TICK / 40);
        }
        None
    }

    /// Receives the bytes of a file.
    fn receive(&mut self, mut data: TcpStream, path: &str) -> Ending {
        let mut portion = vec![0; PORTION];
        let mut last = Instant::now();
        loop {
            if self.aborts() {
                return Ending::Broken("426 Transfer aborted by a command");
            }
            match data.read(&mut portion) {
                Ok(0) => return Ending::Whole,
                Ok(count) => self.shared.storage().append(path, &portion[..count]),
                Err(error) if is_timeout(error.kind()) && last.elapsed() < WAIT_LIMIT && !self.shared.is_stopped() => {
                    continue;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) if self.shared.is_stopped() => return Ending::Stopped,
                Err(_) => return Ending::Broken("426 Data connection lost"),
            }
            last = Instant::now();
            if let Some(reply) = self.refusal_in_transfer(path) {
                reset(data);
                return Ending::Broken(reply);
            }
            self.shared.quirks().for_each(|quirk| {
                if let Quirk::SlowReading(pause) = quirk {
                    std::thread::sleep(*pause);
                }
            });
        }
    }

    fn refusal_in_transfer(&self, path: &str) -> Option<&'static str> {
        let of_path = self.shared.quirks().find_map(|quirk| {
            let Quirk::RefusesInTransfer(refused, reply) = quirk else { return None };
            (*refused == path).then_some(*reply)
        });
        let of_file = self.refusal_of_file(path);
        if matches!(of_file, Some((_, StoreRefusal::Removing))) {
            self.shared.storage().remove(path);
        }
        of_path.or(of_file.map(|(reply, _)| reply))
    }

    /// Returns true if a command has come that ends the transfer.
    fn aborts(&mut self) -> bool {
        self.shared.has(|quirk| matches!(quirk, Quirk::AbortsAtCommand)) && self.control.has_early_command()
    }

    /// Changes what was stored as the quirks want it.
    fn apply_losses(&self, path: &str, old: Option<Vec<u8>>) {
        let losses = self.shared.quirks().filter_map(|quirk| {
            let Quirk::LosesLastByte(losing, times) = quirk else { return None };
            (*losing == path).then_some(*times)
        });
        let loses = losses.max().is_some_and(|times| self.shared.count(&format!("loss {path}")) <= times);
        let mut storage = self.shared.storage();
        if loses && let Some((bytes, _)) = storage.file(path) {
            let cut = bytes[..bytes.len().saturating_sub(1)].to_vec();
            storage.put(path, cut);
        }
        let aside = |quirk: &Quirk| matches!(quirk, Quirk::StoresAside(aside) if *aside == path);
        if self.shared.has(aside)
            && let Some((bytes, _)) = storage.file(path)
        {
            let new = bytes.to_vec();
            storage.put(&format!("{path}.1"), new);
            match old {
                Some(old) => storage.place(path, Entry::File(old)),
                None => drop(storage.remove(path)),
            }
        }
    }
}
