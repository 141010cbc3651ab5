//! seccomp (seccomp(2)): the list of system calls that an upload needs after everything is open. All others return
//! ENOSYS.
//!
//! It is a list of allowed calls, because a list of forbidden calls would not contain the calls that later kernels add,
//! nor the x32 variants of all calls. The error is ENOSYS, which an older kernel returns: a C library that uses a newer
//! call than those listed here then falls back to an older one, and the upload continues.

use std::collections::BTreeMap;
use std::process;

use ftp_text::system_error::without_code;
use libc::c_long;
use seccompiler::{
    Error, SeccompAction, SeccompCmpArgLen as Width, SeccompCmpOp as Is, SeccompCondition, SeccompRule, TargetArch,
    apply_filter_all_threads,
};

use crate::confine::search_tree::SearchTree;
use crate::confine::{Confined, Needs};

/// The allowed system calls, each with the rules for its arguments, of which at least one must match. Without rules,
/// all arguments are allowed.
type Allowed = BTreeMap<c_long, Vec<SeccompRule>>;

type Result<T> = std::result::Result<T, seccompiler::BackendError>;

/// Installs the filter for all threads.
pub(super) fn filter(needs: &Needs) -> Confined {
    let Ok(architecture) = TargetArch::try_from(std::env::consts::ARCH) else {
        return Confined::Missing("there is no filter for this processor architecture".to_owned());
    };
    let refusal = SeccompAction::Errno(libc::ENOSYS.cast_unsigned());
    let filter = allowed(needs).and_then(|allowed| SearchTree { allowed, refusal }.compile(architecture));
    let applied = filter.map_err(Error::from).and_then(|filter| apply_filter_all_threads(&filter));
    match applied {
        Ok(()) => Confined::Active,
        Err(Error::Seccomp(error) | Error::Prctl(error)) => {
            Confined::Missing(format!("the kernel has no seccomp: {}", without_code(error)))
        }
        Err(error) => Confined::Missing(without_code(error)),
    }
}

/// Returns the allowed system calls for an upload with these `needs`.
fn allowed(needs: &Needs) -> Result<BTreeMap<u32, Vec<SeccompRule>>> {
    let mut allowed: Allowed = ALWAYS.iter().chain(OLD).map(|&call| (call, Vec::new())).collect();
    if needs.listens {
        allowed.extend([libc::SYS_listen, libc::SYS_accept4, libc::SYS_accept].map(|call| (call, Vec::new())));
    }
    if needs.binds {
        allowed.insert(libc::SYS_bind, Vec::new());
    }
    if needs.keeps_state {
        allowed.extend([libc::SYS_flock, libc::SYS_ftruncate].map(|call| (call, Vec::new())));
    }
    if !needs.readable.is_empty() {
        allowed.extend(opening()?);
    }
    allowed.extend(with_arguments(needs)?);
    // The numbers are signed in libc and unsigned in seccompiler.
    Ok(allowed.into_iter().filter_map(|(call, rules)| Some((u32::try_from(call).ok()?, rules))).collect())
}

/// Returns the system calls that are allowed only with certain arguments.
fn with_arguments(needs: &Needs) -> Result<Allowed> {
    let to_this_process = || rule([SeccompCondition::new(0, Width::Qword, Is::Eq, u64::from(process::id()))?]);
    let no_code = |call| Ok((call, vec![rule([masked(2, libc::PROT_EXEC, 0)?])?]));
    let families = [(needs.ipv4, libc::AF_INET), (needs.ipv6, libc::AF_INET6)];
    // An empty list of rules would allow every socket, but an upload always has an address, and so a family.
    let families = families.into_iter().filter_map(|(needed, family)| needed.then_some(family));
    Ok(BTreeMap::from([
        no_code(libc::SYS_mmap)?,
        no_code(libc::SYS_mprotect)?,
        (libc::SYS_socket, families.map(tcp).collect::<Result<_>>()?),
        // Without an address: with one, sendto could open a connection (MSG_FASTOPEN).
        (libc::SYS_sendto, vec![rule([SeccompCondition::new(4, Width::Qword, Is::Eq, 0)?])?]),
        // Threads, not processes. clone3 passes its flags in memory, which a filter cannot read; C libraries work
        // without it.
        (libc::SYS_clone, vec![rule([masked(0, libc::CLONE_THREAD, libc::CLONE_THREAD)?])?]),
        (libc::SYS_kill, vec![to_this_process()?]),
        (libc::SYS_tgkill, vec![to_this_process()?]),
        // No input into the terminal, and no signals to other processes through the owner of a socket.
        (libc::SYS_ioctl, vec![none_of(1, [TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP])?]),
        (libc::SYS_fcntl, vec![none_of(1, [F_SETOWN, F_SETOWN_EX])?]),
        // Only for an open descriptor, not for a path.
        (libc::SYS_statx, vec![rule([masked(2, libc::AT_EMPTY_PATH, libc::AT_EMPTY_PATH)?])?]),
        (libc::SYS_newfstatat, vec![rule([masked(3, libc::AT_EMPTY_PATH, libc::AT_EMPTY_PATH)?])?]),
        // Reading limits, not setting them.
        (libc::SYS_prlimit64, vec![rule([SeccompCondition::new(2, Width::Qword, Is::Eq, 0)?])?]),
        // Setting the names of threads and of memory areas.
        (libc::SYS_prctl, vec![rule([equals(0, libc::PR_SET_NAME)?])?, rule([equals(0, PR_SET_VMA)?])?]),
    ]))
}

