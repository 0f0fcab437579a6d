//! The crew of a rank: what was asked for and what the node has in, threads that wait for files out.

use anyhow::{Context, Result};

use super::layout::Layout;
use crate::config::RunConfig;
use crate::crew::{Crew, InProcess, Isolated, Orders, TaskLimits, WorkerProcess};
use crate::deident::Key;
use crate::storage::SharedStorage;

/// Hires a crew: in the worker process, where there is one, else in this one.
pub(super) fn hire(
    config: &RunConfig,
    layout: &Layout,
    is_traced: bool,
    key: Key,
    worker: Option<WorkerProcess>,
    storage: &SharedStorage,
) -> Result<Box<dyn Crew>> {
    #[cfg(feature = "test-hooks")]
    if let Some(simulation) = config.simulation {
        let crew = crate::crew::Simulated::new(simulation, layout.threads);
        return Ok(Box::new(crew.context("--threads: the threads cannot be started")?));
    }
    let orders = Orders {
        input: config.input.clone(),
        measures_only: config.measures_only,
        output: config.output.clone(),
        profile: config.profile.clone(),
        redactor: config.redactor.clone(),
        codec: config.codec.clone(),
        verify: config.verify,
        crop: config.crop,
        limits: config.limits(),
        is_traced,
    };
    if let Some(worker) = worker {
        let (wall, cpu) = (config.wall_limit, config.cpu_limit);
        let limits = TaskLimits { wall, cpu, memory_bytes: layout.memory_bytes };
        let crew = Isolated::new(worker, orders, key, layout.threads, limits);
        return Ok(Box::new(crew.context("the worker process cannot be listened to")?));
    }
    let pipeline = orders.pipeline(&key, storage.clone()).context("--codec")?;
    let crew = InProcess::new(pipeline, layout.threads, is_traced);
    Ok(Box::new(crew.context("--threads: the threads cannot be started")?))
}
