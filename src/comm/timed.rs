//! The time that talk takes: a communication in, the same out, with the time of its calls added up.

use super::{Comm, Tag};
use crate::stage::Lap;

/// A communication whose calls are timed.
#[derive(Debug)]
pub struct Timed<'a> {
    comm: &'a dyn Comm,
    talking: Lap,
    waiting: Lap,
}

impl<'a> Timed<'a> {
    /// Times this one.
    pub fn new(comm: &'a dyn Comm) -> Self {
        Self { comm, talking: Lap::default(), waiting: Lap::default() }
    }

    /// Seconds in calls that sent or received something.
    pub fn talking_s(&self) -> f64 {
        self.talking.seconds()
    }

    /// Seconds in calls that waited for what another rank was to send.
    pub fn waiting_s(&self) -> f64 {
        self.waiting.seconds()
    }
}

impl Comm for Timed<'_> {
    fn rank(&self) -> usize {
        self.comm.rank()
    }

    fn size(&self) -> usize {
        self.comm.size()
    }

    fn size_on_node(&self) -> usize {
        self.comm.size_on_node()
    }

    fn send(&self, to: usize, tag: Tag, message: &[u8]) {
        self.talking.time(|| self.comm.send(to, tag, message));
    }

    fn receive(&self, from: usize, tag: Tag) -> Vec<u8> {
        self.waiting.time(|| self.comm.receive(from, tag))
    }

    fn try_receive(&self, tag: Tag) -> Option<(usize, Vec<u8>)> {
        self.talking.time_some(|| self.comm.try_receive(tag))
    }

    fn abort(&self, code: i32) -> ! {
        self.comm.abort(code)
    }

    fn finish(self: Box<Self>) {
        unreachable!("who made the communication ends it");
    }
}
