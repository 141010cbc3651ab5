//! Connections through a proxy: SOCKS5 (RFC 1928) and HTTP CONNECT (RFC 9110 §9.3.6). Nothing here knows FTP.

pub(crate) mod error;
mod http;
mod socks;
mod tunnel;

pub(crate) use tunnel::Tunnel;
