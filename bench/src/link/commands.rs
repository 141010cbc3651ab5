//! Counts the commands on control connections without TLS, in the packets to the server.

use std::collections::{BTreeMap, HashMap};

use super::packet::Packet;

/// The number of commands, by their verbs in capitals.
pub(crate) type Commands = BTreeMap<String, usize>;

/// The part of a line that is kept. No verb is longer.
const LONGEST_VERB: usize = 16;

/// The commands since the last call of [`Counter::take`].
#[derive(Default)]
pub(super) struct Counter {
    /// By the client's port.
    connections: HashMap<u16, Connection>,
    counts: Commands,
}

struct Connection {
    /// The sequence number of the next byte, by which a packet that is sent again is recognised.
    next: u32,
    /// The beginning of the line that is not complete.
    line: Vec<u8>,
}

impl Counter {
    /// Counts the commands in a packet from a client to the server's port for control connections.
    pub(super) fn add(&mut self, packet: &Packet<'_>) {
        if packet.opens_connection() {
            let connection = Connection { next: packet.sequence().wrapping_add(1), line: Vec::new() };
            self.connections.insert(packet.source_port(), connection);
            return;
        }
        let Some(connection) = self.connections.get_mut(&packet.source_port()) else { return };
        let known = connection.next.wrapping_sub(packet.sequence()) as usize;
        let Some(text) = packet.text().get(known..) else { return };
        // A packet has at most 65,535 bytes.
        connection.next = connection.next.wrapping_add(text.len() as u32);
        for byte in text {
            match byte {
                b'\n' => *self.counts.entry(verb(&std::mem::take(&mut connection.line))).or_default() += 1,
                byte if connection.line.len() < LONGEST_VERB => connection.line.push(*byte),
                _ => {}
            }
        }
    }

    /// Returns the commands since the last call.
    pub(super) fn take(&mut self) -> Commands {
        std::mem::take(&mut self.counts)
    }
}

/// Returns the letters before the first space. ABOR follows bytes of Telnet, which are none (RFC 959, section 4.1.3).
fn verb(line: &[u8]) -> String {
    let word = line.split(|byte| b" \r".contains(byte)).next().unwrap_or_default();
    word.iter().filter(|byte| byte.is_ascii_alphabetic()).map(|byte| char::from(byte.to_ascii_uppercase())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYN: u8 = 2;
    const ACK: u8 = 16;

    /// A packet from port 0x0506, with both headers.
    fn packet(sequence: u32, flags: u8, text: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x45, 0, 0, 0, 0, 0, 0, 0, 64, 6, 0, 0, 1, 2, 3, 4, 7, 8, 9, 10, 5, 6, 0, 21];
        bytes.extend(sequence.to_be_bytes());
        bytes.extend([0, 0, 0, 0, 0x50, flags, 0, 0, 0, 0, 0, 0]);
        bytes.extend(text);
        bytes
    }

    fn counts(packets: &[(u32, u8, &[u8])]) -> Vec<(String, usize)> {
        let mut counter = Counter::default();
        for (sequence, flags, text) in packets {
            let mut bytes = packet(*sequence, *flags, text);
            counter.add(&Packet::parse(&mut bytes).expect("a packet"));
        }
        counter.take().into_iter().collect()
    }

    fn expected(counts: &[(&str, usize)]) -> Vec<(String, usize)> {
        counts.iter().map(|(verb, count)| ((*verb).to_owned(), *count)).collect()
    }

    #[test]
    fn commands_in_one_packet_and_in_pieces_are_counted() {
        let start = u32::MAX - 3;
        let packets: [(u32, u8, &[u8]); 3] = [
            (start, SYN, b""),
            (start.wrapping_add(1), ACK, b"USER a\r\nlist -a x\r\nEP"),
            (start.wrapping_add(22), ACK, b"SV\r\nLIST\r\n"),
        ];
        assert_eq!(counts(&packets), expected(&[("EPSV", 1), ("LIST", 2), ("USER", 1)]));
    }

    #[test]
    fn a_packet_that_is_sent_again_counts_once() {
        let packets: [(u32, u8, &[u8]); 4] =
            [(0, SYN, b""), (1, ACK, b"NOOP\r\n"), (1, ACK, b"NOOP\r\nQUIT\r\n"), (1, ACK, b"NOOP\r\n")];
        assert_eq!(counts(&packets), expected(&[("NOOP", 1), ("QUIT", 1)]));
    }

    #[test]
    fn a_new_connection_from_the_same_port_begins_a_new_line() {
        let packets: [(u32, u8, &[u8]); 4] =
            [(0, SYN, b""), (1, ACK, b"half"), (900, SYN, b""), (901, ACK, b"QUIT\r\n")];
        assert_eq!(counts(&packets), expected(&[("QUIT", 1)]));
    }
}
