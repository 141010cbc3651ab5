//! Searches bytes for a secret in any common encoding: plain, base64, hexadecimal, or in a URL. Records what `/proc`
//! shows of a running program and its children.

use std::collections::BTreeSet;
use std::fs;
use std::io::BufRead;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use base64ct::{Base64, Encoding};

use crate::support::outcome::Outcome;
use crate::support::process_memory::{Region, all};
use crate::support::program::Program;

/// Returns the encodings of the secret.
pub(crate) fn forms(secret: &str) -> Vec<Vec<u8>> {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let url = |kept: fn(u8) -> bool, space: &str| -> String {
        let coded = |byte: u8| if kept(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
        secret.bytes().map(|byte| if byte == b' ' { space.to_owned() } else { coded(byte) }).collect()
    };
    let alphanumeric = |byte: u8| byte.is_ascii_alphanumeric();
    let mut texts = vec![secret.to_owned(), hex.to_uppercase(), hex];
    texts.extend([url(alphanumeric, "%20"), url(alphanumeric, "+"), secret.escape_debug().to_string()]);
    texts.into_iter().map(String::into_bytes).chain((0..3).map(|before| in_base64(secret, before))).collect()
}

/// Returns the characters that depend only on the secret, in the base64 form of a text with `before` more bytes in
/// front (modulo 3).
fn in_base64(secret: &str, before: usize) -> Vec<u8> {
    let coded = Base64::encode_string(&[vec![0; before], secret.into(), vec![0; 3]].concat());
    let (begin, end) = ((before * 8).div_ceil(6), (before + secret.len()) * 8 / 6);
    coded.as_bytes()[begin..end].to_vec()
}

/// Counts the occurrences of `what` in `text`.
pub(crate) fn count(text: &[u8], what: &[u8]) -> usize {
    let Some((&first, others)) = what.split_first() else { return 0 };
    let (mut rest, mut found) = (text, 0);
    // The search for a single byte is fast in std even in builds without optimization, and memories are large.
    while rest.contains(&first) && rest.skip_until(first).is_ok() {
        found += usize::from(rest.starts_with(others));
    }
    found
}

/// Returns true if `text` contains the secret in any encoding.
pub(crate) fn has(text: &[u8], secret: &str) -> bool {
    forms(secret).iter().any(|form| count(text, form) > 0)
}

/// Returns the names of the regions in a process's memory that hold a copy of the secret, one for each copy. The last
/// half of the secret counts as a copy, since the allocator may have overwritten the beginning of freed memory.
pub(crate) fn copies(process: u32, secret: &str) -> Vec<String> {
    let half = &secret.as_bytes()[secret.len() / 2..];
    let regions = all(&process.to_string());
    let found = |Region { name, bytes }: Region| {
        let other = forms(secret).iter().map(|form| count(&bytes, form)).max().unwrap_or_default();
        std::iter::repeat_n(name, count(&bytes, half).max(other))
    };
    regions.into_iter().flat_map(found).collect()
}

/// The data that `/proc` showed while a program ran.
#[derive(Default)]
pub(crate) struct Sight {
    command_lines: BTreeSet<Vec<u8>>,
    environments: BTreeSet<Vec<u8>>,
    children: BTreeSet<String>,
}

impl Sight {
    /// Reads the data of a process now.
    pub(crate) fn look(&mut self, process: u32) {
        let file = |name: &str| fs::read(format!("/proc/{process}/{name}")).unwrap_or_default();
        self.command_lines.insert(file("cmdline"));
        self.environments.insert(file("environ"));
        let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
        let of_thread = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
        self.children.extend(of_thread.flat_map(|ids| ids.split_whitespace().map(str::to_owned).collect::<Vec<_>>()));
    }

    /// Returns true if the program was ever seen. A short run may end before the first look.
    pub(crate) fn saw_the_program(&self) -> bool {
        self.command_lines.iter().any(|line| count(line, b"ftp-uploader\0") > 0)
    }

    /// Claims that `/proc` never showed the secret, except in the environment if the program was given it there.
    #[track_caller]
    pub(crate) fn is_free_of(&self, secret: &str, given_by_environment: bool) {
        assert!(!self.command_lines.iter().any(|line| has(line, secret)), "{secret} is among the arguments");
        let there = self.environments.iter().any(|environment| has(environment, secret));
        assert!(given_by_environment || !there, "{secret} is in the environment");
        assert!(self.children.is_empty(), "the program has children: {:?}", self.children);
    }
}

/// Runs a program to its end, and watches it all the time.
pub(crate) fn watched(program: Program) -> (Outcome, Sight) {
    let running = program.start();
    let process = running.id();
    let over = Arc::new(AtomicBool::new(false));
    let watch: JoinHandle<Sight> = std::thread::spawn({
        let over = Arc::clone(&over);
        move || {
            let mut sight = Sight::default();
            while !over.load(Ordering::SeqCst) {
                sight.look(process);
                std::thread::sleep(Duration::from_millis(1));
            }
            sight
        }
    });
    let outcome = running.wait();
    over.store(true, Ordering::SeqCst);
    (outcome, watch.join().expect("nothing panics in a look"))
}

impl Outcome {
    /// Claims that neither output contains the secret in any encoding.
    #[track_caller]
    pub(crate) fn never_tells(&self, secret: &str) -> &Self {
        for output in [&self.stdout, &self.stderr] {
            self.claim(!has(output.as_bytes(), secret), &format!("no {secret}, in any form"));
        }
        self
    }
}

#[test]
fn a_secret_is_found_in_every_form() {
    let secret = "open sesame 7731";
    for text in [
        "it is open sesame 7731!",
        "6f70656e20736573616d652037373331",
        "6F70656E20736573616D652037373331",
        "ftp://alice:open%20sesame%207731@h",
        "password=open+sesame+7731&x",
    ] {
        assert!(has(text.as_bytes(), secret), "{text}");
    }
    for user in ["a", "al", "ali", "alic"] {
        assert!(has(Base64::encode_string(format!("{user}:{secret}!!").as_bytes()).as_bytes(), secret), "{user}");
        assert!(has(Base64::encode_string(format!("{user}:{secret}").as_bytes()).as_bytes(), secret), "{user}");
    }
    assert!(!has(b"open sesame 773", secret));
}
