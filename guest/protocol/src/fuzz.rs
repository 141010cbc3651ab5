//! Properties that must hold for arbitrary bytes, one function for each fuzzer in `fuzz/fuzz_targets/`.
//!
//! These are only for fuzzers, and for the test below, which runs the inputs in the corpus. Examples of correct results
//! are in the tests of each parser.

use crate::argument::{Argument, MAX_ARGUMENT};
use crate::command::{Command, Retrieval, is_one_command};
use crate::digest::{Algorithm, Inquiry};
use crate::endpoint::Endpoint;
use crate::features::Features;
use crate::listing::{Entry, Form, Kind, MAX_LINE, Reader, is_a_part};
use crate::passive::{epsv_port, pasv_port};
use crate::reply::{Code, Reply};
use crate::reply_reader::{MAX_REPLY, ReplyReader};
use crate::server::Server;
use crate::timestamp::Timestamp;
use alloc::string::ToString;
use alloc::vec::Vec;

/// [`ReplyReader`]: it holds no more than one reply and one portion, and the result does not depend on the split into
/// portions.
pub fn replies(data: &[u8]) {
    let Some((&first, bytes)) = data.split_first() else { return };
    // Repeat the bytes, so that a short input reaches the limit.
    let bytes = bytes.repeat(if first < 128 { 1 } else { 20 });
    let (whole, portions) = (read(&bytes, bytes.len()), read(&bytes, usize::from(first) + 1));
    assert_eq!(whole, portions);
}

/// Returns every reply in `bytes`, and true if the bytes end with something else.
fn read(bytes: &[u8], portion: usize) -> (Vec<Reply>, bool) {
    let (mut reader, mut replies) = (ReplyReader::default(), Vec::new());
    for portion in bytes.chunks(portion.max(1)) {
        reader.feed(portion);
        loop {
            assert!(reader.held() <= MAX_REPLY + portion.len());
            match reader.next_reply() {
                Ok(None) => break,
                Ok(Some(reply)) => {
                    assert!(reply.text.len() <= MAX_REPLY && (100..600).contains(&reply.code.number()));
                    replies.push(reply);
                }
                Err(_) => return (replies, true),
            }
        }
    }
    (replies, false)
}

/// [`epsv_port`] and [`pasv_port`]: a parsed port occurs in the text.
pub fn passive(text: &[u8]) {
    if let Some(port) = epsv_port(text) {
        assert!(contains(text, port.to_string().as_bytes()));
    }
    if let Some(port) = pasv_port(text) {
        let [high, low] = port.get().to_be_bytes();
        assert!(contains(text, high.to_string().as_bytes()) && contains(text, low.to_string().as_bytes()));
    }
}

/// [`Features`]: neither case nor the text before the first feature changes the result.
pub fn features(text: &[u8]) {
    let features = Features::parse(text);
    assert_eq!(features, Features::parse(&text.to_ascii_lowercase()));
    assert_eq!(features, Features::parse(&[b"211-Features:\n", text].concat()));
}

/// The replies to SIZE, STOU, HASH and its alternatives: each parsed value occurs in the text.
pub fn answers(text: &[u8]) {
    let Some(code) = Code::parse(b"213") else { return };
    let reply = Reply { code, text: text.to_vec() };
    if let Some(size) = reply.size() {
        let digits = text.trim_ascii();
        let zeros = digits.iter().take(digits.len() - 1).take_while(|&&digit| digit == b'0').count();
        assert_eq!(&digits[zeros..], size.to_string().as_bytes());
    }
    if let Some(name) = reply.unique_name() {
        assert!(!name.is_empty() && !name.contains(&b'\n') && contains(text, name));
    }
    for algorithm in [Algorithm::Sha256, Algorithm::Sha1, Algorithm::Md5, Algorithm::Crc32] {
        let answer = Inquiry::Extended(algorithm).answer(text);
        assert!(answer.as_ref().is_none_or(|hash| hash.len() == algorithm.length()));
        assert_eq!(answer, Inquiry::Hash { algorithm, in_force: true }.answer(&text.to_ascii_uppercase()));
    }
}

