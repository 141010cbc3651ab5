//! Connects to the server: resolves its addresses, checks whether a connection in clear is allowed, and uses the first
//! address that accepts a connection. One deadline applies to all of it. The counterpart of `host/src/run/connect.rs`.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use core::net::IpAddr;

use ftp_protocol::server::is_this_machine;
use wasip2::clocks::monotonic_clock::{Instant, now};
use wasip2::sockets::instance_network::instance_network;
use wasip2::sockets::ip_name_lookup::resolve_addresses;
use wasip2::sockets::network::{ErrorCode, IpAddress, IpSocketAddress, Ipv4SocketAddress, Ipv6SocketAddress};

use crate::bindings::exports::ftp_uploader::upload::capabilities::{ControlConnection, IoError, Progress};
use crate::bindings::exports::ftp_uploader::wasi::grants::{
    Authority, ClearText, ConnectError, Conversation, Output, Patience, Server, Witness,
};
use crate::calls::Calls;
use crate::control::Control;
use crate::deadlines::{Deadlines, wait};
use crate::progress::{Count, Delivered, Steps};
use crate::session_state::SessionState;
use crate::socket::Socket;
use crate::transcript::Transcript;

/// The number of addresses of one name that are tried.
const MAX_ADDRESSES: usize = 16;

/// Connects, and creates the handles for the conversation.
pub(crate) fn dial(server: &Server, patience: Patience, output: Output) -> Result<Conversation, ConnectError> {
    let deadlines = Deadlines::new(patience);
    let until = deadlines.connection_due();
    let addresses = resolve(&server.host, until)?;
    // Both are checked: a resolver must not direct `localhost` to another machine, nor another name to this machine.
    let stays_here = is_this_machine(&server.host) && addresses.iter().all(|address| is_loopback(*address));
    if server.clear_text == ClearText::Loopback && !stays_here {
        return Err(ConnectError::NeedsTls);
    }
    let (control, peer) = first_that_accepts(&addresses, server.port, until)?;
    // The deadline for the greeting starts here.
    deadlines.mark();
    let transcript = Transcript::new(output.transcript);
    let delivered = Delivered::new(output.every_file);
    let line = Rc::new(SessionState::new(control, peer, deadlines, transcript, delivered));
    Ok(Conversation {
        control: ControlConnection::new(Control(Rc::clone(&line))),
        progress: Progress::new(Steps(Rc::clone(&line))),
        witness: Witness::new(Count(Rc::clone(&line))),
        authority: Authority::new(Calls(line)),
    })
}

/// An IP address is used as it is. Only a name is resolved, which not every platform allows.
fn resolve(host: &str, until: Instant) -> Result<Vec<IpAddr>, ConnectError> {
    if let Ok(address) = host.parse() {
        return Ok(vec![address]);
    }
    let lookup = resolve_addresses(&instance_network(), host).map_err(|_| ConnectError::UnknownHost)?;
    let mut found = Vec::new();
    while found.len() < MAX_ADDRESSES {
        match lookup.resolve_next_address() {
            Ok(Some(address)) => found.push(from_wasi(address)),
            Ok(None) => break,
            Err(ErrorCode::WouldBlock) => {
                wait([&lookup.subscribe()], until).map_err(ConnectError::Failed)?;
            }
            Err(_) => return Err(ConnectError::UnknownHost),
        }
    }
    if found.is_empty() { Err(ConnectError::UnknownHost) } else { Ok(found) }
}

/// Tries one address after the other. Each has its share of the time left, so that none uses all of it.
fn first_that_accepts(
    addresses: &[IpAddr],
    port: u16,
    until: Instant,
) -> Result<(Socket, IpSocketAddress), ConnectError> {
    let mut last = IoError::Unreachable;
    for (tried, &address) in addresses.iter().enumerate() {
        let untried = u64::try_from(addresses.len() - tried).unwrap_or(u64::MAX);
        let peer = to_wasi(address, port);
        match Socket::connect(peer, now() + until.saturating_sub(now()) / untried) {
            Ok(socket) => return Ok((socket, peer)),
            Err(error) => last = error,
        }
    }
    Err(ConnectError::Failed(last))
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

fn from_wasi(address: IpAddress) -> IpAddr {
    match address {
        IpAddress::Ipv4((a, b, c, d)) => IpAddr::from([a, b, c, d]),
        IpAddress::Ipv6((a, b, c, d, e, f, g, h)) => IpAddr::from([a, b, c, d, e, f, g, h]),
    }
}

/// WASI does not accept an IPv4-mapped IPv6 address.
fn to_wasi(address: IpAddr, port: u16) -> IpSocketAddress {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            IpSocketAddress::Ipv4(Ipv4SocketAddress { port, address: (a, b, c, d) })
        }
        IpAddr::V6(v6) => {
            let [a, b, c, d, e, f, g, h] = v6.segments();
            let address = (a, b, c, d, e, f, g, h);
            IpSocketAddress::Ipv6(Ipv6SocketAddress { port, flow_info: 0, address, scope_id: 0 })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_without_asking_anyone() {
        assert_eq!(resolve("127.0.0.1", 0).ok(), Some(vec![IpAddr::from([127, 0, 0, 1])]));
        assert_eq!(resolve("::1", 0).ok(), Some(vec![IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1u16])]));
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for (text, loopback) in
            [("127.1.2.3", true), ("::1", true), ("::ffff:127.0.0.1", true), ("192.0.2.1", false), ("::", false)]
        {
            let address = text.parse();
            assert_eq!(address.map(is_loopback), Ok(loopback), "{text}");
        }
    }
}
