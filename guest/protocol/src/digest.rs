//! Hashes of files: the algorithms, the commands that ask for a hash, and the parsing of the replies.
//!
//! The commands have no RFC: HASH is draft-bryan-ftp-hash, and the X commands and MD5 are conventions of servers. The
//! embedder computes the hash of the local file (`capabilities.wit`, `digest`), because no byte of a file enters this
//! crate.

use alloc::vec::Vec;

/// A hash algorithm that servers use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// FIPS 180-4.
    Sha256,
    /// FIPS 180-4.
    Sha1,
    /// RFC 1321.
    Md5,
    /// ISO 3309, as in zip files.
    Crc32,
}

/// A way to ask for the hash of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inquiry {
    /// HASH, after `OPTS HASH` if the algorithm is not selected.
    Hash {
        /// The algorithm.
        algorithm: Algorithm,
        /// True if HASH uses this algorithm by default.
        in_force: bool,
    },
    /// XSHA256, XSHA1, XMD5, XCRC.
    Extended(Algorithm),
    /// MD5 (draft-twine-ftpmd5).
    Md5,
}

impl Algorithm {
    /// Returns the algorithm with this name (draft-bryan-ftp-hash §3), in capitals.
    pub fn named(name: &[u8]) -> Option<Self> {
        [Self::Sha256, Self::Sha1, Self::Md5, Self::Crc32].into_iter().find(|one| one.name().as_bytes() == name)
    }

    /// Returns the name of the algorithm in HASH.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Sha1 => "SHA-1",
            Self::Md5 => "MD5",
            Self::Crc32 => "CRC32",
        }
    }

    /// Returns the length of a hash, in bytes.
    pub fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha1 => 20,
            Self::Md5 => 16,
            Self::Crc32 => 4,
        }
    }
}

impl Inquiry {
    /// Returns the algorithm of the hash.
    pub fn algorithm(self) -> Algorithm {
        match self {
            Self::Hash { algorithm, .. } | Self::Extended(algorithm) => algorithm,
            Self::Md5 => Algorithm::Md5,
        }
    }

    /// Returns the verb of the command.
    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::Hash { .. } => "HASH",
            Self::Extended(Algorithm::Sha256) => "XSHA256",
            Self::Extended(Algorithm::Sha1) => "XSHA1",
            Self::Extended(Algorithm::Md5) => "XMD5",
            Self::Extended(Algorithm::Crc32) => "XCRC",
            Self::Md5 => "MD5",
        }
    }

    /// Returns the rank, of which the lowest is best: the strength of the algorithm decides first, then the quality of
    /// the command's definition.
    pub(crate) fn rank(&self) -> u8 {
        let strength = match self.algorithm() {
            Algorithm::Sha256 => 0,
            Algorithm::Sha1 => 4,
            Algorithm::Md5 => 8,
            Algorithm::Crc32 => 12,
        };
        strength
            + match self {
                Self::Hash { in_force: true, .. } => 0,
                Self::Hash { in_force: false, .. } => 1,
                Self::Extended(_) => 2,
                Self::Md5 => 3,
            }
    }

    /// Returns the hash in the text of the reply, if the text contains exactly one of the right length.
    ///
    /// The text also contains the name of the file, ranges, and the name of the algorithm, in an order that differs
    /// between servers. The file's name could itself look like a hash: if two candidates differ, neither is returned.
    pub fn answer(self, text: &[u8]) -> Option<Vec<u8>> {
        let words = || {
            let words = text.split(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b';' | b','));
            words.filter(|word| !word.is_empty())
        };
        let whole = words().filter_map(|word| base16(word, self.algorithm().length()));
        let short = if self.algorithm() == Algorithm::Crc32 { short_crc(words()) } else { None };
        let mut hashes = whole.chain(short);
        let first = hashes.next()?;
        hashes.all(|other| other == first).then_some(first)
    }
}

