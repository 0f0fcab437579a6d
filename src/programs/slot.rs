//! A slot: one program after another, from its folder to its end.

use std::process::Child;

use rustix::io::Errno;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use wait4::{ResUse, Wait4};

use super::board::Board;
use super::folder::{self, Left};
use super::in_work::Job;
use super::{End, Event, How, Start, command, memory, remains};
use crate::stage::{Stopwatch, unix_s};

/// Does what comes until nothing more will.
pub(super) fn work(board: &Board) {
    board.arrive();
    let mut done = None;
    while let Some(job) = board.take(done.take()) {
        let end = run(board, &job);
        board.say(&Event::Ended(end));
        done = Some(job);
    }
}

fn run(board: &Board, job: &Job) -> End {
    let start_unix_s = unix_s();
    let started = Stopwatch::start();
    let end = |how: How, left: Left| End {
        id: job.task.id,
        how,
        wall_s: started.seconds(),
        cpu_s: 0.0,
        peak_memory_bytes: 0,
        start_unix_s,
        slot: job.slot,
        gpus: job.gpus.clone(),
        stderr_tail: left.stderr_tail,
        output_is_empty: left.output_is_empty,
        stdout_bytes: left.stdout_bytes,
        stderr_bytes: left.stderr_bytes,
    };
    let files = match folder::make(&job.task.folder) {
        Ok(files) => files,
        Err(error) => {
            let why = format!(
                "the folder of an attempt cannot be made below OUT: {}; see whether it is full or was \
                 changed by others",
                error.kind()
            );
            return end(How::CannotStart(why), folder::tidy(&job.task.folder, false));
        }
    };
    let mut child = match command::start(&job.task, &board.common, &job.gpus, &job.attempt, files) {
        Ok(child) => child,
        Err(why) => return end(How::CannotStart(why), folder::tidy(&job.task.folder, false)),
    };
    let leader = Pid::from_child(&child);
    board.register(job.slot, leader);
    board.say(&Event::Started(Start {
        id: job.task.id,
        pid: child.id(),
        slot: job.slot,
        gpus: job.gpus.clone(),
        start_unix_s,
    }));
    await_end(leader);
    let wall_s = started.seconds();
    let known = board.unregister(job.slot);
    let left_s = remains::clear(leader, &job.attempt);
    let used = reap(&mut child);
    let how = known.told.unwrap_or_else(|| how(board, used.as_ref()));
    // Whoever finds the folder of a job that died is to see that the program was begun.
    let left = if board.is_closing() {
        Left::default()
    } else {
        folder::tidy(&job.task.folder, how != How::Exited(0))
    };
    let usage = used.map(|it| it.rusage);
    let own_s = usage.as_ref().map_or(0.0, |it| (it.utime + it.stime).as_secs_f64());
    let largest_bytes = usage.map_or(0, |it| it.maxrss);
    End {
        wall_s,
        cpu_s: own_s + left_s + known.cpu_s,
        peak_memory_bytes: largest_bytes.max(known.peak_bytes),
        ..end(how, left)
    }
}

/// Waits until a process has ended, and leaves it as it is: until somebody waits for it, nobody else gets its
/// number.
fn await_end(leader: Pid) {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while matches!(waitid(WaitId::Pid(leader), options), Err(Errno::INTR)) {}
}

/// What a process that has ended has used, with all descendants that were waited for.
fn reap(child: &mut Child) -> Option<ResUse> {
    loop {
        match child.wait4() {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            used => return used.ok(),
        }
    }
}

/// How a program ended that nobody had told to.
fn how(board: &Board, used: Option<&ResUse>) -> How {
    use std::os::unix::process::ExitStatusExt;
    const SIGKILL: i32 = 9;
    let Some(used) = used else {
        return How::Lost;
    };
    match (used.status.signal(), used.status.code()) {
        (Some(SIGKILL), _) if memory::kernel_kills() > board.lock().kernel_kills[1] => {
            How::OutOfMemory
        }
        (Some(signal), _) => How::Signal(signal),
        (None, code) => How::Exited(code.unwrap_or(-1)),
    }
}
