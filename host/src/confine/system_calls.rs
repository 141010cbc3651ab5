//! seccomp (seccomp(2)): a list of the system calls that an upload needs once everything is open. All others get the
//! answer ENOSYS.
//!
//! A list of what is allowed, because one of what is not would miss what later kernels add, and the x32 twins of every
//! call. And ENOSYS, the answer of an older kernel, because C libraries know it: one that comes to use a newer call than
//! is listed here falls back to what it used before, and nobody's upload breaks.

use std::collections::BTreeMap;
use std::process;

use libc::c_long;
use seccompiler::{
    Error, SeccompAction, SeccompCmpArgLen as Width, SeccompCmpOp as Is, SeccompCondition, SeccompRule, TargetArch,
    apply_filter_all_threads,
};

use crate::confine::search_tree::SearchTree;
use crate::confine::{Confined, Needs};

/// For each system call the arguments that it may have: any of these; where there are none, any at all.
type Allowed = BTreeMap<c_long, Vec<SeccompRule>>;

type Result<T> = std::result::Result<T, seccompiler::BackendError>;

/// Puts the filter on all threads.
pub(super) fn filter(needs: &Needs) -> Confined {
    let Ok(architecture) = TargetArch::try_from(std::env::consts::ARCH) else {
        return Confined::Missing("there is no filter for this kind of processor".to_owned());
    };
    let refusal = SeccompAction::Errno(libc::ENOSYS.cast_unsigned());
    let filter = allowed(needs).and_then(|allowed| SearchTree { allowed, refusal }.compile(architecture));
    let applied = filter.map_err(Error::from).and_then(|filter| apply_filter_all_threads(&filter));
    match applied {
        Ok(()) => Confined::Active,
        Err(Error::Seccomp(error) | Error::Prctl(error)) => {
            Confined::Missing(format!("the kernel has no seccomp: {error}"))
        }
        Err(error) => Confined::Missing(error.to_string()),
    }
}

fn allowed(needs: &Needs) -> Result<BTreeMap<u32, Vec<SeccompRule>>> {
    let mut allowed: Allowed = ALWAYS.iter().chain(OLD).map(|&call| (call, Vec::new())).collect();
    if needs.listens {
        allowed.extend([libc::SYS_listen, libc::SYS_accept4, libc::SYS_accept].map(|call| (call, Vec::new())));
    }
    if needs.binds {
        allowed.insert(libc::SYS_bind, Vec::new());
    }
    allowed.extend(with_arguments(needs)?);
    // libc's type for them is signed; they are not.
    Ok(allowed.into_iter().filter_map(|(call, rules)| Some((u32::try_from(call).ok()?, rules))).collect())
}

/// What is allowed only with some arguments.
fn with_arguments(needs: &Needs) -> Result<Allowed> {
    let this_process = u64::from(process::id());
    let no_code = |call| Ok((call, vec![rule([masked(2, libc::PROT_EXEC, 0)?])?]));
    let families = [(needs.ipv4, libc::AF_INET), (needs.ipv6, libc::AF_INET6)];
    // With no conditions it would be allowed always, but there is no upload without an address.
    let families = families.into_iter().filter_map(|(needed, family)| needed.then_some(family));
    Ok(BTreeMap::from([
        no_code(libc::SYS_mmap)?,
        no_code(libc::SYS_mprotect)?,
        (libc::SYS_socket, families.map(tcp).collect::<Result<_>>()?),
        // With an address, it could connect (MSG_FASTOPEN).
        (libc::SYS_sendto, vec![rule([SeccompCondition::new(4, Width::Qword, Is::Eq, 0)?])?]),
        // Threads, not processes. Its successor, clone3, hides its flags; C libraries do without it.
        (libc::SYS_clone, vec![rule([masked(0, libc::CLONE_THREAD, libc::CLONE_THREAD)?])?]),
        (libc::SYS_tgkill, vec![rule([SeccompCondition::new(0, Width::Qword, Is::Eq, this_process)?])?]),
        // No typing into the terminal that we were started from, and no signals by way of a socket's owner.
        (libc::SYS_ioctl, vec![none_of(1, [TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP])?]),
        (libc::SYS_fcntl, vec![none_of(1, [F_SETOWN, F_SETOWN_EX])?]),
        // Of a descriptor that is open, without a look at paths.
        (libc::SYS_statx, vec![rule([masked(2, libc::AT_EMPTY_PATH, libc::AT_EMPTY_PATH)?])?]),
        (libc::SYS_newfstatat, vec![rule([masked(3, libc::AT_EMPTY_PATH, libc::AT_EMPTY_PATH)?])?]),
        // Asking for limits, not setting them.
        (libc::SYS_prlimit64, vec![rule([SeccompCondition::new(2, Width::Qword, Is::Eq, 0)?])?]),
        // Names of threads, and of memory.
        (libc::SYS_prctl, vec![rule([equals(0, libc::PR_SET_NAME)?])?, rule([equals(0, PR_SET_VMA)?])?]),
    ]))
}

