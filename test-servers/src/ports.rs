//! Ports for one server: one for control connections and a range for data connections.
//!
//! Tests run in parallel, sometimes in several processes, and a server is configured with port numbers, not with bound
//! sockets. Therefore ports are allocated in blocks. A listener on the first port of a block, which is held as long as
//! the server runs, tells all other processes that the block is in use.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    ops::RangeInclusive,
    sync::atomic::{AtomicU32, Ordering},
};

/// A block of ports, which is reserved until this is dropped.
pub(super) struct Ports {
    ip: IpAddr,
    first: u16,
    _guard: TcpListener,
}

impl Ports {
    pub(super) fn claim(ip: IpAddr) -> Self {
        // Processes begin at different blocks, to avoid most collisions.
        let offset = std::process::id().wrapping_mul(7);
        (0..BLOCKS)
            .map(|_| NEXT.fetch_add(1, Ordering::Relaxed).wrapping_add(offset) % BLOCKS)
            .find_map(|block| Self::claim_block(ip, LOWEST + u16::try_from(block).ok()? * BLOCK_SIZE))
            .expect("a free block of ports")
    }

    fn claim_block(ip: IpAddr, first: u16) -> Option<Self> {
        let guard = TcpListener::bind((Ipv4Addr::LOCALHOST, first)).ok()?;
        let free = |port| TcpListener::bind((ip, port)).is_ok();
        (first + 1..first + BLOCK_SIZE).all(free).then_some(Self { ip, first, _guard: guard })
    }

    pub(super) fn control(&self) -> SocketAddr {
        SocketAddr::new(self.ip, self.first + 1)
    }

    pub(super) fn passive(&self) -> RangeInclusive<u16> {
        self.first + 2..=self.first + BLOCK_SIZE - 1
    }
}

static NEXT: AtomicU32 = AtomicU32::new(0);

// The blocks are below the ports that Linux uses for outgoing connections by default (from 32768).
const LOWEST: u16 = 11_000;
const BLOCK_SIZE: u16 = 32;
const BLOCKS: u32 = 650;
