//! A link that delays packets: a network interface whose packets pass through this program, so that one machine can be
//! both ends of a slow line. Connects are delayed like everything else, which a relay between sockets cannot do.
//!
//! A program connects to [`FAR`]. The link exchanges source and destination of each packet, so it comes back to this
//! machine as a packet from [`FAR`] to [`NEAR`], where the server listens. The link limits no rate and loses nothing.
//! It needs a network namespace of its own, because it changes addresses and settings.

pub(crate) mod check;
mod commands;
mod device;
mod packet;
mod queue;

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use commands::Counter;
use device::Device;
use packet::Packet;
use queue::Queue;

pub(crate) use commands::Commands;
/// The address to which clients connect.
pub(crate) use test_servers::FAR_END as FAR;
/// The address of servers.
pub(crate) use test_servers::NEAR_END as NEAR;

/// The longest wait of the thread, after which it looks for the end.
const LONGEST_WAIT: Duration = Duration::from_millis(50);

/// The packets that are delayed, and the delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delay {
    /// Every packet, by half of this round trip.
    RoundTrip(Duration),
    /// Only packets of the server's control connections, as if it thought about each reply.
    Replies(Duration),
}

/// An open link; dropping it removes the interface.
pub(crate) struct Link {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// The values that the thread and the owner of a link both use.
struct Shared {
    /// The server's port for control connections, and the delay.
    state: Mutex<(u16, Delay)>,
    refusals: AtomicUsize,
    commands: Mutex<Counter>,
    closed: AtomicBool,
}

impl Link {
    /// Creates the interface in the present network namespace. At first there is no delay.
    ///
    /// # Errors
    /// If this process may not create interfaces, or this kernel has none of this kind.
    pub(crate) fn open() -> io::Result<Self> {
        let device = Device::open()?;
        let state = Mutex::new((0, Delay::RoundTrip(Duration::ZERO)));
        let (refusals, commands, closed) = (AtomicUsize::new(0), Mutex::default(), AtomicBool::new(false));
        let shared = Arc::new(Shared { state, refusals, commands, closed });
        let carrier = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            if let Err(error) = carry(&device, &carrier) {
                eprintln!("bench: the link broke: {error}");
            }
        });
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Delays the following packets like this, for the server with this port for control connections.
    pub(crate) fn delay(&self, control_port: u16, delay: Delay) {
        *self.shared.state.lock().unwrap_or_else(PoisonError::into_inner) = (control_port, delay);
    }

    /// Returns the number of logins that the server has refused since the last call.
    pub(crate) fn take_refusals(&self) -> usize {
        self.shared.refusals.swap(0, Ordering::Relaxed)
    }

    /// Returns the commands that clients have sent since the last call. Inside TLS none is recognised.
    pub(crate) fn take_commands(&self) -> Commands {
        self.shared.commands.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has already been printed to standard error.
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// Returns the delay of a packet, and counts the commands in it and the refusals of logins.
    fn admit(&self, packet: &Packet<'_>) -> Duration {
        let (control_port, delay) = *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let from_control = packet.source_port() == control_port;
        if from_control && packet.refuses_login() {
            self.refusals.fetch_add(1, Ordering::Relaxed);
        }
        if packet.destination_port() == control_port {
            self.commands.lock().unwrap_or_else(PoisonError::into_inner).add(packet);
        }
        match delay {
            Delay::RoundTrip(time) => time / 2,
            Delay::Replies(time) if from_control => time,
            Delay::Replies(_) => Duration::ZERO,
        }
    }
}

/// Carries packets until the link is closed.
fn carry(device: &Device, shared: &Shared) -> io::Result<()> {
    device::wake_on_time()?;
    let mut queue = Queue::default();
    let mut buffer = vec![0; usize::from(u16::MAX)];
    while !shared.closed.load(Ordering::Relaxed) {
        let wait = queue.wait(Instant::now()).unwrap_or(LONGEST_WAIT);
        device.wait(wait.min(LONGEST_WAIT))?;
        while let Some(length) = device.receive(&mut buffer)? {
            let now = Instant::now();
            // Packets other than TCP over IPv4 are the kernel's own announcements.
            let Some(packet) = Packet::parse(&mut buffer[..length]) else { continue };
            queue.push(now + shared.admit(&packet), packet.turned_round());
        }
        while let Some(packet) = queue.pop(Instant::now()) {
            device.send(&packet)?;
        }
    }
    Ok(())
}
