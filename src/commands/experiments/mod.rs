//! `sauva experiments`: the folder of a study in; tables, laws, plots and a report beside them out. Or a finished
//! run in, and its rows in the study out (`add`).

mod add;
mod machine;
mod told;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use super::Conclusion;
use super::replace::may_replace;
use crate::cli::ExperimentsArgs;
use crate::experiments::{
    Analysis, Environments, FIGURES, START, analyse, experiments_csv, fits_json, read_runs, report,
    runs_json,
};
use crate::plot::{png, svg_file};
use crate::record::ExitStatus;
use crate::storage::{Disk, Storage, in_words};

/// Rows of all runs.
const METRICS: &str = "metrics.csv";
/// The machines that they were on.
const ENVIRONMENT: &str = "environment.json";
/// The folder of the plots.
const PLOTS: &str = "plots";

/// Does what was asked for; returns what to tell.
pub fn execute(args: &ExperimentsArgs) -> Result<Conclusion> {
    match &args.add {
        Some(output) => add::add(args, output),
        None if args.environment => add::environment(args),
        None => examine(args),
    }
}

/// Examines the runs and writes all that follows.
fn examine(args: &ExperimentsArgs) -> Result<Conclusion> {
    let folder = Folder::of(&args.results)?;
    let metrics = folder.read(METRICS)?.ok_or_else(|| {
        anyhow!("RESULTS: there is no metrics.csv: add runs with --add, or run scripts/run_experiments.sh")
    })?;
    let runs = read_runs(&metrics).context("RESULTS")?;
    let environments =
        Environments::read(folder.read(ENVIRONMENT)?.as_deref()).context("RESULTS")?;
    let analysis = analyse(&runs);
    if analysis.studies.is_empty() {
        bail!("RESULTS: metrics.csv has warm-up runs alone: add runs that count");
    }
    let studies = analysis.plain();
    folder.write("experiments.csv", &experiments_csv(&studies)?)?;
    folder.write("runs.json", &runs_json(&studies)?)?;
    let laws: Vec<_> = analysis.studies.iter().flat_map(|it| it.laws.clone()).collect();
    folder.write("fits.json", &fits_json(&laws)?)?;
    let plots = write_plots(&folder, &analysis)?;
    write_report(args, &folder, &analysis, &environments)?;
    let place = args.report.as_ref().map_or("REPORT.md in RESULTS", |_| "the file of --report");
    let (is_good, text) = told::told(&analysis, args.fail_below_efficiency, plots, place)?;
    let status = if is_good { ExitStatus::Done } else { ExitStatus::Check };
    Ok(Conclusion { status, text })
}

/// Writes the plots in the place of those of an earlier time; tells how many there are.
fn write_plots(folder: &Folder, analysis: &Analysis) -> Result<usize> {
    folder.remove_plots()?;
    let figures = || analysis.studies.iter().flat_map(|it| &it.figures);
    for figure in figures() {
        let name = |ending: &str| format!("{PLOTS}/{}.{ending}", figure.name);
        folder.write(&name("svg"), svg_file(&figure.chart)?.as_bytes())?;
        folder.write(&name("png"), &png(&figure.chart)?)?;
    }
    Ok(figures().count())
}

fn write_report(
    args: &ExperimentsArgs,
    folder: &Folder,
    analysis: &Analysis,
    environments: &Environments,
) -> Result<()> {
    let Some(file) = &args.report else {
        let text = report(analysis, environments, "")?;
        return folder.write("REPORT.md", text.as_bytes());
    };
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new(".")).canonicalize();
    let parent = parent.map_err(|error| anyhow!("--report: its folder: {}", in_words(&error)))?;
    let text = report(analysis, environments, &way(&parent, &folder.path))?;
    may_replace(file, "--report", START)?;
    let name = file.file_name().ok_or_else(|| anyhow!("--report: wants the name of a file"))?;
    let written = Disk::below(&parent).replace(&parent.join(name), text.as_bytes());
    written.map_err(|error| anyhow!("--report cannot be written: {}", in_words(&error)))
}

/// The relative way from one folder to another, empty or with a slash at its end. Both are canonical.
fn way(from: &Path, to: &Path) -> String {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    let down = to.components().skip(shared);
    let down = down.map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).map(|part| part + "/").collect()
}

/// The folder of a study.
struct Folder {
    path: PathBuf,
    disk: Disk,
}

impl Folder {
    fn of(results: &Path) -> Result<Self> {
        let path = results.canonicalize().map_err(|error| {
            anyhow!("RESULTS: the folder cannot be entered: {}", in_words(&error))
        })?;
        Ok(Self { disk: Disk::below(&path), path })
    }

    /// The bytes of a file, where there is one.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        match self.disk.read(&self.path.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => bail!("RESULTS: {name} cannot be read: {}", in_words(&error)),
        }
    }

    /// Writes a file whole, in the place of one that is there.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let written = self.disk.replace(&self.path.join(name), bytes);
        written.map_err(|error| anyhow!("RESULTS: {name} cannot be written: {}", in_words(&error)))
    }

    /// Holds the study until the file is dropped: several jobs may add their rows at once.
    fn lock(&self) -> Result<fs::File> {
        let file = self.disk.open_append(&self.path.join(".lock"));
        let locked = file.and_then(|file| file.lock().map(|()| file));
        locked.map_err(|error| anyhow!("RESULTS cannot be locked: {}", in_words(&error)))
    }

    /// Removes the plots of an earlier time, and nothing else that somebody put beside them.
    fn remove_plots(&self) -> Result<()> {
        let Ok(entries) = fs::read_dir(self.path.join(PLOTS)) else { return Ok(()) };
        let is_plot = |path: &Path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_image =
                path.extension().is_some_and(|ending| ending == "svg" || ending == "png");
            is_image && FIGURES.iter().any(|figure| name.starts_with(figure))
        };
        let paths = entries.flatten().map(|entry| entry.path()).filter(|path| is_plot(path));
        for path in paths {
            let removed = self.disk.remove(&path);
            removed.map_err(|error| anyhow!("RESULTS: an old plot stays: {}", in_words(&error)))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_elsewhere_finds_its_plots() {
        let way = |from: &str, to: &str| way(Path::new(from), Path::new(to));
        assert_eq!(way("/a/b", "/a/b"), "");
        assert_eq!(way("/a", "/a/b/c"), "b/c/");
        assert_eq!(way("/a/docs", "/a/results"), "../results/");
    }
}
