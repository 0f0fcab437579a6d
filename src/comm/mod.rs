//! Ranks and the messages between them. In go bytes for a rank, out come the bytes that a rank
//! sent; what they mean is the caller's affair.
//!
//! [`connect`] looks at the environment and gives the one [`Comm`] of this process: [`Solo`], or
//! MPI when a launcher started several ranks. [`team::run`] gives ranks that are threads. The
//! collectives are functions over `&dyn Comm`, so all three run the same code.
//!
//! Every rank meets the same collectives in the same order. An error between two of them goes
//! through [`agree`], so that no rank waits for one that has left. A successful run ends in
//! [`Comm::finish`]; leaving without it ends the whole job.

mod collective;
mod inbox;
pub mod launcher;
#[cfg(feature = "mpi")]
mod mpi;
mod patience;
mod solo;
pub mod stream;
pub mod team;
mod timed;

use std::fmt::Debug;

pub use collective::{
    RemoteFailure, agree, all_gather, barrier, broadcast, gather, reduce, scatter,
};
pub use launcher::LauncherError;
pub use patience::Patience;
pub use solo::Solo;
pub use timed::Timed;

/// What a message is for. Messages of one tag from one rank arrive in the order they were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Tag {
    /// From rank 0, the same to all: [`broadcast`].
    Broadcast,
    /// From rank 0, a different one to each: [`scatter`].
    Scatter,
    /// To rank 0, one from each: [`gather`].
    Gather,
    /// How far a rank has come, and whether it wants work.
    Report,
    /// From rank 0: a sign of life, work, the word to begin no more of it, or that all is done.
    Order,
    /// Records of files, to the owner of what they claim: [`stream`].
    Claims,
    /// Settled rows, to the owner of their series: [`stream`].
    Rows,
    /// Distributions of values, to the owner of their series: [`stream`].
    Values,
    /// What regions refer to, to the owner of the series; and back: [`stream`].
    Regions,
    /// The next sorted rows are asked for, or given.
    Merge,
    /// Records from stage to stage of a chain, and what their flow needs.
    Chain,
}

impl Tag {
    /// Every tag, each at the place that is its number.
    pub const ALL: [Self; 11] = [
        Self::Broadcast,
        Self::Scatter,
        Self::Gather,
        Self::Report,
        Self::Order,
        Self::Claims,
        Self::Rows,
        Self::Values,
        Self::Regions,
        Self::Merge,
        Self::Chain,
    ];
}

/// One rank's end of the communication.
///
/// Messages may have any length, zero included. A failure of the transport ends the job, so that
/// nothing here returns an error. Not `Sync`: only the thread that holds it talks.
pub trait Comm: Debug {
    /// The number of this rank, from 0.
    fn rank(&self) -> usize;

    /// The number of ranks, at least 1.
    fn size(&self) -> usize;

    /// The number of ranks that share this rank's node, itself included.
    fn size_on_node(&self) -> usize;

    /// Sends a message, to itself too. May wait until the receiver next receives anything or
    /// sends; two ranks that send to each other do not block each other.
    fn send(&self, to: usize, tag: Tag, message: &[u8]);

    /// Waits for the next message with this tag from this rank, without burning a core.
    fn receive(&self, from: usize, tag: Tag) -> Vec<u8>;

    /// The next message with this tag from any rank, and who sent it, if one has come.
    fn try_receive(&self, tag: Tag) -> Option<(usize, Vec<u8>)>;

    /// Ends every rank with this exit code, at once.
    fn abort(&self, code: i32) -> !;

    /// Ends the communication in good order: every rank calls it, last of all, also when all have
    /// agreed to fail. Waits for the others.
    fn finish(self: Box<Self>);
}

/// Joins the ranks that a launcher started, or makes a lone one where no launcher is seen.
/// Once in a process, on the main thread.
///
/// Without a launcher MPI is not even initialised. A launcher whose number of processes is not
/// what this binary's MPI sees is refused: each process would do the whole job.
pub fn connect() -> Result<Box<dyn Comm>, LauncherError> {
    match launcher::expected_ranks(|name| std::env::var(name).ok()) {
        Some(expected) => join(expected),
        None => Ok(Box::new(Solo::default())),
    }
}

#[cfg(feature = "mpi")]
fn join(expected: (usize, &'static str)) -> Result<Box<dyn Comm>, LauncherError> {
    let comm = Box::new(mpi::Mpi::connect()?);
    match launcher::check(expected, comm.size(), Some(&mpi::library_version())) {
        Ok(()) => Ok(comm),
        Err(refusal) => {
            comm.finish();
            Err(refusal)
        }
    }
}

#[cfg(not(feature = "mpi"))]
fn join(expected: (usize, &'static str)) -> Result<Box<dyn Comm>, LauncherError> {
    launcher::check(expected, 1, None)?;
    Ok(Box::new(Solo::default()))
}

/// Name and version of the MPI library in use, such as `Open MPI v4.1.4` or `MPICH 4.0.2`; `None`
/// when built without.
pub fn library_version() -> Option<String> {
    #[cfg(feature = "mpi")]
    return Some(mpi::library_version());
    #[cfg(not(feature = "mpi"))]
    return None;
}

/// Starts MPI, whoever started this process, and ends it in good order: to see whether it does.
pub fn start_library() -> Result<(), LauncherError> {
    #[cfg(feature = "mpi")]
    Box::new(mpi::Mpi::connect()?).finish();
    Ok(())
}

/// Ends this process and, when MPI runs, every other rank, with this exit code. For the thread
/// that called [`connect`].
#[cfg_attr(
    not(feature = "mpi"),
    expect(clippy::exit, reason = "the end of a process is what is asked for")
)]
pub fn abort(code: i32) -> ! {
    #[cfg(feature = "mpi")]
    mpi::abort(code);
    #[cfg(not(feature = "mpi"))]
    std::process::exit(code);
}

/// From here on a panic on the calling thread is reported as before and then ends every rank.
///
/// Call it on the main thread. A panic elsewhere, as in a thread pool, is left to whoever catches
/// it: MPI may only be called from the main thread. Pass it on there (`resume_unwind` will do: a
/// [`Comm`] over MPI dropped by unwinding also ends the job).
pub fn abort_on_panic(code: i32) {
    let main_thread = std::thread::current().id();
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        report(panic);
        if std::thread::current().id() == main_thread {
            abort(code);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::Tag;

    #[test]
    fn each_tag_stands_at_its_number() {
        for (number, tag) in Tag::ALL.into_iter().enumerate() {
            assert_eq!(tag as usize, number);
        }
    }
}
