//! Kernels without Landlock and seccomp: the upload works without the fence unless `--require-fence` is set.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::env;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, Output};

use seccompiler::{SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule};

use crate::support::run::IdleServer;
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::upload::{HELLO, Upload};

/// PR_SET_SECCOMP.
const SECCOMP: u64 = 22;

#[test]
fn on_a_kernel_without_the_fence_the_upload_goes_on_and_says_so() {
    let script = Script::ready().take("hello.txt").and_all_is_well();
    let server = ScriptedServer::start(script);
    let program = Upload::of_hello().options(["--verbose"]).to(server.address());
    let output = on_an_old_kernel(program.command());
    server.dismiss();
    let (server_log, stderr) = (server.finish(), String::from_utf8_lossy(&output.stderr).into_owned());
    assert!(output.status.success(), "{stderr}");
    server_log.stored(HELLO);
    for text in ["* fence: memory\n", "* no fence for files: this kernel has no Landlock", "system_calls"] {
        assert!(stderr.contains(text), "{text}: {stderr}");
    }
}

#[test]
fn on_a_kernel_without_the_fence_an_explanation_says_so() {
    let program = Upload::of_hello().options(["--explain"]).at("127.0.0.1:9");
    let output = on_an_old_kernel(program.command());
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{stdout}");
    assert_eq!(stdout.matches("no wall").count(), 4, "{stdout}");
    assert!(stdout.contains("files: this kernel has no Landlock"), "{stdout}");
    assert!(stdout.contains("system_calls: the kernel has no seccomp"), "{stdout}");
}

#[test]
fn where_the_fence_is_required_nothing_is_sent_without_it() {
    let server = IdleServer::listen();
    let program = Upload::of_hello().options(["--require-fence"]).to(server.address());
    let output = on_an_old_kernel(program.command());
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    for text in ["files (this kernel has no Landlock)", "system_calls (", "Nothing was sent", "--require-fence"] {
        assert!(stderr.contains(text), "{text}: {stderr}");
    }
    assert!(!server.was_contacted(), "{stderr}");
}

/// Runs `command` as if the kernel had neither Landlock nor seccomp.
#[allow(unsafe_code, reason = "a filter has to be put on between fork and exec")]
fn on_an_old_kernel(mut command: Command) -> Output {
    let condition = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, SECCOMP).unwrap();
    let rules = BTreeMap::from([
        (libc::SYS_landlock_create_ruleset, Vec::new()),
        (libc::SYS_seccomp, Vec::new()),
        (libc::SYS_prctl, vec![SeccompRule::new(vec![condition]).unwrap()]),
    ]);
    let missing = SeccompAction::Errno(libc::ENOSYS.cast_unsigned());
    let architecture = env::consts::ARCH.try_into().expect("tests run where the fence does");
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, missing, architecture).unwrap();
    let program: seccompiler::BpfProgram = filter.try_into().unwrap();
    let put_on = move || seccompiler::apply_filter(&program).map_err(|_| io::ErrorKind::Unsupported.into());
    // SAFETY: the closure makes two system calls and does not allocate.
    unsafe { command.pre_exec(put_on) }.output().unwrap()
}
