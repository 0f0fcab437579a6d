//! Ranks that are processes under MPI: the only file that names it. In go messages of any length,
//! out come MPI messages of at most 1 GiB, and the other way round.
//!
//! A message is a head (tag, length, first bytes) and, when it is longer than the head, its rest
//! in pieces, all sent at once. Three rules keep it from blocking:
//!
//! 1. A send posts everything before it waits, and returns when all of it has gone.
//! 2. Whoever waits, in `send` or `receive`, takes in whatever comes, from any rank.
//! 3. So a rest is always on its way when its head is seen, and receiving it is a transfer, during
//!    which MPI moves this rank's own sends too.

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use mpi::Threading;
use mpi::environment::{self, Universe};
use mpi::point_to_point::MatchedReceiveVec;
use mpi::request;
use mpi::topology::{Process, SimpleCommunicator};
use mpi::traits::{Communicator, Destination, Source};

use super::inbox::Inbox;
use super::{Comm, LauncherError, Patience, Tag, collective};

/// MPI's own tags: one message may be a head or a piece of a rest.
const HEAD: i32 = 0;
const REST: i32 = 1;

/// A head is a tag (1 byte), a length (8) and this much of the message.
const HEAD_CONTENT_BYTES: usize = 64 << 10;
const HEAD_PREFIX_BYTES: usize = 1 + size_of::<u64>();

/// The longest MPI message: a count must fit an `i32`.
const PIECE_BYTES: usize = 1 << 30;

/// How long connections rest before they are closed. MPICH 4.0 over the TCP of UCX 1.13 hangs in three of
/// ten `MPI_Finalize` between nodes when they are still busy (openucx/ucx#8738), in none of 40 after this.
const REST_BEFORE_END: Duration = Duration::from_millis(100);

/// The exit code of a rank that leaves without `finish`: `EX_SOFTWARE` of sysexits.h.
const ABANDONED: i32 = 70;

/// This process's rank among those of MPI's world.
pub(super) struct Mpi {
    /// Taken by `finish` alone. Dropping it calls `MPI_Finalize`, which waits for every other rank:
    /// on the way out of a panic that is for ever.
    universe: Option<Universe>,
    world: SimpleCommunicator,
    on_node: usize,
    inbox: RefCell<Inbox>,
    /// `Threading::Funneled`: neither `Send` nor `Sync`.
    _main_thread_only: PhantomData<*const ()>,
}

impl Mpi {
    /// Initialises MPI.
    pub(super) fn connect() -> Result<Self, LauncherError> {
        let (universe, threading) = environment::initialize_with_threading(Threading::Funneled)
            .ok_or(LauncherError::AlreadyConnected)?;
        if threading < Threading::Funneled {
            return Err(LauncherError::NoThreads { library: library_version() });
        }
        let world = universe.world();
        let on_node = world.split_shared(world.rank()).size() as usize;
        Ok(Self {
            world,
            on_node,
            universe: Some(universe),
            inbox: RefCell::default(),
            _main_thread_only: PhantomData,
        })
    }

    fn process(&self, rank: usize) -> Process<'_> {
        self.world.process_at_rank(rank as i32)
    }

    /// Takes in one message, if one has come.
    fn take_in(&self) -> bool {
        let Some(arrived) = self.world.any_process().immediate_matched_probe_with_tag(HEAD) else {
            return false;
        };
        let from = arrived.1.source_rank() as usize;
        let (head, _) = arrived.matched_receive_vec::<u8>();
        let (tag, bytes, start) = read_head(&head);
        let mut message = Vec::with_capacity(bytes);
        message.extend_from_slice(start);
        message.resize(bytes, 0);
        for piece in message[start.len()..].chunks_mut(PIECE_BYTES) {
            self.process(from).receive_into_with_tag(piece, REST);
        }
        self.inbox.borrow_mut().put(from, tag, message);
        true
    }

    /// Polls until `done`, taking in messages meanwhile. A blocking MPI call would spin on a core.
    fn wait_until(&self, mut done: impl FnMut() -> bool) {
        let mut patience = Patience::new();
        while !done() {
            if self.take_in() {
                patience = Patience::new();
            } else {
                patience.pause();
            }
        }
    }
}

