//! Parses the port in a reply to EPSV or PASV. The host in a PASV reply is ignored, so that no server can make the
//! client connect to another machine (RFC 2577 §3 describes that attack).

use alloc::vec::Vec;
use core::num::NonZeroU16;

/// Returns the port in the text of a 229 reply: `(<d><d><d><port><d>)` with `d` any printable byte (RFC 2428 §3).
pub fn epsv_port(text: &[u8]) -> Option<NonZeroU16> {
    let open = text.iter().position(|&byte| byte == b'(')?;
    let (&[a, b, delimiter], rest) = text[open + 1..].split_first_chunk()?;
    let end = rest.iter().position(|&byte| byte == delimiter)?;
    let framed = a == delimiter && b == delimiter && delimiter.is_ascii_graphic() && !delimiter.is_ascii_digit();
    if !framed || rest.get(end + 1) != Some(&b')') {
        return None;
    }
    NonZeroU16::new(number(&rest[..end])?)
}

/// Returns the port in the text of a 227 reply: the last two of six numbers `h1,h2,h3,h4,p1,p2`, at any position and
/// with or without parentheses (RFC 1123 §4.1.2.6).
pub fn pasv_port(text: &[u8]) -> Option<NonZeroU16> {
    text.split(|byte| !byte.is_ascii_digit() && *byte != b',').find_map(six_numbers)
}

fn six_numbers(word: &[u8]) -> Option<NonZeroU16> {
    let numbers = word.split(|&byte| byte == b',').map(|digits| number(digits).filter(|n| *n < 256));
    match numbers.collect::<Option<Vec<u16>>>()?[..] {
        [_, _, _, _, high, low] => NonZeroU16::new(high * 256 + low),
        _ => None,
    }
}

fn number(digits: &[u8]) -> Option<u16> {
    let plain = (1..=5).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    core::str::from_utf8(digits).ok().filter(|_| plain)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use proptest::prelude::*;

    fn epsv(text: &str) -> Option<u16> {
        epsv_port(text.as_bytes()).map(NonZeroU16::get)
    }

    fn pasv(text: &str) -> Option<u16> {
        pasv_port(text.as_bytes()).map(NonZeroU16::get)
    }

    #[test]
    fn the_port_of_an_epsv_reply_stands_between_delimiters() {
        assert_eq!(epsv("Entering Extended Passive Mode (|||6446|)"), Some(6446));
        assert_eq!(epsv("ok (!!!65535!)."), Some(65535));
    }

    #[test]
    fn an_epsv_reply_without_a_proper_port_gives_none() {
        let broken = [
            "",
            "(",
            "(|||)",
            "(||||)",
            "(|||0|)",
            "(|||65536|)",
            "(|||-1|)",
            "(|||6446)",
            "(||6446|)",
            "(|1|::1|6446|)",
        ];
        for text in broken.into_iter().chain(["|||6446|", "(|||644 6|)", "(1111)", "(|||6446|"]) {
            assert_eq!(epsv(text), None, "{text}");
        }
    }

    #[test]
    fn the_port_of_a_pasv_reply_is_found_with_or_without_parentheses() {
        assert_eq!(pasv("Entering Passive Mode (10,0,0,1,4,210)"), Some(1234));
        assert_eq!(pasv("Entering Passive Mode. 127,0,0,1,0,21"), Some(21));
        assert_eq!(pasv("=1,2,3,4,255,255"), Some(65535));
    }

    #[test]
    fn a_pasv_reply_without_six_numbers_gives_none() {
        for text in [
            "",
            "(1,2,3,4,5)",
            "(1,2,3,4,5,6,7)",
            "(1,2,3,4,256,1)",
            "(1,2,3,4,0,0)",
            "(1,,3,4,5,6)",
            "(300,2,3,4,5,6)",
        ] {
            assert_eq!(pasv(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_port_is_read_back_from_both_replies(port in 1_u16.., host: [u8; 4]) {
            prop_assert_eq!(epsv(&format!("x (|||{port}|)")), Some(port));
            let [a, b, c, d] = host;
            prop_assert_eq!(pasv(&format!("x ({a},{b},{c},{d},{},{})", port >> 8, port & 255)), Some(port));
        }

        #[test]
        fn no_text_makes_the_parsers_panic(text in proptest::collection::vec(any::<u8>(), 0..64)) {
            epsv_port(&text);
            pasv_port(&text);
        }
    }
}
