//! The few fields of a TCP packet over IPv4 that the link reads or changes (RFC 791, RFC 9293).

use std::ops::Range;

/// The lengths of both headers without options.
const IP_HEADER: usize = 20;
const TCP_HEADER: usize = 20;
const SOURCE: Range<usize> = 12..16;
const DESTINATION: Range<usize> = 16..20;
/// The offsets of two fields in the TCP header.
const SEQUENCE: Range<usize> = 4..8;
const FLAGS: usize = 13;
/// The flag SYN.
const SYN: u8 = 2;
/// The number of TCP in the field "protocol".
const TCP: u8 = 6;

/// The replies by which a server refuses a session or a login (RFC 959, section 5.4).
const REFUSALS: [&[u8]; 2] = [b"421 ", b"530 "];

/// A packet with both headers.
pub(super) struct Packet<'a> {
    bytes: &'a mut [u8],
    /// The offset of the TCP header.
    tcp: usize,
}

impl<'a> Packet<'a> {
    /// Returns `None` if the bytes are anything else than a TCP packet over IPv4.
    pub(super) fn parse(bytes: &'a mut [u8]) -> Option<Self> {
        let first = *bytes.first()?;
        let tcp = header_length(first & 15);
        let is_tcp = first >> 4 == 4 && bytes.get(9) == Some(&TCP);
        (is_tcp && tcp >= IP_HEADER && bytes.len() >= tcp + TCP_HEADER).then_some(Self { bytes, tcp })
    }

    pub(super) fn source_port(&self) -> u16 {
        u16::from_be_bytes([self.bytes[self.tcp], self.bytes[self.tcp + 1]])
    }

    pub(super) fn destination_port(&self) -> u16 {
        u16::from_be_bytes([self.bytes[self.tcp + 2], self.bytes[self.tcp + 3]])
    }

    /// Returns the sequence number of its first byte of text, or of SYN.
    pub(super) fn sequence(&self) -> u32 {
        self.bytes[self.tcp..][SEQUENCE].iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
    }

    /// Returns true if it opens a connection (SYN).
    pub(super) fn opens_connection(&self) -> bool {
        self.bytes[self.tcp + FLAGS] & SYN != 0
    }

    /// Returns the bytes behind both headers.
    pub(super) fn text(&self) -> &[u8] {
        let text = self.tcp + header_length(self.bytes[self.tcp + 12] >> 4);
        self.bytes.get(text..).unwrap_or_default()
    }

    /// Returns true if its text begins with a refusal of a session or a login. Inside TLS none is recognised.
    pub(super) fn refuses_login(&self) -> bool {
        REFUSALS.iter().any(|code| self.text().starts_with(code))
    }

    /// Returns it with source and destination address exchanged. All checksums stay valid, because they are sums over
    /// both addresses.
    pub(super) fn turned_round(self) -> Vec<u8> {
        let (before, after) = self.bytes.split_at_mut(DESTINATION.start);
        before[SOURCE].swap_with_slice(&mut after[..SOURCE.len()]);
        self.bytes.to_vec()
    }
}

/// Both protocols count the lengths of their headers in words of four bytes.
fn header_length(words: u8) -> usize {
    usize::from(words) * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A packet from 1.2.3.4 port 0x0506 to 7.8.9.10, with four bytes of options in the TCP header.
    fn packet(text: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x45, 0, 0, 0, 0, 0, 0, 0, 64, TCP, 0, 0, 1, 2, 3, 4, 7, 8, 9, 10];
        bytes.extend([5, 6, 0, 80, 0, 0, 0, 0, 0, 0, 0, 0, 0x60, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1]);
        bytes.extend(text);
        bytes
    }

    #[test]
    fn a_packet_that_is_turned_round_has_exchanged_addresses_and_nothing_else() {
        let (mut bytes, mut expected) = (packet(b"x"), packet(b"x"));
        expected[12..20].copy_from_slice(&[7, 8, 9, 10, 1, 2, 3, 4]);
        let parsed = Packet::parse(&mut bytes).expect("a packet");
        assert_eq!((parsed.source_port(), parsed.destination_port()), (0x0506, 80));
        assert_eq!(parsed.text(), b"x");
        assert_eq!(parsed.turned_round(), expected);
    }

    #[test]
    fn refusals_are_recognised_behind_the_options_of_the_header() {
        let refuses = |text: &[u8]| Packet::parse(&mut packet(text)).is_some_and(|packet| packet.refuses_login());
        assert!(refuses(b"421 There are too many connected users.\r\n") && refuses(b"530 Sorry\r\n"));
        assert!(!refuses(b"220 welcome\r\n") && !refuses(b"42") && !refuses(b""));
    }

    #[test]
    fn other_and_short_packets_are_not_parsed() {
        let mut ipv6 = packet(b"");
        ipv6[0] = 0x65;
        assert!(Packet::parse(&mut ipv6).is_none());
        let whole = packet(b"");
        for length in 0..IP_HEADER + TCP_HEADER {
            assert!(Packet::parse(&mut whole[..length].to_vec()).is_none());
        }
        // The length of the IP header says that the TCP header would begin behind the end.
        let mut lying = packet(b"");
        lying[0] = 0x4f;
        assert!(Packet::parse(&mut lying).is_none());
    }
}