/// Finds a CRC-32 without its leading zeros, as some servers send it. Such a short word could also be something else,
/// so it is accepted only in two positions: alone, except for the name of the algorithm; or after the range, as in
/// `CRC32 0-49 7abc12 file.ext` (draft-bryan-ftp-hash §3).
fn short_crc<'a>(words: impl Iterator<Item = &'a [u8]>) -> Option<Vec<u8>> {
    let named = |word: &&[u8]| [&b"XCRC"[..], b"CRC32", b"CRC"].iter().any(|name| word.eq_ignore_ascii_case(name));
    let mut words = words.skip_while(named);
    let (first, second) = (words.next()?, words.next());
    let crc = match second {
        None => first,
        Some(second) if is_range(first) => second,
        Some(_) => return None,
    };
    let zeros = Algorithm::Crc32.length() * 2 - crc.len().min(8);
    base16(&[&[b'0'; 8][..zeros], crc].concat(), Algorithm::Crc32.length())
}

fn is_range(word: &[u8]) -> bool {
    let mut ends = word.split(|&byte| byte == b'-');
    let number = |end: Option<&[u8]>| end.is_some_and(|end| !end.is_empty() && end.iter().all(u8::is_ascii_digit));
    number(ends.next()) && number(ends.next()) && ends.next().is_none()
}

fn base16(digits: &[u8], length: usize) -> Option<Vec<u8>> {
    if digits.len() != length * 2 {
        return None;
    }
    let value = |digit: u8| (digit as char).to_digit(16);
    digits.chunks(2).map(|pair| u8::try_from(value(pair[0])? * 16 + value(pair[1])?).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MD5: &str = "9e107d9d372bb6826bd81d3542a419d6";

    #[test]
    fn a_hash_is_found_in_every_form_of_answer() {
        for text in
            [MD5, &MD5.to_uppercase(), &alloc::format!("MD5 0-49 {MD5} file.ext"), &alloc::format!("\"a b\" {MD5}")]
        {
            assert_eq!(Inquiry::Md5.answer(text.as_bytes()).unwrap()[..2], [0x9e, 0x10], "{text}");
        }
    }

    #[test]
    fn a_text_without_a_hash_or_with_two_gives_none() {
        let other = MD5.replace('9', "8");
        for text in
            ["", "done", &MD5[1..], &alloc::format!("{MD5}0"), &alloc::format!("{MD5} {other}"), &"g".repeat(32)]
        {
            assert_eq!(Inquiry::Md5.answer(text.as_bytes()), None, "{text}");
        }
        assert_eq!(Inquiry::Extended(Algorithm::Sha1).answer(MD5.as_bytes()), None);
    }

    #[test]
    fn a_crc_may_lack_its_leading_zeros_where_its_place_says_that_it_is_one() {
        let crc = |text: &str| Inquiry::Extended(Algorithm::Crc32).answer(text.as_bytes());
        for text in ["7ABC1", "\"7abc1\"", "XCRC 7abc1", "CRC32 0-49 7ABC1 file.ext", "0007ABC1 file", "0-49 7abc1"] {
            assert_eq!(crc(text), Some([0, 7, 0xab, 0xc1].to_vec()), "{text}");
        }
        assert_eq!(crc("0"), Some([0; 4].to_vec()));
        // Neither the file's name nor an English word is a CRC, and two candidates that differ are rejected.
        for text in ["", "XCRC", "-", "added a file", "7abc1 file.ext", "CRC32 0-49 7abc1 deadbeef", "g", "123456789"] {
            assert_eq!(crc(text), None, "{text}");
        }
        assert_eq!(Inquiry::Md5.answer(b"7abc1"), None);
    }

    #[test]
    fn algorithms_are_known_by_their_names() {
        assert_eq!(Algorithm::named(b"SHA-256"), Some(Algorithm::Sha256));
        assert_eq!(Algorithm::named(b"SHA-3"), None);
    }
}