fn write_head(tag: Tag, bytes: usize, start: &[u8]) -> Vec<u8> {
    let mut head = Vec::with_capacity(HEAD_PREFIX_BYTES + start.len());
    head.push(tag as u8);
    head.extend_from_slice(&(bytes as u64).to_le_bytes());
    head.extend_from_slice(start);
    head
}

fn read_head(head: &[u8]) -> (Tag, usize, &[u8]) {
    head.split_first()
        .and_then(|(&tag, rest)| {
            let (bytes, start) = rest.split_first_chunk()?;
            let tag = *Tag::ALL.get(usize::from(tag))?;
            Some((tag, u64::from_le_bytes(*bytes) as usize, start))
        })
        .expect("every head is written by write_head")
}

impl Comm for Mpi {
    fn rank(&self) -> usize {
        self.world.rank() as usize
    }

    fn size(&self) -> usize {
        self.world.size() as usize
    }

    fn size_on_node(&self) -> usize {
        self.on_node
    }

    fn send(&self, to: usize, tag: Tag, message: &[u8]) {
        if to == self.rank() {
            self.inbox.borrow_mut().put(to, tag, message.to_vec());
            return;
        }
        let (start, rest) = message.split_at(message.len().min(HEAD_CONTENT_BYTES));
        let head = write_head(tag, message.len(), start);
        let peer = self.process(to);
        request::scope(|scope| {
            let head = peer.immediate_send_with_tag(scope, &head[..], HEAD);
            let pieces = rest
                .chunks(PIECE_BYTES)
                .map(|piece| peer.immediate_send_with_tag(scope, piece, REST));
            let mut pending: Vec<_> = std::iter::once(head).chain(pieces).collect();
            self.wait_until(|| {
                pending = pending.drain(..).filter_map(|sending| sending.test().err()).collect();
                pending.is_empty()
            });
        });
    }

    fn receive(&self, from: usize, tag: Tag) -> Vec<u8> {
        let mut message = None;
        self.wait_until(|| {
            message = self.inbox.borrow_mut().take_from(from, tag);
            message.is_some()
        });
        message.expect("the wait ends with a message")
    }

    fn try_receive(&self, tag: Tag) -> Option<(usize, Vec<u8>)> {
        while self.take_in() {}
        self.inbox.borrow_mut().take_any(tag)
    }

    fn abort(&self, code: i32) -> ! {
        abort(code)
    }

    fn finish(mut self: Box<Self>) {
        // MPI_Finalize spins while it waits for the others; the barrier does not.
        collective::barrier(&*self);
        if self.size() > 1 {
            std::thread::sleep(REST_BEFORE_END);
        }
        drop(self.universe.take());
    }
}

impl Drop for Mpi {
    /// A rank that leaves by an error or a panic would keep the others waiting: it ends the job.
    fn drop(&mut self) {
        if self.universe.is_some() {
            abort(ABANDONED);
        }
    }
}

impl fmt::Debug for Mpi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mpi")
            .field("rank", &self.rank())
            .field("size", &self.size())
            .field("inbox", &self.inbox)
            .finish_non_exhaustive()
    }
}

/// Ends every rank; without MPI, before it and after it, this process.
#[expect(clippy::exit, reason = "the end of a process is what is asked for")]
pub(super) fn abort(code: i32) -> ! {
    if environment::is_initialized() && !environment::is_finalized() {
        SimpleCommunicator::world().abort(code);
    }
    std::process::exit(code)
}

/// The first words that the library says of itself: Open MPI goes on with its packager after a
/// comma, MPICH (`MPICH Version: 4.0.2`) with its build options on further lines.
pub(super) fn library_version() -> String {
    let text = environment::library_version().unwrap_or_default();
    let name = text.split(['\n', ',', '\0']).next().unwrap_or_default();
    name.split_whitespace().filter(|word| *word != "Version:").collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_written() {
        for tag in Tag::ALL {
            let head = write_head(tag, 1 << 40, b"start");
            assert_eq!(read_head(&head), (tag, 1 << 40, &b"start"[..]));
        }
        assert_eq!(read_head(&write_head(Tag::Gather, 0, b"")), (Tag::Gather, 0, &b""[..]));
    }

    #[test]
    fn the_library_names_itself_in_one_line() {
        let name = library_version();
        assert!(name.contains("MPI") && !name.contains(['\0', '\n', ',']), "{name:?}");
    }
}
