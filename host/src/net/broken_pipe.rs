//! SIGPIPE: Linux raises it when something is written to a connection that the other end has closed, and it ends a
//! process that has not decided otherwise. A library must not end its process, nor decide that for it.
//!
//! `write` of the standard library asks the system not to raise it (MSG_NOSIGNAL, send(2)). sendfile(2) and writev(2) have
//! no such flag, so the signal is blocked while they run.

use std::io;

/// Does `write` without a SIGPIPE for this process. The error says as much as the signal would.
#[cfg(target_os = "linux")]
pub(crate) fn without_signal<T>(write: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let blocked = linux::Blocked::new();
    let written = write();
    if matches!(&written, Err(error) if error.kind() == io::ErrorKind::BrokenPipe) {
        blocked.forget_raised();
    }
    written
}

/// Elsewhere the standard library sets this for the whole socket (SO_NOSIGPIPE), or `write` is all that is used.
#[cfg(not(target_os = "linux"))]
pub(crate) fn without_signal<T>(write: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    write()
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "no safe call blocks a signal for one thread")]
mod linux {
    use std::mem::MaybeUninit;
    use std::ptr;

    use libc::{SIG_BLOCK, SIG_SETMASK, SIGPIPE, pthread_sigmask, sigset_t, timespec};

    /// SIGPIPE is blocked for this thread while this lives.
    pub(super) struct Blocked {
        before: sigset_t,
        /// One was waiting before, which is not ours to forget.
        waited: bool,
    }

    impl Blocked {
        pub(super) fn new() -> Self {
            let mut before = MaybeUninit::uninit();
            // SAFETY: both sets are valid for the call, which fills in the second; with these arguments it cannot fail.
            let before = unsafe {
                pthread_sigmask(SIG_BLOCK, &only_sigpipe(), before.as_mut_ptr());
                before.assume_init()
            };
            Self { before, waited: has_sigpipe(&before) && has_sigpipe(&waiting()) }
        }

        /// Takes back the signal that was raised meanwhile; there is at most one (signal(7)).
        pub(super) fn forget_raised(&self) {
            let at_once = timespec { tv_sec: 0, tv_nsec: 0 };
            if !self.waited {
                // SAFETY: set and time are valid for the call, and what it says of the signal is not asked for.
                unsafe { libc::sigtimedwait(&only_sigpipe(), ptr::null_mut(), &at_once) };
            }
        }
    }

    impl Drop for Blocked {
        fn drop(&mut self) {
            // SAFETY: the set is one that this call has filled in.
            unsafe { pthread_sigmask(SIG_SETMASK, &self.before, ptr::null_mut()) };
        }
    }

    fn only_sigpipe() -> sigset_t {
        let mut set = MaybeUninit::uninit();
        // SAFETY: the first call fills the set in, the second adds to it a signal that there is.
        unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigaddset(set.as_mut_ptr(), SIGPIPE);
            set.assume_init()
        }
    }

    fn waiting() -> sigset_t {
        let mut set = MaybeUninit::uninit();
        // SAFETY: the first call fills the set in, the second overwrites it.
        unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigpending(set.as_mut_ptr());
            set.assume_init()
        }
    }

    fn has_sigpipe(set: &sigset_t) -> bool {
        // SAFETY: the set is filled in, and there is such a signal.
        unsafe { libc::sigismember(set, SIGPIPE) == 1 }
    }
}
