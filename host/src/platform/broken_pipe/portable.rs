//! Writing to a connection that the peer has closed, on systems where this raises no signal.

use std::io;

/// Calls `write`. The standard library disables SIGPIPE for its sockets (SO_NOSIGPIPE), or only its own `write` is used.
pub(crate) fn without_signal<T>(write: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    write()
}
