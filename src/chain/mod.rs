//! Filter-streams: a chain of stages, each of several copies on all ranks, with streams of records
//! between them. In go the text of a chain's file and what built-in stages there are, out come files
//! or whatever its last stage makes, and a row of times for each copy.
//!
//! ```text
//! spec      TOML to stages                     layout    copies to ranks
//! run       (here) starts the copies           talk      the main thread, which alone speaks to other ranks
//! program   a copy that is a program (attend   inside    a copy of what is built in (filter, filters/)
//!           to its end; pipes)                 meter     the times of a copy
//! record    what goes from stage to stage      policy    which copy gets it
//! rank      what the threads of a rank share   ends      of a copy's streams
//! window    how much may be under way          inlet     what waits for a copy
//! ```
//!
//! A chain fails as a whole: when one copy fails, all others are ended, and nothing of what `write` and
//! `collect` have made gets its name. The order in which records come to a copy differs from run to
//! run; what a filter makes of them must not depend on it.

mod attend;
mod command;
mod copy;
mod ends;
mod filter;
pub mod filters;
mod inlet;
mod inside;
mod layout;
mod meter;
mod outcome;
mod pipes;
mod policy;
mod program;
mod pulse;
mod rank;
mod record;
mod spec;
mod talk;
#[cfg(test)]
mod tests;
mod window;
mod wire;

use std::fmt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::channel;
use std::thread;

pub use command::Copy;
pub use filter::{Filter, FilterError, Out};
pub use outcome::{ChainFailure, ChainOutcome, FailedCopy};
pub use policy::Policy;
pub use rank::Limits;
pub use record::{FrameError, Record};
pub use spec::{BuiltIn, Chain, ChainError, Copies, Place, Stage, Work};

use crate::comm::Comm;
use copy::Ready;
use layout::Layout;
use rank::Rank;
use talk::Talk;

/// Makes a copy of the built-in stage of this name, on the rank that has the copy.
pub type BuiltIns<'a> = dyn Fn(&str, Copy) -> Result<Box<dyn Filter>, FilterError> + 'a;

/// What a rank needs to know beside the chain. `cores` and `limits` are the same on every rank.
pub struct Setup<'a> {
    /// The cores of each rank, in rank order.
    pub cores: &'a [usize],
    /// The host of this rank.
    pub host: &'a str,
    /// A folder for the standard errors of programs: `<stage>-<copy>.err`, where it is not empty.
    pub logs: PathBuf,
    /// How much may be under way.
    pub limits: Limits,
    /// The built-in stages.
    pub built_in: &'a BuiltIns<'a>,
    /// The last word about the environment of a program.
    pub prepare: &'a dyn Fn(&mut Command),
    /// Asked all the time: whether the chain is to stop.
    pub should_stop: &'a dyn Fn() -> bool,
}

impl fmt::Debug for Setup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("cores", &self.cores)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Runs a chain on all ranks, to its end or its first failure. Every rank calls it, on the thread
/// that talks.
///
/// # Panics
///
/// When `cores` has another length than there are ranks, and with the panic of a built-in stage,
/// once all copies of this rank have ended.
pub fn run(comm: &dyn Comm, chain: &Chain, setup: &Setup<'_>) -> ChainOutcome {
    assert_eq!(setup.cores.len(), comm.size(), "every rank tells of its cores");
    let layout = Layout::new(chain, setup.cores);
    let rank = Rank::new(comm.rank(), chain, &layout, setup.limits);
    let (events, heard) = channel();
    thread::scope(|scope| {
        // Where this thread panics, as when another rank has, the copies must not go on.
        let _guard = StopAtEnd(&rank);
        let copies: Vec<_> = (0..layout.stages())
            .flat_map(|stage| layout.copies_on(stage, comm.rank()).map(move |copy| (stage, copy)))
            .map(|place| Ready::new(&rank, place, setup, events.clone()))
            .collect();
        drop(events);
        let running = copies.len();
        for copy in copies {
            scope.spawn(move || copy.run());
        }
        Talk::new(comm, &rank, heard, running).run(setup.should_stop)
    })
}

struct StopAtEnd<'a>(&'a Rank<'a>);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}
