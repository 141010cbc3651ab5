//! Replies of a server with extensions to RFC 959, as shortcuts for scripts: hashes, REST, renaming.

use sha2::{Digest, Sha256};

use crate::support::script::Script;

impl Script {
    /// A server that is ready for the first file and offers these features.
    pub(crate) fn offering(features: &[&str]) -> Self {
        Self::logged_in().enter_offering(features)
    }

    /// Enters the directory, sets the type and offers these features.
    pub(crate) fn enter_offering(self, features: &[&str]) -> Self {
        let entered = self.expect("CWD inbox").reply("250 In inbox").expect("TYPE I").reply("200 Binary");
        let lines: String = features.iter().map(|feature| format!(" {feature}\r\n")).collect();
        entered.expect("FEAT").send(format!("211-Features:\r\n{lines}211 End\r\n"))
    }

    /// Offers HASH, with SHA-256 selected.
    pub(crate) fn hashing() -> Self {
        Self::offering(&["SIZE", "REST STREAM", "HASH SHA-256*"])
    }

    /// Reports the SHA-256 of `content` for `name`.
    pub(crate) fn tell_hash(self, name: &str, content: &[u8]) -> Self {
        let answer = format!("213 SHA-256 0-{} {} {name}", content.len(), sha256(content));
        self.expect(&format!("HASH {name}")).reply(&answer)
    }

    /// Has no such file yet. A run with retries asks for that first.
    pub(crate) fn lacks(self, name: &str) -> Self {
        self.expect(&format!("SIZE {name}")).reply("550 No such file")
    }

    /// Reports a size twice. The program believes an unexpected size only when it is repeated.
    pub(crate) fn tell_size_twice(self, name: &str, size: u64) -> Self {
        self.tell_size(name, size).tell_size(name, size)
    }

    /// Accepts REST with this offset.
    pub(crate) fn rest(self, offset: u64) -> Self {
        self.expect(&format!("REST {offset}")).reply("350 Go on there")
    }

    /// Accepts a file from this offset on.
    pub(crate) fn resume(self, name: &str, offset: u64) -> Self {
        self.passive().rest(offset).store(name)
    }

    /// Has no such file, each of the five times that the program asks for a file that may appear later.
    pub(crate) fn never_has(self, name: &str) -> Self {
        (0..5).fold(self, |script, _| script.lacks(name))
    }

    /// Reports the modification time of a file.
    pub(crate) fn tell_time(self, name: &str, time: &str) -> Self {
        self.expect(&format!("MDTM {name}")).reply(&format!("213 {time}"))
    }

    /// Refuses MDTM.
    pub(crate) fn no_time(self, name: &str) -> Self {
        self.expect(&format!("MDTM {name}")).reply("502 No MDTM here")
    }

    /// Replies to RNFR for a name that no file has, with which the program tests whether the server supports renaming.
    pub(crate) fn can_rename(self, name: &str) -> Self {
        self.expect(&format!("RNFR {{unused:{name}}}")).reply("550 No such file")
    }

    /// Accepts RNFR and refuses RNTO.
    pub(crate) fn refuse_name(self, from: &str, to: &str, answer: &str) -> Self {
        self.rename_from(from).expect(&format!("RNTO {to}")).reply(answer)
    }

    /// Renames a file.
    pub(crate) fn rename(self, from: &str, to: &str) -> Self {
        self.rename_from(from).expect(&format!("RNTO {to}")).reply("250 Renamed")
    }

    /// Accepts RNFR.
    pub(crate) fn rename_from(self, from: &str) -> Self {
        self.expect(&format!("RNFR {from}")).reply("350 To what?")
    }

    /// Deletes a file.
    pub(crate) fn delete(self, name: &str) -> Self {
        self.expect(&format!("DELE {name}")).reply("250 Gone")
    }
}

/// Returns 64 hexadecimal digits.
pub(crate) fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}
