//! The messages that have come and that nobody has asked for yet. In go messages as they come, out
//! come the oldest with the tag, and the sender, that is asked for.

use std::collections::VecDeque;
use std::fmt;

use super::Tag;

#[derive(Default)]
pub(super) struct Inbox {
    by_tag: [VecDeque<(usize, Vec<u8>)>; Tag::ALL.len()],
}

impl Inbox {
    pub(super) fn put(&mut self, from: usize, tag: Tag, message: Vec<u8>) {
        self.by_tag[tag as usize].push_back((from, message));
    }

    pub(super) fn take_from(&mut self, from: usize, tag: Tag) -> Option<Vec<u8>> {
        let queue = &mut self.by_tag[tag as usize];
        let at = queue.iter().position(|(sender, _)| *sender == from)?;
        queue.remove(at).map(|(_, message)| message)
    }

    pub(super) fn take_any(&mut self, tag: Tag) -> Option<(usize, Vec<u8>)> {
        self.by_tag[tag as usize].pop_front()
    }
}

/// How many wait, not what they say: a message may hold the key.
impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = Tag::ALL.into_iter().zip(self.by_tag.iter().map(VecDeque::len));
        f.debug_map().entries(waiting.filter(|(_, count)| *count > 0)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_that_fits_comes_first() {
        let mut inbox = Inbox::default();
        inbox.put(1, Tag::Gather, vec![1]);
        inbox.put(2, Tag::Report, vec![2]);
        inbox.put(2, Tag::Gather, vec![3]);
        inbox.put(2, Tag::Gather, vec![4]);

        assert_eq!(inbox.take_from(2, Tag::Gather), Some(vec![3]));
        assert_eq!(inbox.take_from(3, Tag::Gather), None);
        assert_eq!(inbox.take_any(Tag::Gather), Some((1, vec![1])));
        assert_eq!(inbox.take_any(Tag::Gather), Some((2, vec![4])));
        assert_eq!(inbox.take_any(Tag::Gather), None);
        assert_eq!(inbox.take_any(Tag::Report), Some((2, vec![2])));
    }

    #[test]
    fn what_a_message_says_is_not_shown() {
        let mut inbox = Inbox::default();
        inbox.put(0, Tag::Broadcast, vec![42; 3]);
        assert_eq!(format!("{inbox:?}"), "{Broadcast: 1}");
    }
}
