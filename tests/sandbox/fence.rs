//! The fence around the process, tested from inside by forbidden calls and from outside by the state of its threads.
//!
//! Linux only. All other tests of the program show that uploads work inside the fence.

#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use ftp_uploader::{
    Confinement, Network, Put, Request, Security, Server, Target, Tls, Uploader, enclose_thread, forbid_dumps,
};
use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous};
use rustix::process::{getppid, test_kill_process};
use test_servers::skips::skipped;

use crate::support::child::{in_a_child, tell};
use crate::support::run::Run;
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::upload::Upload;

/// LANDLOCK_CREATE_RULESET_VERSION.
const VERSION: libc::c_long = 1;

#[test]
fn a_fenced_process_can_do_nothing_but_upload() {
    let tried = in_a_child("sandbox::fence::a_fenced_process_can_do_nothing_but_upload", || {
        let folder = tempfile::tempdir().unwrap();
        let (file, server) = (folder.path().join("file"), TcpListener::bind("127.0.0.1:0").unwrap());
        fs::write(&file, "content").unwrap();
        let socket = folder.path().join("socket");
        let _listener = UnixListener::bind(&socket).unwrap();
        let address = server.local_addr().unwrap();
        let put = Put::into_directory(".").unwrap().file(&file).unwrap();
        let request = Request::of(Target::new(address.to_string().parse().unwrap(), "u").unwrap(), put);
        let uploader = Uploader::new().unwrap();
        let walls = uploader.prepare(&request, Arc::new(())).unwrap().confine();
        tell("walls stand", stand(&walls));
        tell("open a file", File::open(&file));
        tell("make a file", File::create(folder.path().join("other")));
        tell("remove a file", fs::remove_file(&file));
        tell("read a directory", fs::read_dir(folder.path()));
        tell("run a program", Command::new("/bin/true").status());
        tell("reach a process by a socket", UnixStream::connect(&socket));
        tell("send datagrams", UdpSocket::bind("127.0.0.1:0"));
        tell("listen", TcpListener::bind("127.0.0.1:0"));
        tell("use the other IP", TcpStream::connect("[::1]:1"));
        tell("signal a process", test_kill_process(getppid().unwrap()));
        tell("make code", make_code());
        tell_system_calls();
        tell("start a thread", std::thread::Builder::new().spawn(|| 1).map(|thread| thread.join().unwrap()));
        tell("connect", TcpStream::connect(address));
    });
    if landlock() < 6 {
        return skipped("the Landlock of this kernel is too old");
    }
    for (what, outcome) in &tried {
        match ["walls stand", "start a thread", "connect"].contains(&what.as_str()) {
            true => assert!(outcome.starts_with("Ok"), "{what}: {outcome}"),
            // ENOSYS from the seccomp filter. Some of these calls would fail without it, but not with this error.
            false => assert!(outcome.contains("code: 38"), "{what}: {outcome}"),
        }
    }
    assert_eq!(tried.len(), 23);
}

#[test]
fn with_active_mode_only_the_control_port_is_connected_to_and_only_chosen_ports_are_listened_on() {
    let name =
        "sandbox::fence::with_active_mode_only_the_control_port_is_connected_to_and_only_chosen_ports_are_listened_on";
    let tried = in_a_child(name, || {
        let (server, other) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (address, other) = (server.local_addr().unwrap(), other.local_addr().unwrap());
        let request = request(address.to_string().parse().unwrap()).network(active()).unwrap();
        let uploader = Uploader::new().unwrap();
        let walls = uploader.prepare(&request, Arc::new(())).unwrap().confine();
        tell("walls stand", stand(&walls));
        tell("connect to the control port", TcpStream::connect(address));
        tell("connect to another", TcpStream::connect(other));
        tell("listen on some port", TcpListener::bind("127.0.0.1:0"));
        tell("listen on one of our choice", TcpListener::bind(free));
    });
    if landlock() < 6 {
        return skipped("the Landlock of this kernel is too old");
    }
    for (what, outcome) in &tried {
        match ["walls stand", "connect to the control port", "listen on some port"].contains(&what.as_str()) {
            true => assert!(outcome.starts_with("Ok"), "{what}: {outcome}"),
            // EACCES from Landlock.
            false => assert!(outcome.contains("code: 13"), "{what}: {outcome}"),
        }
    }
}

