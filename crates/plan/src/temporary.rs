//! Recognises the names that this program generates on the server: `.NAME.<16 hex digits>.part` for an incomplete file (or
//! without the leading dot), and `.NAME.<16 hex digits>.old` for an older file that was moved aside.

/// The number of bytes of NAME from which on it may be cut. A cut is made at a character boundary at or before byte 100.
const CUT: usize = 97;

/// A generated name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Generated<'a> {
    /// The name of the file for which it was made, or its beginning.
    pub(crate) own: &'a [u8],
    /// The purpose.
    pub(crate) purpose: Purpose,
}

/// The purpose of a generated name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A file that is not complete, or not renamed yet.
    Temporary,
    /// The same without the leading dot, for servers that refuse names with one. Others may use such names.
    PlainTemporary,
    /// An older file that was moved aside.
    Aside,
}

impl<'a> Generated<'a> {
    /// Returns the parts of `name` if this program may have generated it.
    pub(crate) fn parse(name: &'a [u8]) -> Option<Self> {
        let (dotted, rest) = name.strip_prefix(b".").map_or((false, name), |rest| (true, rest));
        let (rest, aside) = match rest.strip_suffix(b".part") {
            Some(rest) => (rest, false),
            None => (rest.strip_suffix(b".old")?, true),
        };
        let (own, tag) = rest.split_at_checked(rest.len().checked_sub(17)?)?;
        let is_tag = tag[0] == b'.' && tag[1..].iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let purpose = match (dotted, aside) {
            (true, false) => Purpose::Temporary,
            (true, true) => Purpose::Aside,
            (false, false) => Purpose::PlainTemporary,
            (false, true) => return None,
        };
        (is_tag && !own.is_empty()).then_some(Self { own, purpose })
    }

    /// Returns true if the file's own name may be longer.
    pub(crate) fn may_be_cut(&self) -> bool {
        self.own.len() >= CUT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_names_are_told_from_similar_ones() {
        let purpose = |name: &str| Generated::parse(name.as_bytes()).map(|generated| generated.purpose);
        assert_eq!(purpose(".a.b.0123456789abcdef.part"), Some(Purpose::Temporary));
        assert_eq!(purpose("a.0123456789abcdef.part"), Some(Purpose::PlainTemporary));
        assert_eq!(purpose(".a.0123456789abcdef.old"), Some(Purpose::Aside));
        let others = [
            "a.0123456789abcdef.old",
            "..0123456789abcdef.part",
            ".a.0123456789ABCDEF.part",
            ".a.0123456789abcde.part",
        ];
        for other in others.into_iter().chain([".a0123456789abcdef.part", ".a.0123456789abcdeff.part", ".part", ""]) {
            assert_eq!(purpose(other), None, "{other}");
        }
        assert_eq!(Generated::parse(b"..x.0123456789abcdef.part").unwrap().own, b".x");
    }

    #[test]
    fn a_long_name_may_be_cut() {
        let cut = |length: usize| {
            let name = [b".", &b"a".repeat(length)[..], b".0123456789abcdef.old"].concat();
            Generated::parse(&name).unwrap().may_be_cut()
        };
        assert_eq!((cut(96), cut(97), cut(100)), (false, true, true));
    }
}
