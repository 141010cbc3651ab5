//! TLS settings of a scripted server: its certificate, its versions, and its memory of sessions.
//!
//! These are values, like the script that contains them.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, SupportedKxGroup, ring};
use rustls::server::{NoServerSessionStorage, ServerSessionMemoryCache, StoresServerSessions, WebPkiClientVerifier};
use rustls::server::{ProducesTickets, danger::ClientCertVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};
use test_servers::certificates::{Authority, Identity};

/// The TLS settings of a server. Clones share their memory of sessions, as the two connections of an FTP server do.
#[derive(Clone)]
pub(crate) struct Tls {
    identity: Identity,
    versions: Vec<&'static SupportedProtocolVersion>,
    groups: Vec<&'static dyn SupportedKxGroup>,
    clients: Option<Arc<dyn ClientCertVerifier>>,
    sessions: Arc<dyn StoresServerSessions>,
    ticketer: Option<Arc<dyn ProducesTickets>>,
    tickets: usize,
    sends_close_notify: bool,
    hangs_up: bool,
}

impl Tls {
    /// Creates good settings with this certificate.
    pub(crate) fn of(identity: &Identity) -> Self {
        Self {
            identity: identity.clone(),
            versions: vec![&TLS13, &TLS12],
            groups: ring::ALL_KX_GROUPS.to_vec(),
            clients: None,
            sessions: ServerSessionMemoryCache::new(256),
            ticketer: None,
            tickets: 2,
            sends_close_notify: true,
            hangs_up: false,
        }
    }

    /// Supports no version above TLS 1.2.
    pub(crate) fn old(mut self) -> Self {
        self.versions = vec![&TLS12];
        self
    }

    /// Uses another certificate.
    pub(crate) fn showing(mut self, identity: &Identity) -> Self {
        self.identity = identity.clone();
        self
    }

    /// Sends so many tickets after each handshake of TLS 1.3.
    pub(crate) fn tickets(mut self, tickets: usize) -> Self {
        self.tickets = tickets;
        self
    }

    /// Keeps sessions in tickets instead of a cache.
    pub(crate) fn remembering_nothing(mut self) -> Self {
        self.sessions = Arc::new(NoServerSessionStorage {});
        self.ticketer = Some(ring::Ticketer::new().expect("a random key"));
        self
    }

    /// Supports no resumption: neither session IDs nor tickets.
    pub(crate) fn never_resuming(mut self) -> Self {
        self.sessions = Arc::new(NoServerSessionStorage {});
        self.ticketer = None;
        self.tickets = 0;
        self
    }

    /// Uses a cache of its own, so that it cannot resume the sessions of the others.
    pub(crate) fn forgetful(mut self) -> Self {
        self.sessions = ServerSessionMemoryCache::new(256);
        self.ticketer = self.ticketer.map(|_| ring::Ticketer::new().expect("a random key"));
        self
    }

    /// Supports only a key exchange for which the client sends no share at first (TLS 1.3: a HelloRetryRequest).
    pub(crate) fn asking_again(mut self) -> Self {
        self.groups = vec![ring::kx_group::SECP384R1];
        self
    }

    /// Requires a client certificate from this authority.
    pub(crate) fn for_clients_of(mut self, authority: &Authority) -> Self {
        let roots = Arc::new(authority.roots());
        let verifier = WebPkiClientVerifier::builder_with_provider(roots, Arc::new(ring::default_provider()));
        self.clients = Some(verifier.build().expect("an authority to ask for"));
        self
    }

    /// Ends connections without close_notify, as many servers do.
    pub(crate) fn without_close_notify(mut self) -> Self {
        self.sends_close_notify = false;
        self
    }

    /// Ends connections together with the handshake, as servers do that reject the client's handshake.
    pub(crate) fn hanging_up(mut self) -> Self {
        self.hangs_up = true;
        self
    }

    /// Returns true if connections end together with the handshake.
    pub(crate) fn hangs_up(&self) -> bool {
        self.hangs_up
    }

    /// Returns true if connections end with close_notify.
    pub(crate) fn sends_close_notify(&self) -> bool {
        self.sends_close_notify
    }

    /// Returns these settings for rustls.
    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        let provider = CryptoProvider { kx_groups: self.groups.clone(), ..ring::default_provider() };
        let versions = ServerConfig::builder_with_provider(Arc::new(provider)).with_protocol_versions(&self.versions);
        let clients = self.clients.clone().unwrap_or_else(WebPkiClientVerifier::no_client_auth);
        let config = versions.expect("versions that there are").with_client_cert_verifier(clients);
        let key = ring::sign::any_supported_type(&self.identity.key()).expect("a key on P-256");
        // `with_single_cert` would reject a certificate without its key, which an impostor uses.
        let certified = CertifiedKey::new(self.identity.chain(), key);
        let mut config = config.with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
        config.alpn_protocols = vec![b"ftp".to_vec()];
        config.session_storage = Arc::clone(&self.sessions);
        config.send_tls13_tickets = self.tickets;
        if let Some(ticketer) = &self.ticketer {
            config.ticketer = Arc::clone(ticketer);
        }
        Arc::new(config)
    }
}
