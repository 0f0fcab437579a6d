//! A finished run into a study: OUT in, its rows in `metrics.csv` and its machine in `environment.json` out.

use std::path::Path;

use anyhow::{Context, Result, anyhow};

use super::{Conclusion, ENVIRONMENT, Folder, METRICS, machine};
use crate::cli::ExperimentsArgs;
use crate::experiments::{Environment, Environments, Trial, intake, with_rows};
use crate::record::ExitStatus;
use crate::storage::{Disk, Storage, in_words};

/// Adds the rows of a run. Two that add at once wait for each other.
pub(super) fn add(args: &ExperimentsArgs, output: &Path) -> Result<Conclusion> {
    let folder = made(&args.results)?;
    let machine = machine::environment(&folder.path, args.commit.as_deref());
    let read = |name: &str| {
        let bytes = Disk::below(output).read(&output.join(name));
        bytes.map_err(|error| {
            let words = in_words(&error);
            anyhow!("OUT: {name} cannot be read ({words}): give the folder of a finished run")
        })
    };
    // The summary is written last: without it a run has not ended.
    let (summary, metrics) = (read("summary.json")?, read(METRICS)?);
    let trial = trial(args, &machine);
    let new = intake(&trial, &metrics, &summary)?;
    let _lock = folder.lock()?;
    let table = with_rows(folder.read(METRICS)?.as_deref(), &new)?;
    know(&folder, machine)?;
    folder.write(METRICS, &table)?;
    Ok(Conclusion { status: ExitStatus::Done, text: String::new() })
}

/// Writes what machine and program are; tells their identity.
pub(super) fn environment(args: &ExperimentsArgs) -> Result<Conclusion> {
    let folder = made(&args.results)?;
    let machine = machine::environment(&folder.path, args.commit.as_deref());
    let text = format!("{}\n", machine.id());
    let _lock = folder.lock()?;
    know(&folder, machine)?;
    Ok(Conclusion { status: ExitStatus::Done, text })
}

/// The folder of the study, made where it is missing.
fn made(results: &Path) -> Result<Folder> {
    let made = std::fs::create_dir_all(results);
    made.map_err(|error| anyhow!("RESULTS cannot be made: {}", in_words(&error)))?;
    Folder::of(results)
}

fn know(folder: &Folder, machine: Environment) -> Result<()> {
    let known = folder.read(ENVIRONMENT)?;
    let mut all = Environments::read(known.as_deref()).context("RESULTS")?;
    let is_new = all.environments.insert(machine.id(), machine).is_none();
    if is_new { folder.write(ENVIRONMENT, &all.json()?) } else { Ok(()) }
}

fn trial(args: &ExperimentsArgs, machine: &Environment) -> Trial {
    let trial = &args.trial;
    Trial {
        environment: machine.id(),
        version: machine.sauva.clone(),
        commit: args.commit.clone().unwrap_or_default(),
        variant: trial.variant.clone(),
        scaling: trial.scaling.into(),
        // --add cannot be typed without it.
        dataset: trial.dataset.clone().unwrap_or_default(),
        files_wanted: trial.files,
        cache: trial.cache.into(),
        repetition: trial.repetition,
        warm_up: trial.warm_up,
        seed: trial.seed,
        order: trial.order,
        cores_of_node: machine::usable_cores(machine),
    }
}
