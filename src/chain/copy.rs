//! One copy of a stage, of whichever kind. In go what it runs and its two streams, out comes its row,
//! and its failure, where it has failed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::Sender;

use super::command::{self, Copy};
use super::ends::{Intake, Outlet};
use super::filter::{Filter, FilterError};
use super::inside::{self, Inside};
use super::meter::State;
use super::outcome::{ChainFailure, FailedCopy};
use super::program::{self, Program};
use super::rank::{Event, Over, Rank};
use super::spec::Work;
use super::{Setup, meter};
use crate::results::{CopyRow, Ended};

/// A copy that is about to run.
pub(super) struct Ready<'a> {
    rank: &'a Rank<'a>,
    place: (usize, usize),
    host: &'a str,
    runs: Runs,
    events: Sender<Event>,
}

enum Runs {
    Filter(Result<Box<dyn Filter>, FilterError>),
    /// With the file of its standard error.
    Program(Result<Command, String>, PathBuf),
}

/// What is known of a copy when it is over.
struct End {
    ended: Ended,
    exit_status: Option<i32>,
    reason: Option<String>,
    stderr_tail: Vec<u8>,
    times: meter::Times,
    cpu_s: f64,
    peak_memory_bytes: Option<u64>,
}

impl<'a> Ready<'a> {
    pub(super) fn new(
        rank: &'a Rank<'a>,
        place: (usize, usize),
        setup: &Setup<'a>,
        events: Sender<Event>,
    ) -> Self {
        let stage = &rank.chain.stages[place.0];
        let copy = Copy { number: place.1, of: rank.layout.copies(place.0) };
        let runs = match &stage.work {
            Work::BuiltIn => Runs::Filter((setup.built_in)(&stage.name, copy)),
            Work::Command(words) => {
                let log = setup.logs.join(format!("{}-{}.err", stage.name, copy.number));
                let mut command = command::command(words, &stage.name, copy);
                command.iter_mut().for_each(setup.prepare);
                Runs::Program(command, log)
            }
        };
        Self { rank, place, host: setup.host, runs, events }
    }

    /// Runs to its end and tells of it.
    pub(super) fn run(self) {
        let events = self.events.clone();
        let event = match catch_unwind(AssertUnwindSafe(|| self.run_through())) {
            Ok(over) => Event::Over(Box::new(over)),
            Err(panic) => Event::Panicked(panic),
        };
        // The main thread listens until all copies are over.
        events.send(event).ok();
    }

    fn run_through(self) -> Over {
        let Self { rank, place, host, runs, events } = self;
        let mut intake = Intake::new(rank, place, events.clone());
        let mut outlet = Outlet::new(rank, place, events);
        let end = match runs {
            Runs::Filter(Ok(filter)) => inside::run(filter, intake.as_mut(), &mut outlet).into(),
            Runs::Filter(Err(error)) => End::before_its_begin(error.to_string()),
            Runs::Program(Ok(command), log) => {
                program::run(command, &log, rank, intake.as_mut(), &mut outlet).into()
            }
            Runs::Program(Err(reason), _) => End::before_its_begin(reason),
        };
        let stage = &rank.chain.stages[place.0];
        let program = match &stage.work {
            Work::BuiltIn => &stage.name,
            Work::Command(words) => words.first().unwrap_or(&stage.name),
        };
        let policy = if place.0 == 0 { "" } else { stage.policy.name() };
        let row = CopyRow {
            stage: stage.name.clone(),
            copy: place.1 as u32,
            mpi_rank: Some(rank.number as u32),
            host: host.to_owned(),
            program: program.clone(),
            policy: policy.to_owned(),
            records_in: intake.as_ref().map_or(0, |intake| intake.records),
            records_out: outlet.records,
            bytes_in: intake.as_ref().map_or(0, |intake| intake.bytes),
            bytes_out: outlet.bytes,
            read_s: end.times.of(State::Read),
            process_s: end.times.of(State::Process),
            write_s: end.times.of(State::Write),
            blocked_s: end.times.of(State::Blocked),
            cpu_s: Some(end.cpu_s),
            peak_memory_bytes: end.peak_memory_bytes,
            exit_status: end.exit_status,
            ended: Some(end.ended),
        };
        let failure = end.reason.map(|reason| ChainFailure {
            copy: Some(FailedCopy {
                stage: stage.name.clone(),
                copy: place.1,
                ended: end.ended,
                exit_status: end.exit_status,
                stderr_tail: end.stderr_tail,
            }),
            reason,
        });
        if failure.is_none() && end.ended == Ended::Exited {
            outlet.end();
        }
        Over { row, failure }
    }
}

impl End {
    fn before_its_begin(reason: String) -> Self {
        Self {
            ended: Ended::CannotStart,
            exit_status: None,
            reason: Some(reason),
            stderr_tail: Vec::new(),
            times: meter::Times::default(),
            cpu_s: 0.0,
            peak_memory_bytes: None,
        }
    }
}

impl From<Inside> for End {
    fn from(Inside { meter, cpu_s, result }: Inside) -> Self {
        let (ended, exit_status, reason) = match result {
            Ok(()) => (Ended::Exited, Some(0), None),
            Err(FilterError::Stopped) => (Ended::Interrupted, None, None),
            Err(FilterError::Failed(reason)) => (Ended::Exited, Some(1), Some(reason)),
        };
        Self {
            ended,
            exit_status,
            reason,
            stderr_tail: Vec::new(),
            times: meter.times(),
            cpu_s,
            peak_memory_bytes: None,
        }
    }
}

impl From<Program> for End {
    fn from(program: Program) -> Self {
        let Program { ended, exit_status, reason, stderr_tail, times, cpu_s, peak_memory_bytes } =
            program;
        Self { ended, exit_status, reason, stderr_tail, times, cpu_s, peak_memory_bytes }
    }
}
