//! The messages that have come and that nobody has asked for yet. In go messages as they come, out
//! come the oldest with the tag, and the sender, that is asked for.

use std::collections::VecDeque;

use super::Tag;

#[derive(Debug, Default)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_that_fits_comes_first() {
        let mut inbox = Inbox::default();
        inbox.put(1, Tag::Gather, vec![1]);
        inbox.put(2, Tag::Progress, vec![2]);
        inbox.put(2, Tag::Gather, vec![3]);
        inbox.put(2, Tag::Gather, vec![4]);

        assert_eq!(inbox.take_from(2, Tag::Gather), Some(vec![3]));
        assert_eq!(inbox.take_from(3, Tag::Gather), None);
        assert_eq!(inbox.take_any(Tag::Gather), Some((1, vec![1])));
        assert_eq!(inbox.take_any(Tag::Gather), Some((2, vec![4])));
        assert_eq!(inbox.take_any(Tag::Gather), None);
        assert_eq!(inbox.take_any(Tag::Progress), Some((2, vec![2])));
    }
}
