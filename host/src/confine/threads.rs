//! The registry of threads that Landlock restricts. Landlock before version 8 restricts only the calling thread and the
//! threads that it starts later, and `/proc` does not show which threads are restricted. So each thread that restricts
//! itself is registered here, and the others are counted before the process is confined.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ftp_text::system_error::without_code;

/// The numbers of the threads that have restricted themselves and still run.
static RESTRICTED: Mutex<BTreeSet<OsString>> = Mutex::new(BTreeSet::new());

/// The time that a thread may take to disappear from `/proc` after it was joined: the kernel reports its end before it
/// removes it.
const EXIT_TIME: Duration = Duration::from_millis(20);

thread_local! {
    static REGISTRATION: RefCell<Option<Registration>> = const { RefCell::new(None) };
}

/// Removes a thread from the registry when it ends, because the kernel can give its number to another thread.
struct Registration(OsString);

impl Drop for Registration {
    fn drop(&mut self) {
        restricted().remove(&self.0);
    }
}

/// Registers the calling thread as restricted. Its number can still be read, because Landlock does not restrict
/// readlink(2).
pub(super) fn register_current() {
    let Ok(id) = current() else { return };
    restricted().insert(id.clone());
    REGISTRATION.set(Some(Registration(id)));
}

/// Checks that every thread except the calling one is restricted.
///
/// # Errors
/// The reason, for users, if a thread is not restricted or the threads cannot be listed.
pub(super) fn check_others() -> Result<(), String> {
    let until = Instant::now() + EXIT_TIME;
    loop {
        match count() {
            Ok(0) => return Ok(()),
            Ok(_) if Instant::now() < until => thread::sleep(Duration::from_millis(1)),
            Ok(1) => return Err("one thread that began earlier is outside".to_owned()),
            Ok(more) => return Err(format!("{more} threads that began earlier are outside")),
            Err(error) => return Err(format!("the threads of this process cannot be listed: {}", without_code(error))),
        }
    }
}

/// Counts the threads that are not restricted, without the calling one.
fn count() -> io::Result<usize> {
    let own = current()?;
    let restricted = restricted().clone();
    let mut count = 0;
    for thread in fs::read_dir("/proc/self/task")? {
        let id = thread?.file_name();
        count += usize::from(id != own && !restricted.contains(&id));
    }
    Ok(count)
}

/// Returns the number of the calling thread in the PID namespace of the mounted `/proc`, which may differ from that of
/// the process.
fn current() -> io::Result<OsString> {
    let link = fs::read_link("/proc/thread-self")?;
    link.file_name().map(OsString::from).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// Locks the registry.
fn restricted() -> MutexGuard<'static, BTreeSet<OsString>> {
    RESTRICTED.lock().unwrap_or_else(PoisonError::into_inner)
}
