//! Hashes of a file, for comparison with the hash that the server reports.
//!
//! The algorithm is chosen from those that the server offers (`ftp_protocol::features`). MD5, SHA-1 and CRC-32 detect
//! accidental changes, but not an attacker's.

use alloc::vec::Vec;

use sha2::Digest as _;

/// A hash algorithm that servers offer (HASH, XSHA256, XSHA1, XMD5, XCRC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// SHA-256.
    Sha256,
    /// SHA-1.
    Sha1,
    /// MD5.
    Md5,
    /// CRC-32 (ISO 3309).
    Crc32,
}

/// A hash that is being computed.
#[derive(Clone)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant is its algorithm")]
pub enum Digest {
    Sha256(sha2::Sha256),
    Sha1(sha1::Sha1),
    Md5(md5::Md5),
    Crc32(crc32fast::Hasher),
}

impl Digest {
    /// Starts a hash, with no bytes added.
    pub fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(sha2::Sha256::new()),
            Algorithm::Sha1 => Self::Sha1(sha1::Sha1::new()),
            Algorithm::Md5 => Self::Md5(md5::Md5::new()),
            Algorithm::Crc32 => Self::Crc32(crc32fast::Hasher::new()),
        }
    }

    /// Adds `bytes` to the hash.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hash) => hash.update(bytes),
            Self::Sha1(hash) => hash.update(bytes),
            Self::Md5(hash) => hash.update(bytes),
            Self::Crc32(hash) => hash.update(bytes),
        }
    }

    /// Returns the hash of all bytes added, in the byte order in which servers print it.
    pub fn finish(self) -> Vec<u8> {
        match self {
            Self::Sha256(hash) => hash.finalize().to_vec(),
            Self::Sha1(hash) => hash.finalize().to_vec(),
            Self::Md5(hash) => hash.finalize().to_vec(),
            Self::Crc32(hash) => hash.finalize().to_be_bytes().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(algorithm: Algorithm) -> String {
        let mut digest = Digest::new(algorithm);
        digest.update(b"1234");
        digest.update(b"56789");
        digest.finish().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn hashes_have_the_published_check_values() {
        assert_eq!(hash(Algorithm::Crc32), "cbf43926");
        assert_eq!(hash(Algorithm::Md5), "25f9e794323b453885f5181f1b624d0b");
        assert_eq!(hash(Algorithm::Sha1), "f7c3bc1d808e04732adf679965ccc34ca7ae3441");
        assert_eq!(hash(Algorithm::Sha256), "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225");
    }
}
