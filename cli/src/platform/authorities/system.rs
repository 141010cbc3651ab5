//! The certificate authorities are asked of the system itself, on Windows and on those of Apple.

/// No variable replaces them.
pub const VARIABLES: &[&str] = &[];
