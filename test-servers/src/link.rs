//! The addresses of the benchmark's delaying link (`bench/src/link/`). They are of the range for benchmarks of networks
//! (RFC 2544, appendix C.2.2).
//!
//! A server behind the link listens on [`NEAR_END`], and has to offer its data connections on [`FAR_END`].

use std::net::Ipv4Addr;

/// The address of the server.
pub const NEAR_END: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 1);

/// The address to which clients connect.
pub const FAR_END: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 2);
