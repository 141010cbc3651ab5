//! Uploads to every real server: sizes, names, addresses. The stored bytes are compared, not only the exit codes.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::fs::{FallocateFlags, fallocate};
use test_servers::{Kind, Options};

use crate::support::program::Program;
use crate::support::real_servers::{content, on_every_server, upload};

on_every_server!(
    files_of_every_size_arrive_byte_for_byte,
    a_large_file_arrives_byte_for_byte,
    awkward_names_arrive_as_they_are,
    a_directory_outside_ascii_is_entered,
    an_ipv6_server_is_reached,
    a_file_replaces_one_of_the_same_name,
);

fn files_of_every_size_arrive_byte_for_byte(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let sizes = [0, 1, 8191, 8192, 8193];
    let names = sizes.map(|size| format!("{size}.bin"));
    let program = sizes.iter().zip(&names).fold(Program::new(), |p, (&size, name)| p.with_file(name, &content(size)));
    let files: Vec<_> = names.iter().map(OsStr::new).collect();
    upload(&server, program, &files, server.upload_dir()).succeeds().says("size confirmed");
    for (size, name) in sizes.into_iter().zip(&names) {
        assert_eq!(server.stored(name), content(size), "{name}");
    }
}

fn a_large_file_arrives_byte_for_byte(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let bytes = content(64 << 20);
    let program = Program::new().with_file("large.bin", &bytes);
    upload(&server, program, &[OsStr::new("large.bin")], server.upload_dir()).succeeds().says("size confirmed");
    assert!(server.stored("large.bin") == bytes, "64 MiB differ");
}

fn awkward_names_arrive_as_they_are(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let names = ["a b  c", "-rf", "100%d%n", "it's \"quoted\"", "*?[x]", "grün 日本.txt", "a;b|c&d$e`f"];
    let program = names.iter().fold(Program::new(), |p, name| p.with_file(name, name.as_bytes()));
    upload(&server, program, &names.map(OsStr::new), server.upload_dir()).succeeds();
    for name in names {
        assert_eq!(server.stored(name), name.as_bytes(), "{name}");
    }
}

fn a_directory_outside_ascii_is_entered(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let directory = OsStr::new("für später");
    let local = server.make_upload_dir(directory);
    let program = Program::new().with_file("x", b"in there");
    upload(&server, program, &[OsStr::new("x")], directory).succeeds();
    assert_eq!(fs::read(local.join("x")).unwrap(), b"in there");
}

fn an_ipv6_server_is_reached(kind: Kind) {
    let Some(server) = kind.start_with(Options { ipv6: true, ..Options::default() }) else { return };
    let program = Program::new().with_file("six", &content(100_000));
    upload(&server, program, &[OsStr::new("six")], server.upload_dir()).succeeds();
    assert_eq!(server.stored("six"), content(100_000));
}

fn a_file_replaces_one_of_the_same_name(kind: Kind) {
    let Some(server) = kind.start() else { return };
    for bytes in [content(50_000), content(10)] {
        let program = Program::new().with_file("again", &bytes);
        upload(&server, program, &[OsStr::new("again")], server.upload_dir()).succeeds();
        assert_eq!(server.stored("again"), bytes);
    }
}

#[test]
fn names_that_are_not_utf8_arrive_byte_for_byte() {
    let Some(server) = Kind::Proftpd.start() else { return };
    let name = OsStr::from_bytes(b"latin-1 \xfc.txt");
    upload(&server, Program::new().with_file(name, b"x"), &[name], server.upload_dir()).succeeds();
    assert_eq!(server.stored(name), b"x");
}

#[test]
fn a_sparse_file_of_more_than_4_gib_arrives_whole() {
    let Some(server) = Kind::Vsftpd.start() else { return };
    let size = (4 << 30) + 5;
    let program = Program::new().with_zeros("sparse", size);
    let marks = [0, (4 << 30) - 6, size - 4];
    let local = File::options().write(true).open(program.path("sparse")).unwrap();
    for offset in marks {
        local.write_all_at(b"mark", offset).unwrap();
    }
    let is_stored = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| keep_sparse(&server.stored_path("sparse"), &is_stored));
        let outcome = upload(&server, program, &[OsStr::new("sparse")], server.upload_dir());
        is_stored.store(true, Ordering::Relaxed);
        outcome.succeeds().says(&format!("{size} bytes"));
    });
    let stored = File::open(server.stored_path("sparse")).unwrap();
    assert_eq!(stored.metadata().unwrap().len(), size);
    for offset in marks {
        let mut found = [0; 4];
        stored.read_exact_at(&mut found, offset).unwrap();
        assert_eq!(&found, b"mark", "at {offset}");
    }
    assert_eq!(count_of_nonzero_bytes(stored), 4 * marks.len());
}

/// Frees the blocks of zeros of a file while it is being stored, so that it does not fill the disk. Its content stays.
fn keep_sparse(path: &Path, is_stored: &AtomicBool) {
    const PART: usize = 4 << 20;
    let (mut buffer, mut checked) = (vec![0; PART], 0);
    while !is_stored.load(Ordering::Relaxed) {
        if let Ok(file) = File::options().read(true).write(true).open(path) {
            while file.read_exact_at(&mut buffer, checked).is_ok() {
                if buffer.iter().all(|byte| *byte == 0) {
                    let hole = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
                    // Not every file system can do that; then the file takes its whole size.
                    let _ = fallocate(&file, hole, checked, PART as u64);
                }
                checked += PART as u64;
            }
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_file_of_1_gib_is_sent_with_less_than_32_mib_of_memory() {
    let Some(server) = Kind::PureFtpd.start() else { return };
    let program = Program::new().with_zeros("large", 1 << 30);
    let host = server.addr.to_string();
    let program = program.arguments([&host, server.user, "large", server.upload_dir()]);
    let running = program.environment("FTP_PASSWORD", server.password).start();
    let mut peak = 0;
    // The loop ends with the program, since a process that has ended has no `VmHWM`.
    while let Some(now) = running.peak_memory() {
        peak = peak.max(now);
        std::thread::sleep(Duration::from_millis(2));
    }
    running.wait().succeeds();
    assert_eq!(fs::metadata(server.stored_path("large")).unwrap().len(), 1 << 30);
    assert!((1..32 * 1024).contains(&peak), "{peak} KiB");
}

fn count_of_nonzero_bytes(mut file: File) -> usize {
    let (mut buffer, zeros, mut found) = (vec![0; 1 << 20], vec![0; 1 << 20], 0);
    loop {
        match file.read(&mut buffer).unwrap() {
            0 => return found,
            count if buffer[..count] == zeros[..count] => {}
            count => found += buffer[..count].iter().filter(|byte| **byte != 0).count(),
        }
    }
}
