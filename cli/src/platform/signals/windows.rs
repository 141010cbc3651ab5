//! The events of the console that end the program: Ctrl-C, Ctrl-Break, and the end of the window, of the session or of the
//! system.
//!
//! The crate `ctrlc` is not used: its handler returns at once, and Windows ends the process when the handler of the last
//! three events has returned.
//!
//! The file is separate because the call for consoles needs `unsafe`.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use windows_sys::Win32::Foundation::TRUE;
use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, CTRL_C_EVENT, SetConsoleCtrlHandler};
use windows_sys::core::BOOL;

/// The time of a run to end after an event that ends the process. Windows ends the process after 5 s, even if the handler
/// has not returned (HandlerRoutine).
const END_TIMEOUT: Duration = Duration::from_millis(4500);

/// The function that is called for each event.
static HANDLE: Mutex<Option<Box<dyn FnMut() + Send>>> = Mutex::new(None);

/// Calls `prepare` at once, and then `handle` for each event, in a thread that the system starts for it. Returns false, and
/// calls nothing, if the system refuses: then an event ends the program at once.
#[allow(unsafe_code, reason = "no kept crate has a safe call with a handler that can wait")]
pub fn listen(prepare: impl FnOnce() + Send + 'static, handle: impl FnMut() + Send + 'static) -> bool {
    *HANDLE.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(handle));
    // SAFETY: the handler is a function of this program, which exists until the process has ended.
    if unsafe { SetConsoleCtrlHandler(Some(on_event), TRUE) } == 0 {
        return false;
    }
    prepare();
    true
}

/// The handler. After an event that ends the process it waits for the end of the run, which ends this thread, too.
extern "system" fn on_event(event: u32) -> BOOL {
    if let Some(handle) = HANDLE.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
        handle();
    }
    if !matches!(event, CTRL_C_EVENT | CTRL_BREAK_EVENT) {
        thread::sleep(END_TIMEOUT);
    }
    TRUE
}