/// Returns the system calls that open files for reading; Landlock restricts the files. openat2 passes its flags in
/// memory, which a filter cannot read, so that for this call it is Landlock alone that forbids writing. readlinkat is for
/// kernels without openat2.
fn opening() -> Result<Allowed> {
    let reading = masked(2, libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC, libc::O_RDONLY)?;
    Ok(BTreeMap::from([
        (libc::SYS_openat, vec![rule([reading])?]),
        (libc::SYS_openat2, Vec::new()),
        (libc::SYS_readlinkat, Vec::new()),
    ]))
}

/// Returns the rule for TCP sockets of an address family. Other protocols have stream sockets, too (MPTCP, SCTP).
fn tcp(family: i32) -> Result<SeccompRule> {
    let kind = masked(1, !(libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK), libc::SOCK_STREAM)?;
    // Protocol 0 means TCP, too. No stream socket has one of the other protocols that this mask allows.
    rule([equals(0, family)?, kind, masked(2, !libc::IPPROTO_TCP, 0)?])
}

/// Returns a rule that matches if all of `conditions` do.
fn rule<const N: usize>(conditions: [SeccompCondition; N]) -> Result<SeccompRule> {
    SeccompRule::new(conditions.into())
}

/// Returns the condition that an argument equals `value`.
fn equals(argument: u8, value: i32) -> Result<SeccompCondition> {
    SeccompCondition::new(argument, Width::Dword, Is::Eq, u64::from(value.cast_unsigned()))
}

/// Returns a rule that matches if an argument equals none of `values`.
fn none_of<const N: usize>(argument: u8, values: [u64; N]) -> Result<SeccompRule> {
    let differs = values.into_iter().map(|value| SeccompCondition::new(argument, Width::Dword, Is::Ne, value));
    SeccompRule::new(differs.collect::<Result<_>>()?)
}

/// Returns the condition that an argument equals `value` in the bits of `mask`.
fn masked(argument: u8, mask: i32, value: i32) -> Result<SeccompCondition> {
    let operator = Is::MaskedEq(u64::from(mask.cast_unsigned()));
    SeccompCondition::new(argument, Width::Dword, operator, u64::from(value.cast_unsigned()))
}

/// `<linux/prctl.h>`: allocators use it to name memory areas.
const PR_SET_VMA: i32 = 0x5356_4d41;

/// `<asm-generic/ioctls.h>`: simulate input on a terminal. The type of these constants in libc differs between targets.
const TIOCSTI: u64 = 0x5412;
const TIOCLINUX: u64 = 0x541c;

/// `<asm/sockios.h>` and `<asm-generic/fcntl.h>`: set the process that receives the signals of a descriptor.
const FIOSETOWN: u64 = 0x8901;
const SIOCSPGRP: u64 = 0x8902;
const F_SETOWN: u64 = 8;
const F_SETOWN_EX: u64 = 15;

/// The system calls that are allowed with all arguments: they work on open descriptors, on the memory of this process,
/// or on its threads.
const ALWAYS: &[c_long] = &[
    // Reading and writing.
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_sendfile,
    libc::SYS_fadvise64,
    libc::SYS_readahead,
    // Descriptors.
    libc::SYS_close,
    libc::SYS_close_range,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_fstat,
    libc::SYS_pipe2,
    libc::SYS_eventfd2,
    // Connecting and configuring sockets.
    libc::SYS_connect,
    libc::SYS_shutdown,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_getsockopt,
    libc::SYS_setsockopt,
    libc::SYS_getsockname,
    libc::SYS_getpeername,
    // Waiting.
    libc::SYS_ppoll,
    libc::SYS_pselect6,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_nanosleep,
    libc::SYS_clock_nanosleep,
    libc::SYS_restart_syscall,
    // Time and random numbers.
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
    // Memory.
    libc::SYS_brk,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_mlock,
    libc::SYS_mlock2,
    libc::SYS_munlock,
    // Threads and their signals.
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_membarrier,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getcpu,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigpending,
    libc::SYS_rt_sigsuspend,
    libc::SYS_rt_sigtimedwait,
    libc::SYS_sigaltstack,
    libc::SYS_exit,
    libc::SYS_exit_group,
    // Identity of the process and of the system.
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_getppid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_uname,
    libc::SYS_sysinfo,
];

/// Older variants of the calls above, which exist only on this architecture.
#[cfg(target_arch = "x86_64")]
const OLD: &[c_long] = &[libc::SYS_poll, libc::SYS_select, libc::SYS_epoll_wait, libc::SYS_dup2, libc::SYS_time];

/// Empty: these architectures never had older variants.
#[cfg(not(target_arch = "x86_64"))]
const OLD: &[c_long] = &[];
