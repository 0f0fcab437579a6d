//! The threads that do the work, here or in a worker process: a file in, word of its start and of its
//! end out.

use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use serde::{Deserialize, Serialize};

use super::{CATCHES_PANICS, Finished};
use crate::manifest::FileEntry;
use crate::pipeline::Pipeline;
use crate::stage::StageClock;
use crate::{memory, process};

/// Stack of a thread: nesting is bounded, codecs are not ours.
pub(super) const STACK_BYTES: usize = 64 << 20;

/// What the threads tell.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Event {
    /// Work on a file begins.
    Started {
        path_id: String,
        /// The thread's ID in the kernel.
        thread: i32,
        /// Processor time that the thread has taken so far, in seconds.
        cpu_s: f64,
    },
    /// Work on a file has ended.
    Finished(Box<Finished>),
}

/// Where the threads tell it.
pub(super) type Tell = Arc<dyn Fn(Event) + Send + Sync>;

/// A rayon pool that runs the pipeline.
#[derive(Debug)]
pub(super) struct Pool {
    pool: ThreadPool,
    pipeline: Arc<Pipeline>,
}

impl Pool {
    pub(super) fn new(
        pipeline: Arc<Pipeline>,
        threads: usize,
    ) -> Result<Self, ThreadPoolBuildError> {
        memory::keep_blocks();
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .stack_size(STACK_BYTES)
            .thread_name(|number| format!("crew-{number}"))
            .start_handler(|_| CATCHES_PANICS.set(true))
            .build()?;
        Ok(Self { pool, pipeline })
    }

    pub(super) fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Queues a file; the oldest is begun first.
    pub(super) fn start(&self, entry: FileEntry, tell: Tell) {
        let pipeline = self.pipeline.clone();
        let span = tracing::Span::current();
        self.pool.spawn_fifo(move || {
            let _entered = span.enter();
            let thread = rustix::thread::gettid().as_raw_nonzero().get();
            let cpu_s = process::own_thread_seconds();
            tell(Event::Started { path_id: entry.path_id.clone(), thread, cpu_s });
            #[cfg(feature = "test-hooks")]
            super::worker::hooks::misbehave(&entry);
            let clock = StageClock::default();
            let outcome = pipeline.process(&entry, &clock).map_err(|stop| stop.to_string());
            let finished = Finished { path_id: entry.path_id, outcome, timings: clock.timings() };
            tell(Event::Finished(Box::new(finished)));
        });
    }
}
