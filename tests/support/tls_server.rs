//! How a scripted server does TLS: with which certificate, which versions, and what it remembers of a session.
//!
//! Only values, like the script that they are part of. Next: `tls_meeting.rs`, the usual lines of such a script.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, SupportedKxGroup, ring};
use rustls::server::{NoServerSessionStorage, ServerSessionMemoryCache, StoresServerSessions, WebPkiClientVerifier};
use rustls::server::{ProducesTickets, danger::ClientCertVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};
use test_servers::certificates::{Authority, Identity};

/// A server's way with TLS. Its clones have one memory, as the two connections of an FTP server do.
#[derive(Clone)]
pub(crate) struct Tls {
    identity: Identity,
    versions: Vec<&'static SupportedProtocolVersion>,
    groups: Vec<&'static dyn SupportedKxGroup>,
    clients: Option<Arc<dyn ClientCertVerifier>>,
    sessions: Arc<dyn StoresServerSessions>,
    ticketer: Option<Arc<dyn ProducesTickets>>,
    tickets: usize,
    says_farewell: bool,
    hangs_up: bool,
}

impl Tls {
    /// With this certificate, and otherwise as well as it can be done.
    pub(crate) fn of(identity: &Identity) -> Self {
        Self {
            identity: identity.clone(),
            versions: vec![&TLS13, &TLS12],
            groups: ring::ALL_KX_GROUPS.to_vec(),
            clients: None,
            sessions: ServerSessionMemoryCache::new(256),
            ticketer: None,
            tickets: 2,
            says_farewell: true,
            hangs_up: false,
        }
    }

    /// Not above TLS 1.2.
    pub(crate) fn old(mut self) -> Self {
        self.versions = vec![&TLS12];
        self
    }

    /// With another certificate.
    pub(crate) fn showing(mut self, identity: &Identity) -> Self {
        self.identity = identity.clone();
        self
    }

    /// With so many tickets after each handshake of TLS 1.3.
    pub(crate) fn tickets(mut self, tickets: usize) -> Self {
        self.tickets = tickets;
        self
    }

    /// With tickets that hold the session, instead of a memory.
    pub(crate) fn remembering_nothing(mut self) -> Self {
        self.sessions = Arc::new(NoServerSessionStorage {});
        self.ticketer = Some(ring::Ticketer::new().expect("a random key"));
        self
    }

    /// Without any resumption: no session IDs and no tickets.
    pub(crate) fn never_resuming(mut self) -> Self {
        self.sessions = Arc::new(NoServerSessionStorage {});
        self.ticketer = None;
        self.tickets = 0;
        self
    }

    /// With a memory of its own, so that it knows no session of the others.
    pub(crate) fn forgetful(mut self) -> Self {
        self.sessions = ServerSessionMemoryCache::new(256);
        self.ticketer = self.ticketer.map(|_| ring::Ticketer::new().expect("a random key"));
        self
    }

    /// With a way to agree on keys that clients have to be asked for (TLS 1.3: a HelloRetryRequest).
    pub(crate) fn asking_again(mut self) -> Self {
        self.groups = vec![ring::kx_group::SECP384R1];
        self
    }

    /// For clients only that this authority has certified.
    pub(crate) fn for_clients_of(mut self, authority: &Authority) -> Self {
        let roots = Arc::new(authority.roots());
        let verifier = WebPkiClientVerifier::builder_with_provider(roots, Arc::new(ring::default_provider()));
        self.clients = Some(verifier.build().expect("an authority to ask for"));
        self
    }

    /// Ending connections without close_notify, as many servers do.
    pub(crate) fn without_farewell(mut self) -> Self {
        self.says_farewell = false;
        self
    }

    /// Ending connections in the same breath in which their handshake is done, as servers do that miss something in it.
    pub(crate) fn hanging_up(mut self) -> Self {
        self.hangs_up = true;
        self
    }

    /// Whether it ends connections in the same breath in which their handshake is done.
    pub(crate) fn hangs_up(&self) -> bool {
        self.hangs_up
    }

    /// Whether it ends connections with close_notify.
    pub(crate) fn says_farewell(&self) -> bool {
        self.says_farewell
    }

    /// The same for rustls.
    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        let provider = CryptoProvider { kx_groups: self.groups.clone(), ..ring::default_provider() };
        let versions = ServerConfig::builder_with_provider(Arc::new(provider)).with_protocol_versions(&self.versions);
        let clients = self.clients.clone().unwrap_or_else(WebPkiClientVerifier::no_client_auth);
        let config = versions.expect("versions that there are").with_client_cert_verifier(clients);
        let key = ring::sign::any_supported_type(&self.identity.key()).expect("a key on P-256");
        // Not `with_single_cert`: a thief has a certificate without its key.
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
