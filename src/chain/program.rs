//! A copy that is a program. In go its command and the records of the stage before, out come its
//! records, and how it ended.
//!
//! Three threads stand beside it: one feeds its standard input, one draws from its standard output,
//! and this one attends to its end. The program has a process group of its own; what is left of that when
//! the program ends is killed.

use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::panic::resume_unwind;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::{self, ScopedJoinHandle};

use super::attend::{Beside, Status, Trouble, attend, verdict};
use super::ends::{Intake, Outlet};
use super::meter::{ProgramMeter, State, Times};
use super::pipes::{Leftovers, Pipe};
use super::rank::Rank;
use super::record::{FrameError, Record, read_head, read_rest};
use crate::results::Ended;
use crate::stage::Stopwatch;
use crate::storage::in_words;

/// So much of its standard error is told.
const TAIL_BYTES: u64 = 2000;
/// Short records are handed over together.
const BUFFER_BYTES: usize = 64 << 10;

/// What has become of it.
pub(super) struct Program {
    pub(super) ended: Ended,
    pub(super) exit_status: Option<i32>,
    /// What went wrong, to be read behind the name of the copy.
    pub(super) reason: Option<String>,
    pub(super) stderr_tail: Vec<u8>,
    pub(super) times: Times,
    pub(super) cpu_s: f64,
    pub(super) peak_memory_bytes: Option<u64>,
}

/// Runs a program until it and its records are at their end.
pub(super) fn run(
    mut command: Command,
    log: &Path,
    rank: &Rank<'_>,
    intake: Option<&mut Intake<'_>>,
    outlet: &mut Outlet<'_>,
) -> Program {
    let meter = ProgramMeter::start();
    command.stdin(if intake.is_some() { Stdio::piped() } else { Stdio::null() });
    command.stdout(Stdio::piped()).process_group(0);
    let started = File::create(log)
        .map_err(|error| {
            format!("the file of its standard error cannot be made: {}", in_words(&error))
        })
        .and_then(|log| {
            command.stderr(log).spawn().map_err(|error| cannot_start(&command, &error))
        });
    let mut child = match started {
        Ok(child) => child,
        Err(reason) => return never_begun(reason, log, &meter),
    };
    // Its copies of the ends of pipes, if any, are ours no more.
    drop(command);

    let beside = Beside::default();
    // Without an input there is nothing to be fed.
    beside.see(|seen| seen.is_fed = intake.is_none());
    let ends = (child.stdin.take().map(OwnedFd::from), child.stdout.take().map(OwnedFd::from));
    let place = intake.as_ref().map(|intake| intake.place());
    let (status, leftovers) = thread::scope(|scope| {
        let feeding = match (intake, ends.0) {
            (Some(intake), Some(end)) => {
                let (beside, meter) = (&beside, &meter);
                Some(scope.spawn(move || feed(intake, end, beside, meter)))
            }
            _ => None,
        };
        let drawing = ends.1.map(|end| scope.spawn(|| draw(outlet, end, rank, &beside, &meter)));
        let status = attend(&mut child, rank, &beside, &meter);
        if let Some(place) = place {
            rank.close(place);
        }
        let leftovers = feeding.and_then(end_of);
        drawing.map(end_of);
        (status, leftovers)
    });

    let Status { code: exit_status, signal, was_killed, cpu_s, peak_memory_bytes } = status;
    meter.settle(cpu_s);
    let seen = beside.lock();
    let unread = leftovers.map_or(0, |leftovers| leftovers.bytes());
    let is_halted = rank.halt.is_set();
    // A signal of ours says nothing.
    let signal = signal.filter(|_| !was_killed);
    // After a halt the program was killed, or has lost what it spoke with.
    let reason = if is_halted { None } else { verdict(exit_status, signal, &seen, unread) };
    let ended = match (is_halted, exit_status) {
        (true, _) => Ended::Interrupted,
        (false, Some(_)) => Ended::Exited,
        (false, None) => Ended::Signal,
    };
    let stderr_tail = tail(log);
    let times = meter.times();
    Program { ended, exit_status, reason, stderr_tail, times, cpu_s, peak_memory_bytes }
}

