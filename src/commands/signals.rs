//! The signals that ask a run to stop: what a user, a batch system or a shutdown sends.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use signal_hook::SigId;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGXFSZ};

use crate::process;

const ASKS_TO_STOP: [(i32, &str); 4] = [
    (SIGINT, "SIGINT"),
    (SIGTERM, "SIGTERM"),
    // Slurm sends it before the time limit: --signal=USR1@300.
    (SIGUSR1, "SIGUSR1"),
    // A terminal that was closed.
    (SIGHUP, "SIGHUP"),
];

/// Notes the signals that ask to stop, as long as it lives.
#[derive(Debug)]
pub(super) struct Signals {
    seen: Arc<AtomicUsize>,
    ids: Vec<SigId>,
}

impl Signals {
    pub(super) fn watch() -> io::Result<Self> {
        let seen = Arc::new(AtomicUsize::new(0));
        let register =
            |(signal, _)| signal_hook::flag::register_usize(signal, seen.clone(), signal as usize);
        let heeded = ASKS_TO_STOP.into_iter().filter(|(it, _)| !process::was_told_to_ignore(*it));
        let mut ids = heeded.map(register).collect::<io::Result<Vec<_>>>()?;
        // A write that passes the limit of a file's size is to fail, not to kill.
        ids.push(signal_hook::flag::register(SIGXFSZ, Arc::default())?);
        Ok(Self { seen, ids })
    }

    /// The name of the signal that has come.
    pub(super) fn seen(&self) -> Option<&'static str> {
        let seen = self.seen.load(Relaxed) as i32;
        ASKS_TO_STOP.into_iter().find(|(signal, _)| *signal == seen).map(|(_, name)| name)
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for id in self.ids.drain(..) {
            signal_hook::low_level::unregister(id);
        }
    }
}
