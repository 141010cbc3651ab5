//! The variables that replace the system's certificate authorities.

/// The variables that rustls-native-certs reads; OpenSSL and curl use the same ones.
pub const VARIABLES: &[&str] = &["SSL_CERT_FILE", "SSL_CERT_DIR"];
