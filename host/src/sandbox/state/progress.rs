//! The progress of the session, for the caller's observer and for errors.

use std::sync::Arc;

use crate::report::event::{Event, Observer};
use crate::report::step::Step;

/// The current step, and the observer.
pub(crate) struct Progress {
    observer: Arc<dyn Observer>,
    /// The last step that the guest has reported.
    step: Step,
    /// True if the observer was told about the questions of this step.
    is_verifying: bool,
}

impl Progress {
    pub(super) fn new(observer: Arc<dyn Observer>) -> Self {
        Self { observer, step: Step::Greeting, is_verifying: false }
    }

    /// Returns the last step that the guest has reported.
    pub(crate) fn step(&self) -> Step {
        self.step
    }

    /// Records `step`, and tells the observer.
    pub(crate) fn enter(&mut self, step: Step) {
        (self.step, self.is_verifying) = (step, false);
        self.tell(&Event::StepEntered(step));
    }

    /// Tells the observer that a file is being verified, if that has just begun. The only commands of the step
    /// [`Step::Confirmation`] are questions about the file whose end the server has confirmed. The step itself remains,
    /// because a lost connection still leaves the file in doubt.
    pub(crate) fn command_sent(&mut self) {
        if self.step == Step::Confirmation && !std::mem::replace(&mut self.is_verifying, true) {
            self.tell(&Event::Verifying);
        }
    }

    /// Tells the observer.
    pub(crate) fn tell(&self, event: &Event<'_>) {
        self.observer.event(event);
    }
}
