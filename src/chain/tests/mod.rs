//! Whole chains on ranks that are threads, with stages written here and with programs.

mod endings;
mod flow;
mod programs;
mod room;
mod segmentation;
mod spec;
mod stages;

use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use super::*;
use crate::comm::team;
use crate::results::{CopyRow, Ended};

/// Built-in stages for chains of tests.
const KNOWN: [BuiltIn; 6] = [
    BuiltIn { name: "source", place: Place::First },
    BuiltIn { name: "tiles", place: Place::First },
    BuiltIn { name: "middle", place: Place::Inside },
    BuiltIn { name: "red", place: Place::Inside },
    BuiltIn { name: "density", place: Place::Inside },
    BuiltIn { name: "sink", place: Place::Last },
];

/// Much longer than any of these chains takes on the slowest machine; who hangs is told so.
const LONG: Duration = Duration::from_secs(300);

fn chain(text: &str) -> Chain {
    Chain::parse(text, &KNOWN).unwrap()
}

/// Runs a chain on so many ranks; the outcome of each.
fn run_on(
    ranks: usize,
    chain: &Chain,
    limits: Limits,
    logs: &Path,
    make: impl Fn(&str, Copy) -> Result<Box<dyn Filter>, FilterError> + Sync + Send,
    should_stop: impl Fn() -> bool + Sync + Send,
) -> Vec<ChainOutcome> {
    let (done, outcomes) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let outcomes = team::run(ranks, |comm| {
                let setup = Setup {
                    cores: &vec![2; ranks],
                    host: "host",
                    logs: logs.to_owned(),
                    limits,
                    built_in: &make,
                    prepare: &|command: &mut Command| {
                        command.env("PYTHONDONTWRITEBYTECODE", "1");
                    },
                    should_stop: &should_stop,
                };
                run(comm, chain, &setup)
            });
            done.send(outcomes).unwrap();
        });
        match outcomes.recv_timeout(LONG) {
            Ok(outcomes) => outcomes,
            Err(mpsc::RecvTimeoutError::Timeout) => hangs(ranks, chain),
            Err(mpsc::RecvTimeoutError::Disconnected) => panic!("a rank has panicked"),
        }
    })
}

#[expect(clippy::print_stderr, reason = "threads that hang cannot be ended, only told of")]
fn hangs(ranks: usize, chain: &Chain) -> ! {
    eprintln!("this chain hangs on {ranks} ranks: {chain:?}");
    std::process::abort()
}

/// No stage is built in.
fn none(name: &str, _: Copy) -> Result<Box<dyn Filter>, FilterError> {
    Err(FilterError::Failed(format!("{name} is not here")))
}

/// The failure of a chain, alike on all ranks.
fn failure(outcomes: &[ChainOutcome]) -> &ChainFailure {
    let failure = outcomes[0].failure.as_ref().unwrap();
    assert!(outcomes.iter().all(|outcome| outcome.failure.as_ref() == Some(failure)));
    failure
}
