//! What one call of the guest may use up, counted: what a deadline for each wait does not bound is bounded here, so that
//! no guest can keep the host at work for ever, not even together with a server that plays along.
//!
//! The time that a guest computes is `crate::sandbox::limits`. A new call begins in `mod.rs`.

/// What is left of it.
pub(crate) struct CallBudget {
    /// Bytes to receive: some dozens of the longest replies.
    pub(crate) receive: usize,
    /// Lines to send: each gives the server its full time to answer. Making a directory takes one for each of its parts,
    /// everything else ten at most.
    pub(crate) commands: u32,
    /// Data connections to open, and to wait for: EPSV, PASV, and room for more careful guests.
    pub(crate) connections: u32,
    /// Hashes to compute, each over the whole file at most. One is needed.
    pub(crate) digests: u32,
}

impl Default for CallBudget {
    fn default() -> Self {
        Self { receive: 2 * 1024 * 1024, commands: 512, connections: 8, digests: 4 }
    }
}

impl CallBudget {
    /// Whether one more line may be sent, which is counted.
    pub(super) fn take_command(&mut self) -> bool {
        take(&mut self.commands)
    }

    /// Whether there may be one more data connection, which is counted.
    pub(super) fn take_connection(&mut self) -> bool {
        take(&mut self.connections)
    }

    /// Whether one more hash may be computed, which is counted.
    pub(super) fn take_digest(&mut self) -> bool {
        take(&mut self.digests)
    }
}

fn take(left: &mut u32) -> bool {
    let less = left.checked_sub(1);
    *left = less.unwrap_or_default();
    less.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_up_stays_used_up() {
        let mut left = 2;
        assert_eq!([take(&mut left), take(&mut left), take(&mut left), take(&mut left)], [true, true, false, false]);
    }
}
