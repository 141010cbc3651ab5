//! How long the server may take: every deadline of a session comes from here.
//!
//! A deadline counts from the last thing that we did or that moved, not from the last byte received, so that a server
//! cannot hold a session by dribbling.

use std::time::{Duration, Instant};

/// How long to wait for the goodbye. Nothing depends on it.
const FAREWELL: Duration = Duration::from_secs(2);

/// How often to look at a send queue.
const LOOK: Duration = Duration::from_secs(1);

/// How long to wait for the server's end of a data connection when its reply is there already.
const GRACE: Duration = Duration::from_secs(1);

/// The deadlines of one session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    timeout: Duration,
    connect_timeout: Duration,
    /// The last command sent, or the last byte of data moved.
    moved: Instant,
}

impl Pace {
    pub(crate) fn new(timeout: Duration, connect_timeout: Duration) -> Self {
        Self { timeout, connect_timeout, moved: Instant::now() }
    }

    /// Something was sent or has moved: the next reply has its full time.
    pub(crate) fn mark(&mut self) {
        self.moved = Instant::now();
    }

    /// From here on only the goodbye is waited for.
    pub(crate) fn say_farewell(&mut self) {
        self.timeout = self.timeout.min(FAREWELL);
    }

    /// When the whole reply has to be here, or something has to have moved.
    pub(crate) fn due(&self) -> Instant {
        self.moved + self.timeout
    }

    /// When to look next whether something moves that cannot be waited for: often enough to notice silence in time.
    pub(crate) fn next_look(&self) -> Instant {
        self.due().min(Instant::now() + LOOK.min(self.timeout / 4))
    }

    /// When a data connection that is dialled now has to stand.
    pub(crate) fn connection_due(&self) -> Instant {
        Instant::now() + self.connect_timeout
    }

    /// When waiting for the end of a data connection becomes pointless, now that the reply is there.
    pub(crate) fn grace_ends(&self) -> Instant {
        Instant::now() + self.timeout.min(GRACE)
    }
}
