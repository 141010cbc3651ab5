//! Connections through SOCKS5 and HTTP proxies.

mod arguments;
mod conversations;
mod uploads;
