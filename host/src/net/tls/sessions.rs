//! The TLS sessions of one server, which its data connections resume.
//!
//! A ticket of TLS 1.3 is used once (RFC 8446 §C.4). Most servers send a new one on each connection, but some (ProFTPD
//! 1.3.8) only on the control connection, so that the tickets run out after some files. `run/` then opens a new
//! session. Sessions of TLS 1.2 do not run out.

use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::NamedGroup;
use rustls::client::{ClientSessionMemoryCache, ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;

/// The most tickets that are kept: as many as rustls keeps for one server.
const MAX_TICKETS: usize = 8;

/// The sessions of one control connection and its data connections.
#[derive(Debug)]
pub(super) struct Sessions {
    cache: ClientSessionMemoryCache,
    tickets: AtomicUsize,
}

impl Sessions {
    pub(super) fn new() -> Self {
        Self { cache: ClientSessionMemoryCache::new(MAX_TICKETS), tickets: AtomicUsize::new(0) }
    }

    /// Returns the number of connections that can still resume with TLS 1.3.
    pub(super) fn tickets(&self) -> usize {
        self.tickets.load(Ordering::Relaxed)
    }
}

impl ClientSessionStore for Sessions {
    fn set_kx_hint(&self, server_name: ServerName<'static>, group: NamedGroup) {
        self.cache.set_kx_hint(server_name, group);
    }

    fn kx_hint(&self, server_name: &ServerName<'_>) -> Option<NamedGroup> {
        self.cache.kx_hint(server_name)
    }

    fn set_tls12_session(&self, server_name: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.cache.set_tls12_session(server_name, value);
    }

    fn tls12_session(&self, server_name: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.cache.tls12_session(server_name)
    }

    fn remove_tls12_session(&self, server_name: &ServerName<'static>) {
        self.cache.remove_tls12_session(server_name);
    }

    fn insert_tls13_ticket(&self, server_name: ServerName<'static>, value: Tls13ClientSessionValue) {
        self.cache.insert_tls13_ticket(server_name, value);
        self.tickets.store(MAX_TICKETS.min(self.tickets() + 1), Ordering::Relaxed);
    }

    fn take_tls13_ticket(&self, server_name: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        let ticket = self.cache.take_tls13_ticket(server_name);
        self.tickets.store(self.tickets().saturating_sub(1), Ordering::Relaxed);
        ticket
    }
}
