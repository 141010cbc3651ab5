//! Sockets with deadlines, name resolution, TLS and proxies. Nothing here knows the component.

pub(crate) mod destination;
pub(crate) mod proxy;
mod resolver;
pub(crate) mod route;
pub(crate) mod socket;
pub(crate) mod stream;
pub(crate) mod tls;
pub(crate) mod wait;
