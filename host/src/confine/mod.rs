//! A second wall, around the process itself, for the case that the first one breaks: what the process has open and what
//! it has looked up is all that it gets, from the fence on.
//!
//! Landlock keeps files and ports away (`landlock.rs`), seccomp every system call that an upload has no use for
//! (`system_calls.rs`). Neither can be taken down again. What a kernel does not have is missing, and said to be.

#[cfg(target_os = "linux")]
mod dumps;
#[cfg(target_os = "linux")]
mod landlock;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
mod search_tree;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
mod system_calls;
#[cfg(target_os = "linux")]
mod threads;

/// Each kind of processor has its own numbers, and on others nobody has tried them.
#[cfg(all(target_os = "linux", not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))))]
mod system_calls {
    pub(super) fn filter(_: &super::Needs) -> super::Confined {
        super::Confined::Missing("there is no filter for this kind of processor".to_owned())
    }
}

/// The parts of the fence. Each holds for every thread of the process and for good, or is said to be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Confinement {
    /// No file can be opened, made or removed (Landlock). On kernels whose Landlock is older than version 8, it is missing
    /// if another thread began earlier and has not called [`enclose_thread`]: such a thread is only kept from it by
    /// [`system_calls`](Self::system_calls).
    pub files: Confined,
    /// No TCP port can be listened on, unless the server is to connect to us; then none can be connected to but that of
    /// the control connection. With a proxy, none can be connected to but the proxy's (Landlock, for the same threads).
    pub ports: Confined,
    /// No signal, and no word by an abstract socket, reaches another process (Landlock, for the same threads).
    pub processes: Confined,
    /// No system call that an upload does not need: no program can be run, no process made or looked into, no socket made
    /// but for TCP, no memory made executable (seccomp; all threads).
    pub system_calls: Confined,
    /// The memory, in which the password was, is in no core dump, and no process of the same user can look into it.
    pub memory: Confined,
}

/// One part of the fence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confined {
    /// It holds.
    Active,
    /// It does not, for this reason.
    Missing(String),
}

impl Confinement {
    /// Why a part is missing, with its name, for each part that is.
    pub fn missing(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.named().into_iter().filter_map(|(name, wall)| match wall {
            Confined::Active => None,
            Confined::Missing(why) => Some((name, why.as_str())),
        })
    }

    /// In the order in which they are written down above, each with a name for it.
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

/// What an upload still needs of the system when it is about to connect.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "nothing is taken away there"))]
pub(crate) struct Needs {
    pub(crate) ipv4: bool,
    pub(crate) ipv6: bool,
    /// The only port that is connected to; none, where the server names ports for data.
    pub(crate) only_port: Option<u16>,
    /// The server connects to us.
    pub(crate) listens: bool,
    /// An address of this machine is taken before connecting.
    pub(crate) binds: bool,
}

impl Needs {
    /// Those of a thread that has no part in the upload.
    #[cfg(target_os = "linux")]
    fn nothing() -> Self {
        Self { ipv4: false, ipv6: false, only_port: Some(0), listens: false, binds: false }
    }
}

/// Puts the fence up: the whole process has nothing but `needs` left.
#[cfg(target_os = "linux")]
pub(crate) fn confine(needs: &Needs) -> Confinement {
    let memory = dumps::forbid();
    // In this order: the filter knows no system call of Landlock's.
    let [files, ports, processes] = landlock::restrict(landlock::Threads::All, needs);
    Confinement { files, ports, processes, system_calls: system_calls::filter(needs), memory }
}

/// There is none.
#[cfg(not(target_os = "linux"))]
pub(crate) fn confine(_: &Needs) -> Confinement {
    let missing = || Confined::Missing("it is for Linux only".to_owned());
    Confinement { files: missing(), ports: missing(), processes: missing(), system_calls: missing(), memory: missing() }
}

/// From here on the process leaves no core dump, and no process of the same user can look into its memory: to be called
/// before there is a password in it. [`Prepared::confine`](crate::Prepared::confine) says whether that holds.
pub fn forbid_dumps() {
    #[cfg(target_os = "linux")]
    dumps::forbid();
}

/// The calling thread can open no file and no port from here on, where the kernel has Landlock: for threads that a
/// program starts before [`Prepared::confine`](crate::Prepared::confine), and that need nothing of the kind. The fence has to
/// wait until this returns: it forbids the system calls that this makes.
pub fn enclose_thread() {
    #[cfg(target_os = "linux")]
    landlock::restrict(landlock::Threads::This, &Needs::nothing());
}