/// [`Argument`]: an accepted argument is sent unchanged, in one line and one command.
pub fn argument(bytes: &[u8]) {
    let unfit = |&byte: &u8| byte < 0x20 || matches!(byte, 0x7f | 0xff);
    let fit = (1..=MAX_ARGUMENT).contains(&bytes.len()) && !bytes.iter().any(unfit);
    let argument = Argument::new(bytes);
    assert_eq!(argument.is_ok(), fit);
    let Ok(name) = argument else { return };
    let seconds = bytes.iter().fold(0, |sum: u64, &byte| sum.wrapping_mul(131).wrapping_add(byte.into()));
    let Some(time) = Timestamp::from_unix(seconds % 253_402_300_800) else { unreachable!() };
    assert_eq!(time.to_string().len(), 14);
    for command in [
        Command::User(name),
        Command::Acct(name),
        Command::Site(name),
        Command::Cwd(name),
        Command::Mkd(name),
        Command::Stor(name),
        Command::Appe(name),
        Command::Size(name),
        Command::Hash(Inquiry::Md5, name),
        Command::Rnfr(name),
        Command::Rnto(name),
        Command::Dele(name),
        Command::Rmd(name),
        Command::Retrieve(Retrieval::Mlsd(Some(name))),
        Command::Retrieve(Retrieval::List(Some(name))),
        Command::Retrieve(Retrieval::Retr(name)),
        Command::Mfmt(time, name),
        Command::MdtmSet(time, name),
        Command::SiteUtime(time, name),
        Command::SiteChmod(0o644, name),
    ] {
        let line = command.to_bytes();
        assert!(is_one_command(&line) && contains(&line, bytes));
        assert_eq!(line.iter().filter(|byte| byte.is_ascii_control()).count(), 2);
    }
}

/// [`listing::Reader`](Reader): the result does not depend on the split into portions, it holds no more than one line and
/// one portion, and each name can be a part of a path. The first byte selects the command and the portions.
pub fn listing(data: &[u8]) {
    let Some((&first, bytes)) = data.split_first() else { return };
    let facts = first % 2 == 0;
    // Repeat the bytes, so that a short input reaches the longest line.
    let bytes = bytes.repeat(if first < 128 { 1 } else { 40 });
    let whole = list(facts, &bytes, bytes.len());
    assert_eq!(whole, list(facts, &bytes, usize::from(first) + 1));
    assert_eq!(whole, list(facts, &bytes, 1));
    let (entries, ignored, form) = whole;
    assert!(entries.len() + ignored as usize <= bytes.iter().filter(|&&byte| byte == b'\n').count() + 1);
    assert_eq!(form == Form::Facts, facts);
    for entry in entries {
        assert!(is_a_part(&entry.name) && entry.name.len() <= MAX_LINE && contains(&bytes, &entry.name));
        assert!(facts || entry.modified.is_none(), "a time of LIST");
        assert!(entry.kind != Kind::Directory || entry.size.is_none());
        assert!(entry.size.is_none_or(|size| contains(&bytes, size.to_string().as_bytes())));
    }
}

/// Returns the entries in `bytes`, the number of ignored lines, and the form.
fn list(facts: bool, bytes: &[u8], portion: usize) -> (Vec<Entry>, u32, Form) {
    let (mut reader, mut entries) = (if facts { Reader::of_mlsd() } else { Reader::of_list() }, Vec::new());
    for portion in bytes.chunks(portion.max(1)) {
        reader.feed(portion);
        while let Some(entry) = reader.next_entry() {
            entries.push(entry);
        }
        assert!(reader.held() <= MAX_LINE);
    }
    reader.end();
    (entries, reader.ignored(), reader.form())
}

/// [`Server`] and [`Endpoint`]: an accepted server can be printed and parsed again, and cannot become a command.
pub fn server(text: &[u8]) {
    let Ok(text) = core::str::from_utf8(text) else { return };
    if let Ok(server) = text.parse::<Server>() {
        assert!(!server.host().contains(|c: char| c.is_control() || c.is_whitespace() || "@/[]%".contains(c)));
        let again = server.to_string().parse::<Server>();
        assert_eq!(
            again.map(|again| (again.host() == server.host(), again.port())),
            Ok((true, server.port())),
            "{text:?}"
        );
    }
    if let Some(endpoint) = Endpoint::new(text, 50_000) {
        assert!(is_one_command(&Command::Eprt(endpoint).to_bytes()));
        assert!(is_one_command(&Command::Port(endpoint).to_bytes()));
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use std::path::Path;

    #[test]
    fn every_kept_input_holds() {
        type Target = (&'static str, fn(&[u8]));
        let targets: [Target; 7] = [
            ("replies", replies),
            ("passive", passive),
            ("features", features),
            ("answers", answers),
            ("argument", argument),
            ("server", server),
            ("listing", listing),
        ];
        for (name, target) in targets {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
            let inputs = std::fs::read_dir(&folder).unwrap();
            let tried = inputs.map(|input| target(&std::fs::read(input.unwrap().path()).unwrap())).count();
            assert!(tried > 0, "{name}");
        }
    }
}
