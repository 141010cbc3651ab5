//! The events of the console that end the program: Ctrl-C, Ctrl-Break, and the end of the window, of the session or of the
//! system.

/// Calls `prepare` at once, and then `handle` for each event, in the thread of `ctrlc`. Returns false, and calls nothing, if
/// the system refuses: then an event ends the program at once.
pub fn listen(prepare: impl FnOnce() + Send + 'static, handle: impl FnMut() + Send + 'static) -> bool {
    if ctrlc::set_handler(handle).is_err() {
        return false;
    }
    prepare();
    true
}
