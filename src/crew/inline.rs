//! The crew inside this process: a rayon pool whose threads take the next file of the list, in the
//! list's order, until none is left.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc;
use std::time::Duration;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use super::{CATCHES_PANICS, Crew, Harvest, Progress};
use crate::manifest::FileEntry;
use crate::pipeline::Pipeline;
use crate::stage::StageClock;

/// How often the caller sees the progress.
const WATCH_INTERVAL: Duration = Duration::from_millis(50);
/// Stack of a thread: nesting is bounded, codecs are not ours.
const STACK_BYTES: usize = 16 << 20;

/// Runs the pipeline in this process.
#[derive(Debug)]
pub struct InProcess {
    pool: ThreadPool,
    pipeline: Pipeline,
}

impl InProcess {
    /// A crew of so many threads.
    pub fn new(pipeline: Pipeline, threads: usize) -> Result<Self, ThreadPoolBuildError> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .stack_size(STACK_BYTES)
            .thread_name(|number| format!("crew-{number}"))
            .start_handler(|_| CATCHES_PANICS.set(true))
            .build()?;
        Ok(Self { pool, pipeline })
    }
}

/// What the threads share while they work.
#[derive(Default)]
struct Shared {
    next: AtomicUsize,
    files: AtomicU64,
    bytes: AtomicU64,
    stop: AtomicBool,
}

impl Shared {
    fn progress(&self) -> Progress {
        Progress { files: self.files.load(Relaxed), bytes: self.bytes.load(Relaxed) }
    }
}

impl Crew for InProcess {
    fn process(&mut self, files: &[FileEntry], watch: &mut dyn FnMut(Progress)) -> Harvest {
        let shared = Shared::default();
        let (finished, done) = mpsc::channel();
        let span = tracing::Span::current();
        let harvests = std::thread::scope(|scope| {
            let work = || {
                let harvests = self.pool.broadcast(|_| {
                    let _entered = span.enter();
                    take_files(&self.pipeline, files, &shared)
                });
                // The receiver waits for this as long as the scope lives.
                finished.send(()).ok();
                harvests
            };
            let workers = scope.spawn(work);
            while done.recv_timeout(WATCH_INTERVAL) == Err(mpsc::RecvTimeoutError::Timeout)
                && !workers.is_finished()
            {
                watch(shared.progress());
            }
            workers.join()
        });
        watch(shared.progress());
        let mut harvest = Harvest::default();
        for part in harvests.expect("the pool's threads catch the panics of files") {
            harvest.merge(part);
        }
        harvest
    }

    fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }
}

/// One thread: the next file, until there is none or the storage fails.
fn take_files(pipeline: &Pipeline, files: &[FileEntry], shared: &Shared) -> Harvest {
    let clock = StageClock::default();
    let mut harvest = Harvest::default();
    while !shared.stop.load(Relaxed) {
        let Some(entry) = files.get(shared.next.fetch_add(1, Relaxed)) else {
            break;
        };
        match pipeline.process(entry, &clock) {
            Ok(processed) => {
                if let Some(measurement) = processed.measurement {
                    measurement.add_to(&mut harvest.totals);
                }
                harvest.records.push(processed.record);
            }
            Err(error) => {
                harvest.stopped = Some(error.to_string());
                shared.stop.store(true, Relaxed);
            }
        }
        shared.files.fetch_add(1, Relaxed);
        shared.bytes.fetch_add(entry.size_bytes, Relaxed);
    }
    harvest.timings = clock.timings();
    harvest
}
