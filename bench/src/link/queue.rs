//! The packets on their way, with the time at which each arrives.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Packets in the order of their arrival; packets that arrive at the same time stay in the order in which they left.
#[derive(Default)]
pub(super) struct Queue {
    packets: BTreeMap<(Instant, u64), Vec<u8>>,
    sent: u64,
}

impl Queue {
    /// Adds a packet that arrives at `due`.
    pub(super) fn push(&mut self, due: Instant, packet: Vec<u8>) {
        self.sent += 1;
        self.packets.insert((due, self.sent), packet);
    }

    /// Returns the first packet that has arrived by `now`.
    pub(super) fn pop(&mut self, now: Instant) -> Option<Vec<u8>> {
        let first = self.packets.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    /// Returns the time until the first packet arrives, or `None` if there is no packet.
    pub(super) fn wait(&self, now: Instant) -> Option<Duration> {
        self.packets.first_key_value().map(|((due, _), _)| due.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_arrives_when_its_delay_is_over_and_not_before() {
        let (mut queue, start, delay) = (Queue::default(), Instant::now(), Duration::from_millis(25));
        queue.push(start + delay, vec![1]);
        assert_eq!(queue.wait(start), Some(delay));
        assert_eq!(queue.pop(start + delay - Duration::from_nanos(1)), None);
        assert_eq!(queue.pop(start + delay), Some(vec![1]));
        assert_eq!((queue.wait(start), queue.pop(start + delay)), (None, None));
    }

    #[test]
    fn packets_with_the_same_delay_keep_their_order_and_others_overtake_them() {
        let (mut queue, start) = (Queue::default(), Instant::now());
        let late = start + Duration::from_millis(1);
        for (due, name) in [(late, 1), (late, 2), (start, 3)] {
            queue.push(due, vec![name]);
        }
        let order: Vec<_> = std::iter::from_fn(|| queue.pop(late)).flatten().collect();
        assert_eq!(order, [3, 1, 2]);
    }
}
