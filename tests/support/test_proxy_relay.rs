//! Passes bytes through an established connection of the test proxy, in both directions, until one side ends.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

/// Passes bytes, and returns true if the client has reset its connection. After `limit` bytes from the client both
/// connections are reset.
pub(crate) fn pass(client: &TcpStream, server: &TcpStream, limit: usize) -> bool {
    let passed = AtomicUsize::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _ = one_way(server, client, |_| true);
            let _ = client.shutdown(Shutdown::Write);
        });
        let upwards = one_way(client, server, |count| passed.fetch_add(count, Ordering::SeqCst) + count < limit);
        let died = passed.load(Ordering::SeqCst) >= limit;
        if died || upwards.is_err() {
            for side in [client, server] {
                let _ = set_socket_linger(side, Some(Duration::ZERO));
                let _ = side.shutdown(Shutdown::Both);
            }
        } else {
            let _ = server.shutdown(Shutdown::Write);
        }
        upwards.is_err() && !died
    })
}

fn one_way(mut from: &TcpStream, mut to: &TcpStream, mut goes_on: impl FnMut(usize) -> bool) -> std::io::Result<()> {
    let mut piece = vec![0; 64 << 10];
    loop {
        let count = from.read(&mut piece)?;
        if count == 0 {
            return Ok(());
        }
        if !goes_on(count) {
            return Ok(());
        }
        to.write_all(&piece[..count])?;
    }
}