/// `socket` for TCP over this kind of addresses: streams have other protocols too (MPTCP, SCTP).
fn tcp(family: i32) -> Result<SeccompRule> {
    let kind = masked(1, !(libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK), libc::SOCK_STREAM)?;
    // 0 means TCP as well; what else these bits allow, no stream can have.
    rule([equals(0, family)?, kind, masked(2, !libc::IPPROTO_TCP, 0)?])
}

/// All of `conditions` together.
fn rule<const N: usize>(conditions: [SeccompCondition; N]) -> Result<SeccompRule> {
    SeccompRule::new(conditions.into())
}

fn equals(argument: u8, value: i32) -> Result<SeccompCondition> {
    SeccompCondition::new(argument, Width::Dword, Is::Eq, u64::from(value.cast_unsigned()))
}

fn none_of<const N: usize>(argument: u8, values: [u64; N]) -> Result<SeccompRule> {
    let differs = values.into_iter().map(|value| SeccompCondition::new(argument, Width::Dword, Is::Ne, value));
    SeccompRule::new(differs.collect::<Result<_>>()?)
}

/// Of the bits in `mask`, just those of `value` are set.
fn masked(argument: u8, mask: i32, value: i32) -> Result<SeccompCondition> {
    let operator = Is::MaskedEq(u64::from(mask.cast_unsigned()));
    SeccompCondition::new(argument, Width::Dword, operator, u64::from(value.cast_unsigned()))
}

/// `<linux/prctl.h>`, for allocators that name their memory.
const PR_SET_VMA: i32 = 0x5356_4d41;

/// `<asm-generic/ioctls.h>`: input in a terminal's name. Their type in libc is not the same everywhere.
const TIOCSTI: u64 = 0x5412;
const TIOCLINUX: u64 = 0x541c;

/// `<asm/sockios.h>` and `<asm-generic/fcntl.h>`: who gets a descriptor's signals.
const FIOSETOWN: u64 = 0x8901;
const SIOCSPGRP: u64 = 0x8902;
const F_SETOWN: u64 = 8;
const F_SETOWN_EX: u64 = 15;

/// What does no harm whatever its arguments are: it works on what is open, on memory of this process, or on its own
/// threads.
const ALWAYS: &[c_long] = &[
    // Bytes in and out.
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
    libc::SYS_memfd_create,
    libc::SYS_ftruncate,
    // Sockets that are there, and where these may connect to.
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
    // Time and chance.
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
    // Who we are.
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

/// What only this architecture has, from the time before the calls above.
#[cfg(target_arch = "x86_64")]
const OLD: &[c_long] = &[libc::SYS_poll, libc::SYS_select, libc::SYS_epoll_wait, libc::SYS_dup2, libc::SYS_time];

/// None: this architecture never had others.
#[cfg(not(target_arch = "x86_64"))]
const OLD: &[c_long] = &[];
