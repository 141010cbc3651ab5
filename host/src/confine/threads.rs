//! Which threads of this process are inside Landlock. A kernel before version 8 of Landlock restricts only the calling
//! thread and the threads that it starts later, and nothing in `/proc` shows which threads are restricted. So each thread
//! that restricts itself is noted here, and the others are counted before the fence goes up.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The threads that have restricted themselves and still run.
static INSIDE: Mutex<BTreeSet<OsString>> = Mutex::new(BTreeSet::new());

/// How long a thread that has done its work may take to disappear: the kernel tells its end before it removes it.
const ENDING: Duration = Duration::from_millis(20);

thread_local! {
    static MARK: RefCell<Option<Mark>> = const { RefCell::new(None) };
}

/// Removes the note when the thread ends: its number can be given to another thread.
struct Mark(OsString);

impl Drop for Mark {
    fn drop(&mut self) {
        inside().remove(&self.0);
    }
}

/// Notes that the calling thread is restricted. Landlock does not restrict reading a link.
pub(super) fn mark_this_one() {
    let Ok(id) = this_one() else { return };
    inside().insert(id.clone());
    MARK.set(Some(Mark(id)));
}

/// Whether every thread but the calling one is restricted.
///
/// # Errors
/// With the reason why not, for people.
pub(super) fn outside() -> Result<(), String> {
    let until = Instant::now() + ENDING;
    loop {
        match count() {
            Ok(0) => return Ok(()),
            Ok(_) if Instant::now() < until => thread::sleep(Duration::from_millis(1)),
            Ok(1) => return Err("one thread that began earlier is outside".to_owned()),
            Ok(more) => return Err(format!("{more} threads that began earlier are outside")),
            Err(error) => return Err(format!("it is unknown which threads there are: {error}")),
        }
    }
}

fn count() -> io::Result<usize> {
    let own = this_one()?;
    let inside = inside().clone();
    let mut count = 0;
    for thread in fs::read_dir("/proc/self/task")? {
        let id = thread?.file_name();
        count += usize::from(id != own && !inside.contains(&id));
    }
    Ok(count)
}

/// The number of the calling thread as this `/proc` has it, which may be that of another PID namespace.
fn this_one() -> io::Result<OsString> {
    let link = fs::read_link("/proc/thread-self")?;
    link.file_name().map(OsString::from).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn inside() -> MutexGuard<'static, BTreeSet<OsString>> {
    INSIDE.lock().unwrap_or_else(PoisonError::into_inner)
}
