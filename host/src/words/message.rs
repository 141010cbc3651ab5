//! A message in its two parts, so that the short form is never cut out of a line with quoted text.

/// A message about an error, without full stops.
pub struct Message {
    /// The event, such as "cannot connect to ftp.example.org: connection refused". It is also the short form of the
    /// message, for lines that say more than the error.
    pub event: String,
    /// The likely cause and the action to take, separated by a semicolon.
    pub advice: String,
}

impl Message {
    /// A message of these parts.
    pub fn new(event: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { event: event.into(), advice: advice.into() }
    }

    /// The whole message, with full stops.
    pub fn line(&self) -> String {
        format!("{}. {}.", self.event, self.advice)
    }
}
