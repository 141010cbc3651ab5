//! The operations that one call of the guest may use. A deadline limits each wait; these numbers limit how many waits
//! there are, so that no guest can keep the host busy without end, also not together with a malicious server.
//!
//! Computing time is limited by `compute_budget.rs`. `state/mod.rs` restarts the budget at each call.

/// The operations that are left.
pub(crate) struct CallBudget {
    /// Bytes to receive: some dozens of the longest replies.
    pub(crate) receive: usize,
    /// Lines to send, each of which gives the server a full timeout. Making a directory takes one line for each of its
    /// parts; everything else takes ten at most.
    pub(crate) commands: u32,
    /// Data connections to open and to accept: for EPSV and PASV, and some more for other guests.
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
    /// Takes one line to send. Returns false if none is left.
    pub(super) fn take_command(&mut self) -> bool {
        take(&mut self.commands)
    }

    /// Takes one data connection. Returns false if none is left.
    pub(super) fn take_connection(&mut self) -> bool {
        take(&mut self.connections)
    }

    /// Takes one hash to compute. Returns false if none is left.
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
    fn a_budget_that_is_used_up_stays_used_up() {
        let mut left = 2;
        assert_eq!([take(&mut left), take(&mut left), take(&mut left), take(&mut left)], [true, true, false, false]);
    }
}
