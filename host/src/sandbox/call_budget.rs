//! The operations that one call of the guest may use. A deadline limits each wait; these numbers limit how many waits
//! there are, so that no guest can keep the host busy without end, also not together with a malicious server.
//!
//! Computing time is limited by `compute_budget.rs`. `state/mod.rs` restarts the budget at each call.

/// The operations that are left.
pub(crate) struct CallBudget {
    /// Bytes to receive: some dozens of the longest replies.
    pub(crate) receive: usize,
    /// Lines to send, each of which gives the server a full timeout. Making 64 directories takes three lines for each,
    /// and making the one of the upload one line for each of its parts; everything else takes ten at most.
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
    /// Takes `lines` lines to send. Returns false if fewer are left; then it takes none.
    pub(super) fn take_commands(&mut self, lines: usize) -> bool {
        let left = u32::try_from(lines).ok().and_then(|lines| self.commands.checked_sub(lines));
        self.commands = left.unwrap_or(self.commands);
        left.is_some()
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
    fn lines_are_taken_together_or_not_at_all() {
        let mut budget = CallBudget { commands: 9, ..CallBudget::default() };
        assert_eq!([8, 8, 1, 1].map(|lines| budget.take_commands(lines)), [true, false, true, false]);
    }

    #[test]
    fn a_budget_that_is_used_up_stays_used_up() {
        let mut left = 2;
        assert_eq!([take(&mut left), take(&mut left), take(&mut left), take(&mut left)], [true, true, false, false]);
    }
}