#[test]
fn with_a_proxy_only_its_port_is_connected_to_and_only_with_its_ip() {
    let tried = in_a_child("sandbox::fence::with_a_proxy_only_its_port_is_connected_to_and_only_with_its_ip", || {
        let (proxy, other) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
        let (at, other) = (proxy.local_addr().unwrap(), other.local_addr().unwrap());
        let server = format!("[::1]:{}", other.port()).parse().unwrap();
        let (mut security, mut network) = (Security::default(), Network::default());
        security.tls = Some(Tls::Off);
        network.proxy = Some(format!("socks5://{at}").parse().unwrap());
        let request = request(server).security(security).network(network).unwrap();
        let uploader = Uploader::new().unwrap();
        let walls = uploader.prepare(&request, Arc::new(())).unwrap().confine();
        tell("walls stand", stand(&walls));
        tell("connect to the proxy", TcpStream::connect(at));
        tell("connect to the port of the server", TcpStream::connect(other));
        tell("use the server's IP", TcpStream::connect(("::1", at.port())));
    });
    if landlock() < 6 {
        return skipped("the Landlock of this kernel is too old");
    }
    assert!(tried["walls stand"].starts_with("Ok") && tried["connect to the proxy"].starts_with("Ok"), "{tried:?}");
    // EACCES from Landlock; ENOSYS from the seccomp filter.
    assert!(tried["connect to the port of the server"].contains("code: 13"), "{tried:?}");
    assert!(tried["use the server's IP"].contains("code: 38"), "{tried:?}");
}

#[test]
fn an_enclosed_thread_opens_nothing_and_the_others_are_not_concerned() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    let tried = std::thread::spawn(move || {
        enclose_thread();
        [
            File::open("/dev/null").map(drop),
            TcpListener::bind("127.0.0.1:0").map(drop),
            TcpStream::connect(address).map(drop),
        ]
    });
    let tried = tried.join().unwrap().map(|outcome| outcome.err().map(|error| error.kind()));
    assert!(File::open("/dev/null").is_ok() && TcpStream::connect(address).is_ok());
    if landlock() < 4 {
        return skipped("the Landlock of this kernel is too old");
    }
    assert_eq!(tried, [Some(io::ErrorKind::PermissionDenied); 3]);
}

