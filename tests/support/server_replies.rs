//! What a server says that can do more than RFC 959 asks for, as shortcuts for scripts: hashes, REST, renaming.
//!
//! Next: `retries.rs`, the first of the tests that use them.

use sha2::{Digest, Sha256};

use crate::support::script::Script;

impl Script {
    /// A server that is ready for the first file and offers these features.
    pub(crate) fn offering(features: &[&str]) -> Self {
        Self::logged_in().enter_offering(features)
    }

    /// Has the directory entered and the type chosen, and offers these features.
    pub(crate) fn enter_offering(self, features: &[&str]) -> Self {
        let entered = self.expect("CWD inbox").reply("250 In inbox").expect("TYPE I").reply("200 Binary");
        let lines: String = features.iter().map(|feature| format!(" {feature}\r\n")).collect();
        entered.expect("FEAT").send(format!("211-Features:\r\n{lines}211 End\r\n"))
    }

    /// Has HASH, and SHA-256 in force.
    pub(crate) fn hashing() -> Self {
        Self::offering(&["SIZE", "REST STREAM", "HASH SHA-256*"])
    }

    /// Tells the SHA-256 of `content` when asked about `name`.
    pub(crate) fn tell_hash(self, name: &str, content: &[u8]) -> Self {
        let answer = format!("213 SHA-256 0-{} {} {name}", content.len(), sha256(content));
        self.expect(&format!("HASH {name}")).reply(&answer)
    }

    /// Has no such file yet: a run that may have to try again wants to know that first.
    pub(crate) fn lacks(self, name: &str) -> Self {
        self.expect(&format!("SIZE {name}")).reply("550 No such file")
    }

    /// Tells the size of a file as often as it takes to be believed, which is twice.
    pub(crate) fn tell_size_twice(self, name: &str, size: u64) -> Self {
        self.tell_size(name, size).tell_size(name, size)
    }

    /// Goes on at a byte.
    pub(crate) fn rest(self, offset: u64) -> Self {
        self.expect(&format!("REST {offset}")).reply("350 Go on there")
    }

    /// Agrees to store a file from this byte on, and has the data connection open.
    pub(crate) fn resume(self, name: &str, offset: u64) -> Self {
        self.passive().rest(offset).store(name)
    }

    /// Was asked for a file as often as one is that may not be there yet, and has none.
    pub(crate) fn never_has(self, name: &str) -> Self {
        (0..5).fold(self, |script, _| script.lacks(name))
    }

    /// Tells when a file was modified.
    pub(crate) fn tell_time(self, name: &str, time: &str) -> Self {
        self.expect(&format!("MDTM {name}")).reply(&format!("213 {time}"))
    }

    /// Does not tell when a file was modified.
    pub(crate) fn no_time(self, name: &str) -> Self {
        self.expect(&format!("MDTM {name}")).reply("502 No MDTM here")
    }

    /// Says that it can rename, when asked for nothing but that, about a name that nobody has.
    pub(crate) fn can_rename(self, name: &str) -> Self {
        self.expect(&format!("RNFR {{unused:{name}}}")).reply("550 No such file")
    }

    /// Has found the file to be renamed, and does not give it this name.
    pub(crate) fn refuse_name(self, from: &str, to: &str, answer: &str) -> Self {
        self.rename_from(from).expect(&format!("RNTO {to}")).reply(answer)
    }

    /// Renames a file.
    pub(crate) fn rename(self, from: &str, to: &str) -> Self {
        self.rename_from(from).expect(&format!("RNTO {to}")).reply("250 Renamed")
    }

    /// Is about to rename a file.
    pub(crate) fn rename_from(self, from: &str) -> Self {
        self.expect(&format!("RNFR {from}")).reply("350 To what?")
    }

    /// Removes a file.
    pub(crate) fn delete(self, name: &str) -> Self {
        self.expect(&format!("DELE {name}")).reply("250 Gone")
    }
}

/// As 64 digits.
pub(crate) fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}
