//! Running anyone's programs on one node. Tasks come in (a command, its environment, a folder); out come events:
//! what was started, and how and with what it ended.
//!
//! A process of its own beside the rank, the runner, starts them in slots and guards them ([`attend`]); the rank
//! holds a [`Runner`] and talks with it over a socket. So the rank, which speaks MPI, starts no program itself, and
//! when it dies, the runner sees the end of the socket and kills all that it started.
//!
//! What is promised of each program:
//! - It has a process group of its own, standard input is empty, and its working directory is that of the rank.
//! - When its first process has ended, all that is left of its group is killed, and so is what left the group, as
//!   far as it carries `SAUVA_ATTEMPT_ID` in its environment. Only then its end is told: what
//!   it wrote does not change any more. A process that left the group with another environment is killed when the
//!   runner ends.
//! - Nothing is ever killed by a number that another process may have by now: who kills holds a lock, or a child
//!   that is not yet waited for.

mod board;
mod command;
mod environment;
mod folder;
mod gpus;
mod guard;
mod in_work;
mod load;
mod memory;
mod processes;
mod protocol;
mod remains;
mod runner;
mod service;
mod slot;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

pub use environment::{set_threads, without_job};
pub use runner::{Runner, RunnerProcess};
use serde::{Deserialize, Serialize};
pub use service::attend;

/// How a runner does its work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Programs at a time.
    pub slots: usize,
    /// Threads that a program is told to use.
    pub cpus_per_task: usize,
    /// The GPUs of this rank, as `CUDA_VISIBLE_DEVICES` or `ROCR_VISIBLE_DEVICES` name them.
    pub gpus: Vec<String>,
    /// GPUs that each program gets; with 0 what is in the environment stays.
    pub gpus_per_task: usize,
    /// Programs that may share a GPU.
    pub gpu_share: usize,
    /// No program is begun while the load is at or above this. The load is the larger of the node's average over
    /// a minute and the number of its threads that run or could run at this moment, all users' and those of other
    /// ranks included, the runner's own not (proc(5), `/proc/loadavg`). Where others keep a node above it, nothing
    /// is begun there.
    pub max_load: Option<f64>,
    /// Time that a program may take.
    pub timeout: Option<Duration>,
    /// Memory that the processes of a program may have resident together, in bytes.
    pub memory_bytes: Option<u64>,
    /// Time between SIGTERM and SIGKILL.
    pub grace: Duration,
}

impl Default for Settings {
    /// One program at a time, on one core, without limits.
    fn default() -> Self {
        Self {
            slots: 1,
            cpus_per_task: 1,
            gpus: Vec::new(),
            gpus_per_task: 0,
            gpu_share: 1,
            max_load: None,
            timeout: None,
            memory_bytes: None,
            grace: Duration::from_secs(10),
        }
    }
}

/// A program to be run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// By which events name it; no two of a runner's tasks have the same.
    pub id: u64,
    /// The program and its arguments. A name without a slash is looked for in `PATH`.
    pub command: Vec<OsString>,
    /// Added to the runner's own environment, over what the runner itself adds.
    pub environment: Vec<(OsString, OsString)>,
    /// The folder of this attempt. The runner makes it, if need be, with an empty folder `output` and the files
    /// `stdout` and `stderr`; after the end those of the three that are empty are gone.
    #[serde(with = "protocol::path")]
    pub folder: PathBuf,
}

/// What has become of tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A program runs.
    Started(Start),
    /// A program has ended, and nothing of it runs any more. Where it could not be started, this comes without a
    /// start.
    Ended(End),
    /// The task of this number was not begun and will not be.
    Unbegun(u64),
    /// The runner itself has died. Before this its tasks are told, as lost or unbegun.
    Gone,
}

/// A program that runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// The task.
    pub id: u64,
    /// Its first process, and the process group of that number.
    pub pid: u32,
    /// The slot that it runs in; the first is 0.
    pub slot: u32,
    /// The GPUs that it has.
    pub gpus: Vec<String>,
    /// When, in seconds since 1970.
    pub start_unix_s: f64,
}

/// How a program ended, and what it used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// The task.
    pub id: u64,
    /// How.
    pub how: How,
    /// From start to end, in seconds.
    pub wall_s: f64,
    /// Processor time in seconds: of its first process, the descendants that were waited for, and those that were
    /// left and killed, or that lost their parents (in steps of the kernel's tick). One that left the group and
    /// ended before it was looked at is not in it.
    pub cpu_s: f64,
    /// The larger of two numbers, in bytes: the largest resident set of one process (wait4(2), `ru_maxrss`), which is
    /// never less than what the runner had when it started it, some 15 MB; and
    /// the largest sum over its processes at one of the moments at which these are looked at: ten times a second
    /// where memory is limited, else once a second.
    pub peak_memory_bytes: u64,
    /// When it began, in seconds since 1970.
    pub start_unix_s: f64,
    /// The slot that it ran in.
    pub slot: u32,
    /// The GPUs that it had.
    pub gpus: Vec<String>,
    /// The last 2,000 bytes of its standard error; empty after exit status 0.
    pub stderr_tail: Vec<u8>,
    /// Whether it left nothing in `output`, which is then gone.
    pub output_is_empty: bool,
    /// Length of `stdout`, which is gone if it is 0.
    pub stdout_bytes: u64,
    /// Length of `stderr`, which is gone if it is 0.
    pub stderr_bytes: u64,
}

/// Why a program does not run any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum How {
    /// It left with this status.
    Exited(i32),
    /// A signal of somebody else's or of its own ended it.
    Signal(i32),
    /// It passed the time limit and was ended, whatever status it left with.
    TimeLimit,
    /// It passed the limit of memory, or the kernel killed it when memory ran out.
    OutOfMemory,
    /// It could not be started: a sentence that names the program and says what to do.
    CannotStart(String),
    /// The runner died.
    Lost,
    /// It was told to stop, whatever status it left with.
    Interrupted,
}
