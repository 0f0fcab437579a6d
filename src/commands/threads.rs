//! Threads for what a command does beside the crew.

use anyhow::{Context, Result};
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Stack of a thread: nesting is bounded, codecs are not ours.
const STACK_BYTES: usize = 16 << 20;

/// So many threads.
pub(super) fn threads(count: usize) -> Result<ThreadPool> {
    let pool = ThreadPoolBuilder::new().num_threads(count).stack_size(STACK_BYTES).build();
    pool.context("--threads: the threads cannot be started")
}

/// A thread for each core that this process may use.
pub(super) fn all_cores() -> Result<ThreadPool> {
    threads(std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
}
