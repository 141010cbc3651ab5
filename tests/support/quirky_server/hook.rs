//! An action of a test at a command that a quirky server has received, before any command is carried out that came
//! with it.
//!
//! The action runs in the thread of the session. It may block, as long as the waits of the program allow it.

use crate::support::quirky_server::{Shared, lock};

/// An action, and the command at which it is taken.
pub(super) struct Hook {
    pub(super) is_due: Box<dyn FnMut(&str) -> bool + Send>,
    pub(super) action: Box<dyn FnOnce() + Send>,
}

impl Shared {
    /// Sets the action, which is taken once.
    pub(super) fn set_hook(&self, hook: Hook) {
        *lock(&self.hook) = Some(hook);
    }

    /// Takes the action if this command is the one.
    pub(super) fn hook(&self, line: &str) {
        let mut hook = lock(&self.hook);
        let due = hook.take_if(|hook| (hook.is_due)(line));
        // Other sessions go on during the action.
        drop(hook);
        if let Some(hook) = due {
            (hook.action)();
        }
    }
}
