//! What of a run's options its summary tells: all of them, and of a path only that one was given.

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::config::{Mode, RegionsConfig, RunConfig};

/// The options by their names on the command line.
pub(super) fn options(config: &RunConfig, ranks: usize) -> Value {
    // Every field is taken up, so that none can be forgotten.
    let RunConfig {
        measures_only: _,
        input: _,
        output: _,
        key_file,
        private_log,
        reidentification_map,
        dicomdir,
        regions,
        profile,
        redactor,
        codec,
        verify,
        crop,
        crop_images,
        manifest,
        schedule: _,
        mode,
        threads,
        isolation,
        wall_limit,
        cpu_limit,
        memory_bytes,
        max_depth,
        retry,
        trace,
        #[cfg(feature = "test-hooks")]
            simulation: _,
        shown: _,
    } = config;
    let settings = |regions: &RegionsConfig| -> Vec<String> {
        regions.settings.iter().map(ToString::to_string).collect()
    };
    let mode = mode.map(|mode| match mode {
        Mode::Ranks => "ranks",
        Mode::Threads => "threads",
    });
    json!({
        "codec": codec,
        "verify": name(verify),
        "profile": profile.name,
        "pixel-risk": name(&redactor.risk),
        "regions": regions.as_ref().map(settings),
        "crop": crop.map(crate::crop::By::name),
        "crop-images": crop_images,
        "dicomdir": dicomdir,
        "schedule": config.schedule_of(ranks).name(),
        "mode": mode,
        "threads": threads,
        "isolation": name(isolation),
        "wall-limit": wall_limit.as_secs(),
        "cpu-limit": cpu_limit.as_secs(),
        "memory": memory_bytes,
        "max-depth": max_depth,
        "retry": retry,
        "key-file": key_file.is_some(),
        "manifest": manifest.is_some(),
        "private-log": private_log.is_some(),
        "reidentification-map": reidentification_map.is_some(),
        "trace": trace.is_some(),
    })
}

/// The name of a value on the command line.
fn name(value: &impl ValueEnum) -> Option<String> {
    value.to_possible_value().map(|value| value.get_name().to_owned())
}
