//! A trace of a run: spans in, a file in the Chrome trace event format out, which Perfetto and
//! `chrome://tracing` open. A process is a rank; its thread 0 is the rank's main thread, the others are the
//! crew's. Files are named by their path IDs alone.
//!
//! Each rank writes a part of its own as it goes ([`Recorder`]): a line that tells the clock, then a line a span.
//! [`join()`] puts the parts together, also those of a run that was killed.

mod join;

use std::borrow::Cow;
use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

pub use join::{Joined, START, join};
use serde::{Deserialize, Serialize};

use crate::stage::{ThreadSpans, monotonic_ns, monotonic_to_unix_ns};
use crate::storage::create_private_folder;

/// The rank's main thread.
const MAIN: u32 = 0;

/// The first line of a part.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    rank: usize,
    host: String,
    /// When the part was begun, by the monotonic clock.
    start_ns: u64,
    /// From that clock to nanoseconds since 1970: clocks of other machines started at other times.
    to_unix_ns: i64,
}

/// A further line: a span.
#[derive(Debug, Serialize, Deserialize)]
struct Line<'a> {
    thread: u32,
    name: Cow<'a, str>,
    /// By the monotonic clock.
    start_ns: u64,
    length_ns: u64,
    path_id: Option<Cow<'a, str>>,
}

/// Writes the part of a rank. Belongs to the rank's main thread. Where no trace is wanted it does nothing.
#[derive(Debug, Default)]
pub struct Recorder(Option<RefCell<Part>>);

#[derive(Debug)]
struct Part {
    to: BufWriter<File>,
    /// Why nothing is written any more: a trace is not worth a run.
    failed: Option<io::Error>,
}

impl Recorder {
    /// Records nothing.
    pub fn off() -> Self {
        Self::default()
    }

    /// Begins the part of a rank in a folder, which is made where it is missing. Spans that began before this
    /// are drawn from here on, so it comes before the crew.
    pub fn begin(folder: &Path, rank: usize, host: &str) -> io::Result<Self> {
        create_private_folder(folder)?;
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(0o600);
        let file = file.open(folder.join(format!("rank-{rank:06}.jsonl")))?;
        let mut part = Part { to: BufWriter::with_capacity(1 << 16, file), failed: None };
        let (start_ns, to_unix_ns) = (monotonic_ns(), monotonic_to_unix_ns());
        part.put(&Head { rank, host: host.to_owned(), start_ns, to_unix_ns });
        Ok(Self(Some(RefCell::new(part))))
    }

    /// Whether anything is recorded: what a crew is told.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Does something on the main thread and records it under a name. Spans may lie within each other.
    pub fn span<T>(&self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let Some(part) = &self.0 else { return work() };
        let start_ns = monotonic_ns();
        let result = work();
        let length_ns = monotonic_ns() - start_ns;
        let line = Line { thread: MAIN, name: name.into(), start_ns, length_ns, path_id: None };
        part.borrow_mut().put(&line);
        result
    }

    /// Records what a thread of the crew has told.
    pub fn crew(&self, told: &ThreadSpans) {
        let Some(part) = &self.0 else { return };
        let mut part = part.borrow_mut();
        for span in &told.spans {
            part.put(&Line {
                thread: told.thread,
                name: span.activity.name().into(),
                start_ns: span.start_ns,
                length_ns: span.length_ns,
                path_id: span.path_id.as_deref().map(Cow::Borrowed),
            });
        }
    }

    /// Ends the part; tells whether all of it was written.
    pub fn close(self) -> io::Result<()> {
        let Some(part) = self.0 else { return Ok(()) };
        let mut part = part.into_inner();
        part.failed.map_or_else(|| part.to.flush(), Err)
    }
}

impl Part {
    fn put(&mut self, line: &impl Serialize) {
        if self.failed.is_some() {
            return;
        }
        let put = serde_json::to_writer(&mut self.to, line).map_err(io::Error::from);
        self.failed = put.and_then(|()| self.to.write_all(b"\n")).err();
    }
}

#[cfg(test)]
mod tests;
