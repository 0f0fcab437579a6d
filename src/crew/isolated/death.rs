//! What a worker process has died of: its exit status in, a cause and the words for it out.

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use super::TaskLimits;
use crate::memory::OUT_OF_MEMORY;

/// Why a worker process is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// A file was in work for too long.
    Wall,
    /// A file took too much processor time.
    Processor,
    /// The limit of memory refused.
    Memory,
    /// Killed by somebody else: as a rule by the kernel, when memory runs out.
    Killed,
    /// A signal, as of a crash.
    Signal(i32),
    /// It left with this code.
    Exit(i32),
}

/// The cause that an exit status tells. The rank knows itself of what it has killed.
pub(super) fn cause_of(status: Option<ExitStatus>) -> Cause {
    const SIGKILL: i32 = 9;
    match (status.and_then(|s| s.signal()), status.and_then(|s| s.code())) {
        (Some(SIGKILL), _) => Cause::Killed,
        (_, Some(OUT_OF_MEMORY)) => Cause::Memory,
        (Some(signal), _) => Cause::Signal(signal),
        (_, code) => Cause::Exit(code.unwrap_or(-1)),
    }
}

impl Cause {
    /// The class in `failures.csv`.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Wall | Self::Processor => "timeout",
            Self::Memory | Self::Killed => "memory",
            Self::Signal(_) | Self::Exit(_) => "crashed",
        }
    }

    /// What it means for the file that was alone in work.
    pub(super) fn message(self, limits: &TaskLimits) -> String {
        match self {
            Self::Wall => {
                format!("took longer than {} s (--wall-limit), also alone", limits.wall.as_secs())
            }
            Self::Processor => format!(
                "took more than {} s of processor time (--cpu-limit), also alone",
                limits.cpu.as_secs()
            ),
            Self::Memory => "asked for more memory than there is (--memory), also alone".to_owned(),
            Self::Killed => {
                "the worker process was killed at it, as the kernel does when memory runs out, also \
                 alone and again and again"
                    .to_owned()
            }
            Self::Signal(_) | Self::Exit(_) => {
                format!("the worker process died at it, also alone: {self}")
            }
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wall => to.write_str("a file passed the time limit"),
            Self::Processor => to.write_str("a file passed the limit of processor time"),
            Self::Memory => to.write_str("out of memory"),
            Self::Killed => to.write_str("killed, as the kernel does when memory runs out"),
            Self::Signal(signal) => write!(to, "signal {signal}"),
            Self::Exit(code) => write!(to, "exit code {code}"),
        }
    }
}
