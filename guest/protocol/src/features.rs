//! The server's extensions of RFC 959 (FEAT, RFC 2389 §3.2) that matter for an upload.
//!
//! A server that does not know FEAT has none of them. The commands for hashes are in `digest.rs`.

use crate::digest::{Algorithm, Inquiry};

/// The features of one server. The default is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// SIZE (RFC 3659 §4).
    pub size: bool,
    /// REST in stream mode (RFC 3659 §5).
    pub rest: bool,
    /// MDTM (RFC 3659 §3): tells the time of last modification.
    pub mdtm: bool,
    /// MFMT (draft-somers-ftp-mfxx): sets the time of last modification.
    pub mfmt: bool,
    /// MLSD: lists a directory as facts. The feature is called MLST, and stands for both commands (RFC 3659 §7.8).
    pub mlsd: bool,
    /// UTF8: names are UTF-8 (RFC 2640 §3).
    pub utf8: bool,
    /// CLNT: the server accepts the client's name.
    pub clnt: bool,
    /// The best way to ask for a hash.
    inquiry: Option<Inquiry>,
}

impl Features {
    /// Parses the text of a reply to FEAT: one feature a line, after a space. Case does not matter (RFC 2389 §3.2).
    pub fn parse(text: &[u8]) -> Self {
        let mut features = Self::default();
        for line in text.split(|&byte| byte == b'\n') {
            let line = line.trim_ascii();
            let (name, rest) = line.split_at(line.iter().position(|&byte| byte == b' ').unwrap_or(line.len()));
            features.add(&name.to_ascii_uppercase(), rest.trim_ascii());
        }
        features
    }

    /// Returns the best way to ask for a hash, if there is one.
    pub fn inquiry(&self) -> Option<Inquiry> {
        self.inquiry
    }

    /// Keeps the better one. Sorting all of them would add 10 KB of code.
    fn offer(&mut self, inquiry: Inquiry) {
        if self.inquiry.is_none_or(|best| inquiry.rank() < best.rank()) {
            self.inquiry = Some(inquiry);
        }
    }

    fn add(&mut self, name: &[u8], parameters: &[u8]) {
        match name {
            b"SIZE" => self.size = true,
            b"REST" => self.rest = parameters.eq_ignore_ascii_case(b"STREAM"),
            b"MDTM" => self.mdtm = true,
            b"MFMT" => self.mfmt = true,
            b"MLST" | b"MLSD" => self.mlsd = true,
            b"UTF8" => self.utf8 = true,
            b"CLNT" => self.clnt = true,
            b"HASH" => hashes(parameters).for_each(|inquiry| self.offer(inquiry)),
            b"XSHA256" | b"XSHA-256" => self.offer(Inquiry::Extended(Algorithm::Sha256)),
            b"XSHA1" => self.offer(Inquiry::Extended(Algorithm::Sha1)),
            b"XMD5" => self.offer(Inquiry::Extended(Algorithm::Md5)),
            b"XCRC" => self.offer(Inquiry::Extended(Algorithm::Crc32)),
            b"MD5" => self.offer(Inquiry::Md5),
            _ => {}
        }
    }
}

/// Returns the algorithms in `SHA-256*;SHA-1;MD5` (draft-bryan-ftp-hash §4): the star marks the selected one.
fn hashes(parameters: &[u8]) -> impl Iterator<Item = Inquiry> {
    parameters.split(|&byte| byte == b';').filter_map(|word| {
        let in_force = word.ends_with(b"*");
        let name = word.strip_suffix(b"*").unwrap_or(word).trim_ascii().to_ascii_uppercase();
        Some(Inquiry::Hash { algorithm: Algorithm::named(&name)?, in_force })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn inquiry(text: &str) -> Option<Inquiry> {
        Features::parse(text.as_bytes()).inquiry()
    }

    #[test]
    fn features_are_found_among_others() {
        let found = Features::parse(
            b"Features:\n EPRT\n SIZE\n rest stream\n MDTM\n MFMT\n MLST type*;size*;modify*;\n CLNT\n UTF8\nEnd",
        );
        let all = Features {
            size: true,
            rest: true,
            mdtm: true,
            mfmt: true,
            mlsd: true,
            utf8: true,
            clnt: true,
            inquiry: None,
        };
        assert_eq!(found, all);
        let others = b"Extensions supported:\n REST COMPRESSED\n SIZEABLE\n MLSTX\nEnd";
        assert_eq!(Features::parse(others), Features::default());
    }

    #[test]
    fn the_strongest_hash_is_chosen_and_hash_before_older_commands() {
        let sha256 = Inquiry::Hash { algorithm: Algorithm::Sha256, in_force: false };
        assert_eq!(inquiry(" XCRC filename;start;end\n HASH MD5*;SHA-1;SHA-256\n XSHA256\nEnd"), Some(sha256));
        assert_eq!(inquiry(" XCRC\n XSHA1\n XMD5\nEnd"), Some(Inquiry::Extended(Algorithm::Sha1)));
        assert_eq!(inquiry(" MD5\nEnd"), Some(Inquiry::Md5));
        let in_force = Inquiry::Hash { algorithm: Algorithm::Sha1, in_force: true };
        assert_eq!(inquiry(" HASH CRC32;sha-1*\nEnd"), Some(in_force));
        assert_eq!(inquiry(" HASH WHIRLPOOL*\nEnd"), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in proptest::collection::vec(any::<u8>(), 0..300)) {
            Features::parse(&text);
        }
    }
}