#[test]
fn a_wall_stands_only_if_it_holds_for_every_thread() {
    let tried = in_a_child("sandbox::fence::a_wall_stands_only_if_it_holds_for_every_thread", || {
        let (enclosed, wait) = channel();
        for number in 0..4 {
            let enclosed = enclosed.clone();
            std::thread::spawn(move || {
                if number < 2 {
                    enclose_thread();
                }
                enclosed.send(()).unwrap();
                std::thread::park();
            });
            wait.recv().unwrap();
        }
        // A thread that has entered the fence and has ended.
        std::thread::spawn(enclose_thread).join().unwrap();
        let request = request("127.0.0.1:1".parse().unwrap());
        let uploader = Uploader::new().unwrap();
        let walls = uploader.prepare(&request, Arc::new(())).unwrap().confine();
        tell("files", Ok::<_, ()>(walls.files));
        tell("system calls", Ok::<_, ()>(walls.system_calls));
    });
    match landlock() {
        8.. => assert_eq!(tried["files"], "Ok(Active)"),
        6.. => {
            // The two threads that are not enclosed, and the one that runs the tests.
            assert_eq!(tried["files"], r#"Ok(Missing("3 threads that began earlier are outside"))"#);
        }
        _ => return skipped("the Landlock of this kernel is too old"),
    }
    assert_eq!(tried["system calls"], "Ok(Active)");
}

/// The thread that waits for signals must be inside before the fence forbids entering it.
#[test]
fn the_fence_waits_for_every_thread_of_the_program() {
    if landlock() < 6 {
        return skipped("the Landlock of this kernel is too old");
    }
    for _ in 0..10 {
        let outcome = Upload::of_hello().options(["--explain", "--require-fence"]).at("127.0.0.1:9").run();
        outcome.exits(0).claim(!outcome.stdout.contains("no wall"), "every wall");
    }
}

#[test]
fn every_thread_of_a_running_upload_is_inside_and_leaves_no_core_dump() {
    let (reached, wait) = channel();
    let script = Script::storing("hello.txt").tell(reached).pause(500).receive_all().reply("226 Stored");
    let server = ScriptedServer::start(script.and_all_is_well());
    let program = Upload::of_hello().to(server.address()).start();
    wait.recv_timeout(Duration::from_secs(20)).expect("the transfer begins");
    let process = format!("/proc/{}", program.id());
    let threads: Vec<_> =
        fs::read_dir(format!("{process}/task")).unwrap().map(|thread| thread.unwrap().path()).collect();
    let seen: Vec<_> = threads.iter().map(|thread| fs::read_to_string(thread.join("status")).unwrap()).collect();
    let limits = fs::read_to_string(format!("{process}/limits")).unwrap();
    Run::end(program, server).outcome.succeeds();
    // The upload's thread, the clock for the component's compute time, and the thread that waits for signals.
    assert_eq!(seen.len(), 3);
    for status in &seen {
        assert!(status.contains("NoNewPrivs:\t1") && status.contains("Seccomp:\t2"), "{status}");
    }
    let words = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap().split_whitespace();
    assert_eq!(words.collect::<Vec<_>>()[4..6], ["0", "0"], "{limits}");
}

#[test]
fn nobody_of_the_same_user_looks_into_a_process_that_holds_a_password() {
    let tried =
        in_a_child("sandbox::fence::nobody_of_the_same_user_looks_into_a_process_that_holds_a_password", || {
            forbid_dumps();
            tell("is dumpable", rustix::process::dumpable_behavior());
        });
    assert_eq!(tried["is dumpable"], "Ok(NotDumpable)");
}

/// Creates a request without files.
fn request(server: Server) -> Request {
    Request::of(Target::new(server, "u").unwrap(), Put::into_directory(".").unwrap())
}

fn active() -> Network {
    let mut network = Network::default();
    network.active = true;
    network
}

/// Returns an error if a wall is missing. The test process has one more thread than an upload; before version 8,
/// Landlock cannot enclose it.
fn stand(walls: &Confinement) -> Result<(), String> {
    let missing = walls.missing().find(|(_, why)| !why.contains("one thread that began earlier is outside"));
    missing.map_or(Ok(()), |(name, why)| Err(format!("{name}: {why}")))
}

#[allow(unsafe_code, reason = "no safe call maps memory")]
fn make_code() -> io::Result<()> {
    let rights = ProtFlags::READ | ProtFlags::EXEC;
    // SAFETY: the kernel chooses a free address, and the mapping is never accessed.
    unsafe { mmap_anonymous(std::ptr::null_mut(), 4096, rights, MapFlags::PRIVATE) }?;
    Ok(())
}

/// Reports the results of system calls that the filter must refuse.
fn tell_system_calls() {
    tell("look into a process", system_call(libc::SYS_ptrace, [libc::PTRACE_ATTACH.into(), 0, 0]));
    tell("read another's memory", system_call(libc::SYS_process_vm_readv, [1, 0, 0]));
    tell("load a program into the kernel", system_call(libc::SYS_bpf, [0, 0, 0]));
    tell("move pages between pipes", system_call(libc::SYS_splice, [0, 0, 0]));
    tell("copy what is in a pipe", system_call(libc::SYS_tee, [0, 0, 0]));
    tell("lend pages to a pipe", system_call(libc::SYS_vmsplice, [0, 0, 0]));
    tell("go around the filter", system_call(libc::SYS_io_uring_setup, [1, 0, 0]));
    tell("use a call of the x32 architecture", system_call(libc::SYS_openat | 0x4000_0000, [0, 0, 0]));
    tell("become dumpable", system_call(libc::SYS_prctl, [libc::PR_SET_DUMPABLE.into(), 1, 0]));
}

/// Makes a system call that the fence must refuse. The arguments do no harm if it does not.
#[allow(unsafe_code, reason = "no safe call does what must not be done")]
fn system_call(number: libc::c_long, [first, second, third]: [libc::c_long; 3]) -> io::Result<libc::c_long> {
    // SAFETY: no argument is an address.
    match unsafe { libc::syscall(number, first, second, third, 0, 0, 0) } {
        -1 => Err(io::Error::last_os_error()),
        done => Ok(done),
    }
}

/// Returns the version of this kernel's Landlock, or 0 if it has none. It asks the kernel directly, not the library
/// under test.
fn landlock() -> libc::c_long {
    system_call(libc::SYS_landlock_create_ruleset, [0, 0, VERSION]).unwrap_or(0)
}
