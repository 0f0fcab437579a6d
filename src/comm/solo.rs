//! The lone rank, with no MPI. What it sends to itself goes in, and comes out when it receives.

use std::cell::RefCell;

use super::inbox::Inbox;
use super::{Comm, Tag};

/// Rank 0 of 1.
#[derive(Debug, Default)]
pub struct Solo {
    inbox: RefCell<Inbox>,
}

impl Comm for Solo {
    fn rank(&self) -> usize {
        0
    }

    fn size(&self) -> usize {
        1
    }

    fn size_on_node(&self) -> usize {
        1
    }

    fn send(&self, to: usize, tag: Tag, message: &[u8]) {
        assert_eq!(to, 0, "a lone rank can send to itself only");
        self.inbox.borrow_mut().put(0, tag, message.to_vec());
    }

    fn receive(&self, from: usize, tag: Tag) -> Vec<u8> {
        // Panics, as it would wait for ever.
        self.inbox
            .borrow_mut()
            .take_from(from, tag)
            .expect("a lone rank receives only what it has sent to itself")
    }

    fn try_receive(&self, tag: Tag) -> Option<(usize, Vec<u8>)> {
        self.inbox.borrow_mut().take_any(tag)
    }

    fn abort(&self, code: i32) -> ! {
        super::abort(code)
    }

    fn finish(self: Box<Self>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_to_itself_come_in_order() {
        let solo = Solo::default();
        solo.send(0, Tag::Report, b"first");
        solo.send(0, Tag::Report, b"");
        assert_eq!(solo.try_receive(Tag::Order), None);
        assert_eq!(solo.try_receive(Tag::Report), Some((0, b"first".to_vec())));
        assert_eq!(solo.receive(0, Tag::Report), b"");
    }

    #[test]
    #[should_panic(expected = "only what it has sent to itself")]
    fn waiting_for_nobody_panics() {
        Solo::default().receive(0, Tag::Gather);
    }
}