/// What a thread has come to; its panic goes on here.
fn end_of<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// What is wrong with a program that did not start: never a path of ours, only its own name.
fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    let program = command.get_program().to_string_lossy();
    match error.kind() {
        ErrorKind::NotFound => {
            format!("the program {program:?}, or what its first line names, is not there")
        }
        ErrorKind::PermissionDenied => {
            format!("the program {program:?} may not be run: is it executable?")
        }
        _ => format!("the program {program:?} cannot be started: {}", in_words(error)),
    }
}

fn never_begun(reason: String, log: &Path, meter: &ProgramMeter) -> Program {
    std::fs::remove_file(log).ok();
    Program {
        ended: Ended::CannotStart,
        exit_status: None,
        reason: Some(reason),
        stderr_tail: Vec::new(),
        times: meter.times(),
        cpu_s: 0.0,
        peak_memory_bytes: None,
    }
}

/// Writes the records that come to the program's standard input and closes it.
fn feed(
    intake: &mut Intake<'_>,
    end: OwnedFd,
    beside: &Beside,
    meter: &ProgramMeter,
) -> Option<Leftovers> {
    let fed = Pipe::new(end, &beside.has_ended).map_err(FrameError::Pipe).and_then(|pipe| {
        let mut pipe = BufWriter::with_capacity(BUFFER_BYTES, pipe);
        while let Some(record) = next(intake, &mut pipe, meter)? {
            record.write(&mut pipe)?;
        }
        pipe.flush().map_err(FrameError::Pipe)?;
        // Told before the pipe is closed, since the program may end at once.
        beside.see(|seen| seen.is_fed = true);
        Ok(pipe.get_ref().leftovers().ok())
    });
    match fed {
        Ok(leftovers) => leftovers,
        Err(FrameError::Pipe(error)) if error.kind() == ErrorKind::BrokenPipe => {
            beside.see(|seen| seen.closed_early = Some(Stopwatch::start()));
            None
        }
        // Nothing more comes: the chain has stopped, or the program is over.
        Err(FrameError::Pipe(error)) if error.kind() == ErrorKind::ConnectionAborted => None,
        Err(error) => {
            let reason = format!("its input cannot be written: {error}");
            beside.see(|seen| seen.trouble = Some(Trouble::Feeding(reason)));
            None
        }
    }
}

/// The next record; before it is waited for, the program gets all that is held back.
fn next(
    intake: &mut Intake<'_>,
    pipe: &mut impl Write,
    meter: &ProgramMeter,
) -> Result<Option<Record>, FrameError> {
    if let Ok(next) = intake.look() {
        return Ok(next);
    }
    pipe.flush().map_err(FrameError::Pipe)?;
    meter.lacks(true);
    let next = intake.wait();
    meter.lacks(false);
    next.map_err(|_| FrameError::Pipe(ErrorKind::ConnectionAborted.into()))
}

/// Takes the records from the program's standard output and hands them over.
fn draw(
    outlet: &mut Outlet<'_>,
    end: OwnedFd,
    rank: &Rank<'_>,
    beside: &Beside,
    meter: &ProgramMeter,
) {
    let drawn = Pipe::new(end, &beside.has_ended)
        .map_err(|error| Trouble::Frame(FrameError::Pipe(error)))
        .and_then(|pipe| {
            let mut pipe = BufReader::with_capacity(BUFFER_BYTES, pipe);
            while let Some(head) = read_head(&mut pipe).map_err(Trouble::Frame)? {
                meter.giving(Some(State::Write));
                let record = read_rest(&mut pipe, head, rank.limits.record_bytes);
                let blocked = |is_blocked| {
                    meter.giving(Some(if is_blocked { State::Blocked } else { State::Write }));
                };
                outlet.give(record.map_err(Trouble::Frame)?, blocked).map_err(Trouble::Refused)?;
                meter.giving(None);
            }
            Ok(())
        });
    meter.giving(None);
    beside.see(|seen| {
        seen.is_drawn = true;
        if let Err(trouble) = drawn {
            seen.trouble.get_or_insert(trouble);
        }
    });
}

/// The last bytes of the standard error; the file is removed where it is empty.
fn tail(log: &Path) -> Vec<u8> {
    let mut tail = Vec::new();
    if let Ok(mut file) = File::open(log) {
        let length = file.seek(SeekFrom::End(0)).unwrap_or(0);
        if length == 0 {
            std::fs::remove_file(log).ok();
            return tail;
        }
        if file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES))).is_ok() {
            file.take(TAIL_BYTES).read_to_end(&mut tail).ok();
        }
    }
    tail
}
