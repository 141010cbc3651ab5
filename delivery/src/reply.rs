//! The meaning of a negative reply for the file, judged by its code and, for vsftpd, by its text. It is the only place that does,
//! for the host, the command on WASI and the fuzzer.

use crate::answer::{Failure, Refusal};

/// The part of storing a file in which a negative reply arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoringStage {
    /// EPSV, PASV, EPRT, PORT, REST, STOR, APPE or STOU: the server has accepted no byte.
    Opening,
    /// The data connection is open, or was closed after the last byte.
    Transfer,
}

impl Refusal {
    /// Returns the kind of a refusal (RFC 959 §4.2.1): after 4yz the same command may succeed later, after 5yz it will not.
    pub fn of(code: u16) -> Self {
        if code < 500 { Self::Transient } else { Self::Permanent }
    }
}

/// Returns the failure for a negative reply with this `code` and `text`. `sent` bytes were handed over, those before the
/// offset of REST included; `all` is true if that was the whole file and its end was declared.
pub fn refused(stage: StoringStage, code: u16, text: &[u8], sent: u64, all: bool) -> Failure {
    match (stage, code) {
        // RFC 959 §4.2.2: with 421 the server closes the control connection.
        (StoringStage::Opening, 421) => Failure::Session,
        (StoringStage::Opening, _) => Failure::NotTaken(Refusal::of(code)),
        (StoringStage::Transfer, 421) => Failure::Cut { sent, all },
        (StoringStage::Transfer, _) if is_breakdown(code, text) => Failure::BrokeDown { sent, all },
        (StoringStage::Transfer, _) => Failure::GivenUp { sent, all },
    }
}

/// Returns true if a reply to a transfer means that a connection or the server broke down, so that the file may be
/// stored: 425 and 426 (RFC 959 §4.2.2), and `500 OOPS`. Every other code means that the server does not store the file.
pub fn is_breakdown(code: u16, text: &[u8]) -> bool {
    matches!(code, 425 | 426) || is_internal_error(code, text)
}

/// Returns true for `500 OOPS`, with which vsftpd reports a wrong configuration, or that its other process has died. It
/// closes the control connection afterwards.
pub fn is_internal_error(code: u16, text: &[u8]) -> bool {
    code == 500 && text.starts_with(b"OOPS")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_breakdown_leaves_a_doubt_after_the_last_byte() {
        let (sent, all) = (6, true);
        let (cut, broke_down, given_up) =
            (Failure::Cut { sent, all }, Failure::BrokeDown { sent, all }, Failure::GivenUp { sent, all });
        for (code, text, failure) in [
            (421, "Bye", cut),
            (425, "", broke_down),
            (426, "", broke_down),
            (500, "OOPS: child died", broke_down),
            (500, "Unknown", given_up),
            (450, "", given_up),
            (451, "Virus found", given_up),
            (452, "", given_up),
            (501, "", given_up),
            (504, "", given_up),
            (552, "Quota", given_up),
        ] {
            assert_eq!(refused(StoringStage::Transfer, code, text.as_bytes(), sent, all), failure, "{code} {text}");
        }
    }

    #[test]
    fn a_refusal_before_the_first_byte_says_that_nothing_was_taken() {
        for (code, failure) in [
            (421, Failure::Session),
            (450, Failure::NotTaken(Refusal::Transient)),
            (425, Failure::NotTaken(Refusal::Transient)),
            (553, Failure::NotTaken(Refusal::Permanent)),
        ] {
            assert_eq!(refused(StoringStage::Opening, code, b"", 0, false), failure, "{code}");
        }
    }
}
