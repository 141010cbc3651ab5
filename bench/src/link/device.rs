//! The network interface of the link: a Linux tun device, which hands whole IP packets to a program.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::num::NonZeroU64;
use std::os::unix::fs::OpenOptionsExt;
use std::process::Command;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;

use super::NEAR;

/// The name of the interface.
const NAME: &str = "link0";

/// The usual size of packets on the internet.
const MTU: &str = "1500";

/// The device file, from which every tun interface is made.
const TUN: &str = "/dev/net/tun";

/// TUNSETIFF, IFF_TUN and IFF_NO_PI of `linux/if_tun.h`.
const SET_INTERFACE: rustix::ioctl::Opcode = 0x4004_54ca;
const PACKETS_WITHOUT_HEADER: u16 = 0x0001 | 0x1000;

/// setpriority(2): for a thread, if its number is 0.
const HIGHEST_PRIORITY: i32 = -20;

/// `struct ifreq`.
#[repr(C)]
struct InterfaceRequest {
    name: [u8; 16],
    flags: u16,
    unused: [u8; 22],
}

/// An open interface, which vanishes on drop.
pub(super) struct Device(File);

impl Device {
    /// Creates the interface, gives it an address and starts it.
    pub(super) fn open() -> io::Result<Self> {
        let nonblocking = i32::try_from(OFlags::NONBLOCK.bits()).map_err(io::Error::other)?;
        let file = OpenOptions::new().read(true).write(true).custom_flags(nonblocking).open(TUN)?;
        attach(&file)?;
        ip(&["address", "add", &format!("{NEAR}/24"), "dev", NAME])?;
        ip(&["link", "set", NAME, "mtu", MTU, "up"])?;
        Ok(Self(file))
    }

    /// Waits for a packet, at most this time.
    pub(super) fn wait(&self, most: Duration) -> io::Result<()> {
        let most = Timespec::try_from(most).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(&self.0, PollFlags::IN)], Some(&most)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns the length of the next packet, or `None` if there is none at present.
    pub(super) fn receive(&self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        match (&self.0).read(buffer) {
            Ok(length) => Ok(Some(length)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Hands a packet to the kernel, as one that arrived.
    pub(super) fn send(&self, packet: &[u8]) -> io::Result<()> {
        (&self.0).write_all(packet)
    }
}

/// Makes the calling thread's waits end on time. By default Linux may prolong each by 50 µs to save wake-ups, and lets a
/// thread wait for the processor if others are busy.
pub(super) fn wake_on_time() -> io::Result<()> {
    // Only root may raise the priority. Without, the link is precise on a machine that is otherwise idle.
    let _ = rustix::process::setpriority_process(None, HIGHEST_PRIORITY);
    Ok(rustix::thread::set_current_timer_slack(NonZeroU64::new(1))?)
}

/// Makes the file the end of an interface.
#[allow(unsafe_code, reason = "the OS has no other call for it")]
fn attach(file: &File) -> io::Result<()> {
    let mut request = InterfaceRequest { name: [0; 16], flags: PACKETS_WITHOUT_HEADER, unused: [0; 22] };
    request.name[..NAME.len()].copy_from_slice(NAME.as_bytes());
    // SAFETY: TUNSETIFF reads one `struct ifreq` (40 bytes), which `InterfaceRequest` has the layout of, and keeps no
    // pointer to it.
    let set = unsafe { rustix::ioctl::Setter::<SET_INTERFACE, _>::new(request) };
    // SAFETY: the argument has the type that this operation expects, as stated above.
    unsafe { rustix::ioctl::ioctl(file, set)? };
    Ok(())
}

fn ip(arguments: &[&str]) -> io::Result<()> {
    let output = Command::new("ip").args(arguments).output()?;
    let failed = || io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    output.status.success().then_some(()).ok_or_else(failed)
}
