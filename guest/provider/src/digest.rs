//! Computes hashes of the file, for comparison with the server's hashes (`source.rs`). The counterpart of
//! `host/src/digest.rs`. Some of the algorithms are broken: they detect accidents, but not attackers.

use alloc::vec::Vec;

use sha2::Digest as _;

use crate::bindings::exports::ftp_uploader::upload::capabilities::Algorithm;

/// An unfinished hash.
pub(crate) enum Digest {
    Sha256(sha2::Sha256),
    Sha1(sha1::Sha1),
    Md5(md5::Md5),
    /// The complement of the checksum so far.
    Crc32(u32),
}

impl Digest {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(sha2::Sha256::new()),
            Algorithm::Sha1 => Self::Sha1(sha1::Sha1::new()),
            Algorithm::Md5 => Self::Md5(md5::Md5::new()),
            Algorithm::Crc32 => Self::Crc32(!0),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hash) => hash.update(bytes),
            Self::Sha1(hash) => hash.update(bytes),
            Self::Md5(hash) => hash.update(bytes),
            Self::Crc32(crc) => {
                *crc = bytes.iter().fold(*crc, |crc, &byte| (crc >> 8) ^ TABLE[usize::from(crc as u8 ^ byte)])
            }
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        match self {
            Self::Sha256(hash) => hash.finalize().to_vec(),
            Self::Sha1(hash) => hash.finalize().to_vec(),
            Self::Md5(hash) => hash.finalize().to_vec(),
            Self::Crc32(crc) => (!crc).to_be_bytes().to_vec(),
        }
    }
}

/// ISO 3309: the change that each byte makes to the remainder.
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut remainder, mut bit) = (byte as u32, 0);
        while bit < 8 {
            remainder = (remainder >> 1) ^ (0xedb8_8320 * (remainder & 1));
            bit += 1;
        }
        table[byte] = remainder;
        byte += 1;
    }
    table
};

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
    fn hashes_are_those_that_everyone_computes() {
        assert_eq!(hash(Algorithm::Crc32), "cbf43926");
        assert_eq!(hash(Algorithm::Md5), "25f9e794323b453885f5181f1b624d0b");
        assert_eq!(hash(Algorithm::Sha1), "f7c3bc1d808e04732adf679965ccc34ca7ae3441");
        assert_eq!(hash(Algorithm::Sha256), "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225");
    }
}
