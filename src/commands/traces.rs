//! The trace of a run: each rank's part begun before the work, all of them put together after it.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use anyhow::Result;

use super::halt::Halt;
use super::machine::host;
use crate::comm::{self, Comm};
use crate::config::RunConfig;
use crate::storage::{SharedStorage, create_private_folder, in_words};
use crate::trace::{self, Recorder};
use crate::write::STATE;

/// Where the ranks keep their parts of a trace.
fn trace_folder(config: &RunConfig) -> PathBuf {
    config.output.join(STATE).join("trace")
}

/// Begins the trace of a run, where one is asked for.
pub(super) fn begin_trace(
    config: &RunConfig,
    comm: &dyn Comm,
    storage: &SharedStorage,
) -> Result<Recorder> {
    let folder = trace_folder(config);
    let cannot = |error| anyhow::Error::from(Halt::storage("the parts of --trace", &error));
    let mut made = Ok(());
    if comm.rank() == 0 {
        // Those of a try that was killed, too.
        made = storage.remove_tree(&folder);
        if config.trace.is_some() {
            made = made.and_then(|()| create_private_folder(&folder));
        }
    }
    comm::agree(comm, made.map_err(cannot))?;
    if config.trace.is_none() {
        return Ok(Recorder::off());
    }
    comm::agree(comm, Recorder::begin(&folder, comm.rank(), &host()).map_err(cannot))
}

/// Puts the parts of a trace together. The results stand by then: a trace that fails is told and no more.
pub(super) fn end_trace(
    config: &RunConfig,
    comm: &dyn Comm,
    storage: &SharedStorage,
    recorder: Recorder,
) {
    let Some(path) = &config.trace else { return };
    let closed = recorder.close();
    comm::barrier(comm);
    let folder = trace_folder(config);
    let join = || -> io::Result<()> {
        // Whole or not at all, and for its owner alone.
        let mut temporary = path.clone().into_os_string();
        temporary.push(".part");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = BufWriter::new(options.open(&temporary)?);
        trace::join(&folder, &mut file)?;
        file.flush()?;
        std::fs::rename(&temporary, path)
    };
    let joined = if comm.rank() == 0 { join() } else { Ok(()) };
    if let Err(error) = closed.and(joined) {
        tracing::warn!(error = in_words(&error), "--trace: the trace is not whole");
    }
    if comm.rank() == 0 {
        // What stays is removed by the next try.
        storage.remove_tree(&folder).ok();
    }
}
