//! TLS: certificates, servers without it, protected data connections, attacks.

mod arguments;
mod between;
mod certificates;
mod data_connection;
mod endings;
mod hostile;
mod openssl;
mod pins;
mod sessions;
mod transfers;
mod uploads;
