//! The progress of the session, for the caller's observer and for errors.

use std::sync::Arc;

use crate::report::event::{Event, Observer};
use crate::report::step::Step;

/// The current step, and the observer.
pub(crate) struct Progress {
    observer: Arc<dyn Observer>,
    /// The last step that the guest has reported.
    step: Step,
}

impl Progress {
    pub(super) fn new(observer: Arc<dyn Observer>) -> Self {
        Self { observer, step: Step::Greeting }
    }

    /// Returns the last step that the guest has reported.
    pub(crate) fn step(&self) -> Step {
        self.step
    }

    /// Records `step`, and tells the observer.
    pub(crate) fn enter(&mut self, step: Step) {
        self.step = step;
        self.tell(&Event::StepEntered(step));
    }

    /// Tells the observer.
    pub(crate) fn tell(&self, event: &Event<'_>) {
        self.observer.event(event);
    }
}
