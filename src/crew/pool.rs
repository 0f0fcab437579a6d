//! The threads that do the work, here or in a worker process: a file in, word of its start and of its
//! end out.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::{Deserialize, Serialize};

use super::ahead::ReadAhead;
use super::{Farewell, Finished, catch_panics};
use crate::manifest::FileEntry;
use crate::pipeline::Pipeline;
use crate::stage::{Activity, StageClock};
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
    threads: ThreadPool,
    pipeline: Arc<Pipeline>,
    ahead: ReadAhead,
}

impl Pool {
    pub(super) fn new(
        pipeline: Arc<Pipeline>,
        threads: usize,
        is_traced: bool,
    ) -> io::Result<Self> {
        memory::keep_blocks();
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .stack_size(STACK_BYTES)
            .thread_name(|number| format!("crew-{number}"))
            .start_handler(move |number| {
                catch_panics();
                StageClock::begin(number as u32 + 1, is_traced);
            })
            .build()
            .map_err(io::Error::other)?;
        Ok(Self { threads: pool, pipeline, ahead: ReadAhead::start() })
    }

    pub(super) fn threads(&self) -> usize {
        self.threads.current_num_threads()
    }

    /// Queues a file; the oldest is begun first.
    pub(super) fn start(&self, entry: FileEntry, tell: Tell) {
        let pipeline = self.pipeline.clone();
        let span = tracing::Span::current();
        let begun = self.ahead.begun();
        self.ahead.give(pipeline.input.join(&entry.path));
        self.threads.spawn_fifo(move || {
            begun.fetch_add(1, Relaxed);
            let _entered = span.enter();
            let path_id = entry.path_id.clone();
            StageClock::file(&path_id, || work(&pipeline, entry, tell.as_ref()));
        });
    }

    /// What the threads have spent since they last told; all must have nothing to do.
    pub(super) fn leave(&self) -> Farewell {
        let mut farewell = Farewell::default();
        for report in self.threads.broadcast(|_| StageClock::report()) {
            farewell.timings.merge(&report.timings);
            farewell.spans.push(report.spans);
        }
        farewell
    }
}

fn work(pipeline: &Pipeline, entry: FileEntry, tell: &dyn Fn(Event)) {
    let tell = |event| StageClock::during(Activity::Pipe, || tell(event));
    let thread = rustix::thread::gettid().as_raw_nonzero().get();
    let cpu_s = process::own_thread_seconds();
    tell(Event::Started { path_id: entry.path_id.clone(), thread, cpu_s });
    #[cfg(feature = "test-hooks")]
    super::worker::hooks::misbehave(&entry);
    let outcome = pipeline.process(&entry).map_err(|stop| stop.to_string());
    let spent = StageClock::report();
    let (timings, spans) = (spent.timings, spent.spans);
    let finished = Finished { path_id: entry.path_id, outcome, timings, spans };
    tell(Event::Finished(Box::new(finished)));
}
