//! The confinement of the process, a second line of defence in case the WebAssembly sandbox is broken: the process
//! keeps its open files and resolved addresses, and gets nothing else.
//!
//! Landlock removes the access to files and ports (`landlock.rs`), seccomp every system call that an upload does not
//! need (`system_calls.rs`). Both are permanent. A part that the kernel does not support is reported as missing.

#[cfg(all(target_os = "linux", not(portable)))]
mod dumps;
#[cfg(all(target_os = "linux", not(portable)))]
mod landlock;
#[cfg(all(
    target_os = "linux",
    not(portable),
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
))]
mod search_tree;
#[cfg(all(
    target_os = "linux",
    not(portable),
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
))]
mod system_calls;
#[cfg(all(target_os = "linux", not(portable)))]
mod threads;

/// The numbers of system calls differ between architectures, and the filter is tested only on those above.
#[cfg(all(
    target_os = "linux",
    not(portable),
    not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))
))]
mod system_calls {
    pub(super) fn filter(_: &super::Needs) -> super::Confined {
        super::Confined::Missing("there is no filter for this processor architecture".to_owned())
    }
}

use std::path::Path;

use crate::platform::directories::Directory;

/// The parts of the confinement of the process. Each part is permanent and active for every thread, or it is reported
/// as missing with the reason.
///
/// Returned by [`Prepared::confine`](crate::Prepared::confine). The parts depend on the kernel; all of them exist on
/// Linux only.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Confinement {
    /// The process can open, create and remove no file (Landlock version 1). Exceptions: it can open for reading the
    /// files beneath the directories of the job ([`Put::tree`](crate::Put::tree)) and, if the job names many files, each
    /// of them. With Landlock before version 8, this is
    /// missing if another thread was started earlier and has not called [`enclose_thread`]: such a thread is restricted
    /// only by [`system_calls`](Self::system_calls).
    pub files: Confined,
    /// The TCP ports are restricted (Landlock version 4; with the same exception for threads as
    /// [`files`](Self::files)). In passive mode, the process can listen on no port. In active mode, it can connect only
    /// to the port of the control connection. With a proxy, it can connect only to the proxy's port.
    pub ports: Confined,
    /// The process can send no signals to other processes, and cannot connect to their abstract sockets (Landlock
    /// version 6; with the same exception for threads as [`files`](Self::files)).
    pub processes: Confined,
    /// Only the system calls that an upload needs are allowed (seccomp, all threads). The process can run no program,
    /// create no process, inspect no process, make no memory executable, and create no socket except for TCP. Other
    /// system calls return ENOSYS.
    pub system_calls: Confined,
    /// The memory, which may contain the password, is not written to core dumps, and other processes of the same user
    /// cannot read it.
    pub memory: Confined,
}

/// The state of one part of the confinement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confined {
    /// The part is active.
    Active,
    /// The part is missing, for this reason.
    Missing(String),
}

impl Confinement {
    /// Returns the name of each missing part, and the reason.
    pub fn missing(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.named().into_iter().filter_map(|(name, state)| match state {
            Confined::Active => None,
            Confined::Missing(why) => Some((name, why.as_str())),
        })
    }

    /// Returns all parts with their names, in the order of the fields.
    pub fn named(&self) -> [(&'static str, &Confined); 5] {
        let Self { files, ports, processes, system_calls, memory } = self;
        [
            ("files", files),
            ("ports", ports),
            ("processes", processes),
            ("system_calls", system_calls),
            ("memory", memory),
        ]
    }
}

/// The rights that an upload needs from the moment before it connects.
#[derive(Clone, Debug)]
#[cfg_attr(any(not(target_os = "linux"), portable), allow(dead_code, reason = "nothing is taken away there"))]
pub(crate) struct Needs<'a> {
    /// True if the process connects to IPv4 addresses.
    pub(crate) ipv4: bool,
    /// True if the process connects to IPv6 addresses.
    pub(crate) ipv6: bool,
    /// The only port to which the process connects; `None` if the server names the ports of data connections.
    pub(crate) only_port: Option<u16>,
    /// True if the server opens the data connections.
    pub(crate) listens: bool,
    /// True if sockets are bound to a local address.
    pub(crate) binds: bool,
    /// True if the process asks later if another one uses the local directory, and rewrites the manifest.
    pub(crate) keeps_state: bool,
    /// The files that are opened later. Without any, no file can be opened.
    pub(crate) readable: Vec<Readable<'a>>,
}

/// Files that are opened for reading after the confinement.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(any(not(target_os = "linux"), portable), allow(dead_code, reason = "nothing is taken away there"))]
pub(crate) enum Readable<'a> {
    /// All files beneath this directory.
    Beneath(&'a Directory),
    /// One file, or all files beneath one directory.
    Named {
        /// Its path.
        path: &'a Path,
        /// Its device and inode. If the path leads to something else, that cannot be opened.
        inode: (u64, u64),
    },
}

impl Needs<'_> {
    /// The rights of a thread that does not take part in the upload: none.
    #[cfg(all(target_os = "linux", not(portable)))]
    fn nothing() -> Self {
        Self {
            ipv4: false,
            ipv6: false,
            only_port: Some(0),
            listens: false,
            binds: false,
            keeps_state: false,
            readable: Vec::new(),
        }
    }
}

/// Confines the whole process to `needs`.
#[cfg(all(target_os = "linux", not(portable)))]
pub(crate) fn confine(needs: &Needs) -> Confinement {
    let memory = dumps::forbid();
    // Landlock comes first, because the seccomp filter does not allow its system calls.
    let [files, ports, processes] = landlock::restrict(landlock::Threads::All, needs);
    Confinement { files, ports, processes, system_calls: system_calls::filter(needs), memory }
}

/// Returns a confinement of which every part is missing.
#[cfg(any(not(target_os = "linux"), portable))]
pub(crate) fn confine(_: &Needs) -> Confinement {
    let missing = || Confined::Missing("it is supported on Linux only".to_owned());
    Confinement { files: missing(), ports: missing(), processes: missing(), system_calls: missing(), memory: missing() }
}

/// Forbids core dumps of this process, and access to its memory by other processes of the same user. Call it before the
/// password is in memory. [`Prepared::confine`](crate::Prepared::confine) reports if this is active
/// ([`Confinement::memory`]).
///
/// No effect on systems other than Linux.
pub fn forbid_dumps() {
    #[cfg(all(target_os = "linux", not(portable)))]
    dumps::forbid();
}

/// Takes the access to files and ports from the calling thread, if the kernel supports Landlock. For threads that a
/// program starts before [`Prepared::confine`](crate::Prepared::confine) and that need no such access.
///
/// Call [`Prepared::confine`](crate::Prepared::confine) only after this function has returned, because its filter
/// forbids the system calls that this function makes. No effect on systems other than Linux.
pub fn enclose_thread() {
    #[cfg(all(target_os = "linux", not(portable)))]
    landlock::restrict(landlock::Threads::This, &Needs::nothing());
}
