//! The parts of all ranks in, one file in the Chrome trace event format out, line by line.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{Head, Line, MAIN};

/// What was put together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Joined {
    /// Ranks that have told something.
    pub ranks: usize,
    /// Spans of all.
    pub spans: u64,
    /// Lines that are no whole ones: a rank was killed while it wrote.
    pub cut: u64,
}

/// What every trace begins with.
pub const START: &[u8] = b"{\"displayTimeUnit\":\"ms\",\"traceEvents\":[";

/// Puts the parts that lie in a folder together. All clocks are brought to one, which begins with the first part.
pub fn join(folder: &Path, to: &mut impl Write) -> io::Result<Joined> {
    let parts = parts(folder)?;
    let base_ns = parts.iter().map(|part| part.head.unix_ns(part.head.start_ns)).min();
    let mut out = Events { to, is_first: true };
    let mut joined = Joined { ranks: parts.len(), ..Joined::default() };
    out.to.write_all(START)?;
    for part in parts {
        let base_ns = base_ns.unwrap_or_default();
        part.join(base_ns, &mut out, &mut joined)?;
    }
    out.to.write_all(b"\n]}\n")?;
    Ok(joined)
}

struct Part {
    head: Head,
    path: PathBuf,
}

/// The parts in the order of their ranks. One without its first line holds no other.
fn parts(folder: &Path) -> io::Result<Vec<Part>> {
    let mut parts = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        let mut head = Vec::new();
        BufReader::new(File::open(&path)?).read_until(b'\n', &mut head)?;
        if let Ok(head) = serde_json::from_slice(&head) {
            parts.push(Part { head, path });
        }
    }
    parts.sort_by_key(|part| part.head.rank);
    Ok(parts)
}

impl Part {
    fn join(
        self,
        base_ns: i64,
        out: &mut Events<'_, impl Write>,
        joined: &mut Joined,
    ) -> io::Result<()> {
        let pid = self.head.rank;
        let name = |what, tid, name: String| json!({ "name": what, "ph": "M", "pid": pid, "tid": tid, "args": { "name": name } });
        out.put(&name("process_name", MAIN, format!("rank {pid} on {}", self.head.host)))?;
        let mut named = HashSet::new();
        for line in BufReader::new(File::open(&self.path)?).split(b'\n').skip(1) {
            let line = line?;
            let Ok(line) = serde_json::from_slice::<Line<'_>>(&line) else {
                joined.cut += 1;
                continue;
            };
            if named.insert(line.thread) {
                let thread = match line.thread {
                    MAIN => "main".to_owned(),
                    thread => format!("crew {thread}"),
                };
                out.put(&name("thread_name", line.thread, thread))?;
            }
            let since_base = |ns: u64| (self.head.unix_ns(ns) - base_ns).max(0);
            let start = since_base(line.start_ns);
            let end = since_base(line.start_ns + line.length_ns);
            let args =
                line.path_id.as_ref().map_or_else(|| json!({}), |id| json!({ "path_id": id }));
            out.put(&Event {
                name: &line.name,
                ph: "X",
                pid,
                tid: line.thread,
                ts: Microseconds(start),
                dur: Microseconds(end - start),
                args,
            })?;
            joined.spans += 1;
        }
        Ok(())
    }
}

impl Head {
    fn unix_ns(&self, monotonic_ns: u64) -> i64 {
        monotonic_ns as i64 + self.to_unix_ns
    }
}

/// A complete event, by the names of the format.
#[derive(Serialize)]
struct Event<'a> {
    name: &'a str,
    ph: &'a str,
    pid: usize,
    tid: u32,
    ts: Microseconds,
    dur: Microseconds,
    args: Value,
}

/// Nanoseconds, written in microseconds as the format wants them.
struct Microseconds(i64);

impl Serialize for Microseconds {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.0 as f64 / 1e3)
    }
}

/// An array of JSON, an element a line.
struct Events<'a, W> {
    to: &'a mut W,
    is_first: bool,
}

impl<W: Write> Events<'_, W> {
    fn put(&mut self, event: &impl Serialize) -> io::Result<()> {
        let between = if std::mem::take(&mut self.is_first) { "\n" } else { ",\n" };
        self.to.write_all(between.as_bytes())?;
        Ok(serde_json::to_writer(&mut self.to, event)?)
    }
}
