//! Reads the memory of a running process, this one or another: all of it, or only that of the guests in it.
//!
//! This needs root, or the user of the process if the process is dumpable.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;

/// The address space that `host/src/sandbox/engine.rs` reserves for a guest's memory. No other mapping has this size.
const RESERVED: u64 = 8 * 1024 * 1024 + 64 * 1024;

/// A mapping of memory, with its name in proc(5) `maps`.
pub(crate) struct Region {
    /// Empty if the mapping has no name.
    pub(crate) name: String,
    /// The pages that can be read and are not all zeros.
    pub(crate) bytes: Vec<u8>,
}

/// Returns all writable memory of the process. Memory that is not writable only holds the content of files.
pub(crate) fn all(process: &str) -> Vec<Region> {
    let memory = File::open(format!("/proc/{process}/mem")).expect("a process that may be looked at");
    let writable = mappings(process).into_iter().filter(|mapping| mapping.writable);
    writable.map(|mapping| Region { bytes: copy(&memory, &mapping), name: mapping.name }).collect()
}

/// Returns the writable beginning of every mapping of the size of a guest's memory. wasmtime maps it in pieces.
pub(crate) fn of_guests(process: &str) -> Vec<Vec<u8>> {
    let memory = File::open(format!("/proc/{process}/mem")).expect("a process that may be looked at");
    let mut pieces: Vec<Mapping> = Vec::new();
    for mapping in mappings(process) {
        match pieces.last_mut() {
            Some(last) if last.writable && mapping.writable && last.end == mapping.begin => last.end = mapping.end,
            _ => pieces.push(mapping),
        }
    }
    let pairs = pieces.iter().zip(pieces.iter().skip(1));
    let guests = pairs.filter(|(used, rest)| {
        used.writable && !rest.writable && used.end == rest.begin && rest.end - used.begin == RESERVED
    });
    guests.map(|(used, _)| copy(&memory, used)).collect()
}

/// A line of proc(5) `maps`.
struct Mapping {
    begin: u64,
    end: u64,
    writable: bool,
    name: String,
}

fn mappings(process: &str) -> Vec<Mapping> {
    let mut maps = String::new();
    File::open(format!("/proc/{process}/maps")).unwrap().read_to_string(&mut maps).unwrap();
    maps.lines().filter_map(parse).collect()
}

fn parse(line: &str) -> Option<Mapping> {
    let (range, rest) = line.split_once(' ')?;
    let (begin, end) = range.split_once('-')?;
    let number = |digits| u64::from_str_radix(digits, 16).ok();
    let name = rest.split_whitespace().nth(4).unwrap_or_default().to_owned();
    Some(Mapping { begin: number(begin)?, end: number(end)?, writable: rest.starts_with("rw"), name })
}

/// Copies the pages that can be read and are not all zeros, since most were never used. Another test's guest may be
/// unmapped at this moment.
fn copy(memory: &File, mapping: &Mapping) -> Vec<u8> {
    const PAGE: usize = 4096;
    let mut bytes = Vec::new();
    for at in (mapping.begin..mapping.end).step_by(PAGE) {
        let mut page = [0; PAGE];
        if memory.read_exact_at(&mut page, at).is_ok() && page != [0; PAGE] {
            bytes.extend_from_slice(&page);
        }
    }
    bytes
}
