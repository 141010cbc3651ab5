//! Prevents SIGPIPE, which Linux raises for a write to a connection that the peer has closed. It ends a process that
//! does not ignore or handle it. A library must not end its process, and must not change its signal handling.
//!
//! The standard library's `write` asks the system not to raise the signal (MSG_NOSIGNAL, send(2)). sendfile(2) and
//! writev(2) have no such flag, so the signal is blocked while they run.

use std::io;

/// Calls `write`, and discards a SIGPIPE that it raises. Its error is enough.
pub(crate) fn without_signal<T>(write: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let blocked = blocked::Blocked::new();
    let written = write();
    if matches!(&written, Err(error) if error.kind() == io::ErrorKind::BrokenPipe) {
        blocked.discard_raised();
    }
    written
}

#[allow(unsafe_code, reason = "no safe call blocks a signal for one thread")]
mod blocked {
    use std::mem::MaybeUninit;
    use std::ptr;

    use libc::{SIG_BLOCK, SIG_SETMASK, SIGPIPE, pthread_sigmask, sigset_t, timespec};

    /// SIGPIPE is blocked for this thread while this lives.
    pub(super) struct Blocked {
        before: sigset_t,
        /// True if a SIGPIPE was pending before. It must stay pending.
        was_pending: bool,
    }

    impl Blocked {
        pub(super) fn new() -> Self {
            let mut before = MaybeUninit::uninit();
            // SAFETY: both sets are valid during the call, which fills in the second. With these arguments it cannot
            // fail.
            let before = unsafe {
                pthread_sigmask(SIG_BLOCK, &only_sigpipe(), before.as_mut_ptr());
                before.assume_init()
            };
            Self { before, was_pending: has_sigpipe(&before) && has_sigpipe(&pending()) }
        }

        /// Removes the signal that `write` has raised. At most one is pending (signal(7)).
        pub(super) fn discard_raised(&self) {
            let at_once = timespec { tv_sec: 0, tv_nsec: 0 };
            if !self.was_pending {
                // SAFETY: set and time are valid during the call, and a null pointer means that no details are
                // returned.
                unsafe { libc::sigtimedwait(&only_sigpipe(), ptr::null_mut(), &at_once) };
            }
        }
    }

    impl Drop for Blocked {
        fn drop(&mut self) {
            // SAFETY: `pthread_sigmask` has filled in the set.
            unsafe { pthread_sigmask(SIG_SETMASK, &self.before, ptr::null_mut()) };
        }
    }

    fn only_sigpipe() -> sigset_t {
        let mut set = MaybeUninit::uninit();
        // SAFETY: the first call fills in the set, the second adds a valid signal.
        unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigaddset(set.as_mut_ptr(), SIGPIPE);
            set.assume_init()
        }
    }

    fn pending() -> sigset_t {
        let mut set = MaybeUninit::uninit();
        // SAFETY: the first call fills in the set, the second overwrites it.
        unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigpending(set.as_mut_ptr());
            set.assume_init()
        }
    }

    fn has_sigpipe(set: &sigset_t) -> bool {
        // SAFETY: the set is filled in, and the signal is valid.
        unsafe { libc::sigismember(set, SIGPIPE) == 1 }
    }
}
