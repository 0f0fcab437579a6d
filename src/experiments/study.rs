//! Runs in, studies out: runs that may be compared with each other, by configuration, with what follows for
//! speed-up and efficiency.

use std::collections::BTreeMap;

use super::label::{Cache, Label, Scaling};
use super::runs::Run;
use super::statistics::{Sample, karp_flatt, speedup_sd};

/// What the runs of a study have in common. Runs that differ in any of it are never compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StudyKey {
    /// Identity of machine and program.
    pub environment: String,
    /// The version of the program.
    pub version: String,
    /// The commit that it was built from; empty where nobody told.
    pub commit: String,
    /// The codec.
    pub codec: String,
    /// A name for all other options.
    pub variant: String,
    /// Whether the data grow with the processors.
    pub scaling: Scaling,
    /// Whether the input was in memory.
    pub cache: Cache,
    /// The seed of the order, and of data that were generated for the study: those of another seed are other data.
    pub seed: u64,
}

/// Data of a study: a name, and how many files they have (for weak scaling, for each processor).
pub type Data = (u64, String);

/// Runs that may be compared.
#[derive(Debug, Clone)]
pub struct Study {
    /// What they have in common.
    pub key: StudyKey,
    /// Sorted by data, processors and ranks.
    pub configurations: Vec<Configuration>,
}

/// All repetitions of one thing, warm-ups left out.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// The data.
    pub data: Data,
    /// MPI ranks.
    pub ranks: usize,
    /// Threads of each rank.
    pub threads: usize,
    /// The runs, in the order of the table.
    pub runs: Vec<Run>,
    /// Their wall times in seconds.
    pub time: Sample,
    /// T1 / Tp with the base of one rank and one thread on the same data; p T1 / Tp for weak scaling. None
    /// where there is no base.
    pub speedup: Option<f64>,
    /// Its standard deviation.
    pub speedup_sd: Option<f64>,
    /// Speed-up for each processor.
    pub efficiency: Option<f64>,
    /// The serial part that was measured; strong scaling only.
    pub karp_flatt: Option<f64>,
    /// Whether all wrote what the base has written; none where there was nothing to compare with.
    pub identical: Option<bool>,
}

/// What the processors are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// Ranks of one thread each.
    Ranks,
    /// Threads of one rank.
    Threads,
}

impl Axis {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Ranks, Self::Threads];

    /// In tables and legends.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ranks => "ranks",
            Self::Threads => "threads",
        }
    }
}

impl Configuration {
    /// Processors: ranks times threads.
    pub fn processors(&self) -> usize {
        self.ranks * self.threads
    }

    /// `mpi`, `threads` or `hybrid`, as a run names it.
    pub fn mode(&self) -> &'static str {
        match (self.ranks, self.threads) {
            (1, _) => "threads",
            (_, 1) => "mpi",
            _ => "hybrid",
        }
    }

    /// Whether there were more threads than physical cores: then no law is fitted.
    pub fn is_oversubscribed(&self) -> bool {
        self.runs.iter().any(|run| self.processors() > run.label.cores)
    }

    /// Whether it stands on an axis; one rank of one thread stands on both.
    pub fn is_on(&self, axis: Axis) -> bool {
        match axis {
            Axis::Ranks => self.threads == 1,
            Axis::Threads => self.ranks == 1,
        }
    }

    /// The mean of what is there of the runs.
    pub fn mean_of(&self, of: impl Fn(&Run) -> Option<f64>) -> Option<f64> {
        let values: Vec<f64> = self.runs.iter().filter_map(of).collect();
        Sample::of(&values).map(|sample| sample.mean)
    }

    /// Most memory that a rank of any of the runs took, bytes.
    pub fn rss_peak_bytes(&self) -> u64 {
        self.runs.iter().map(|run| run.rss_peak_bytes).max().unwrap_or_default()
    }

    /// A name in sentences, such as `small, 4 ranks x 1 thread`.
    pub fn name(&self) -> String {
        let many = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        format!("{}, {} x {}", self.data.1, many(self.ranks, "rank"), many(self.threads, "thread"))
    }
}

impl Study {
    /// The data, smallest first.
    pub fn data(&self) -> Vec<&Data> {
        let mut data: Vec<&Data> = self.configurations.iter().map(|it| &it.data).collect();
        data.dedup();
        data
    }

    /// Configurations of these data on an axis, by processors.
    pub fn series(&self, data: &Data, axis: Axis) -> Vec<&Configuration> {
        let is_there = |it: &&Configuration| it.data == *data && it.is_on(axis);
        self.configurations.iter().filter(is_there).collect()
    }

    /// A line that tells it from others.
    pub fn name(&self) -> String {
        let StudyKey { environment, version, commit, codec, variant, scaling, cache, seed } =
            &self.key;
        let commit = if commit.is_empty() { String::new() } else { format!(" ({commit})") };
        format!(
            "{} scaling, {codec}, variant {variant}, {} cache, seed {seed}, sauva {version}{commit}, environment \
             {environment}",
            scaling.name(),
            cache.name(),
        )
    }
}

/// The place of a configuration: data, processors, ranks.
type Place = (Data, usize, usize);

/// Sorts runs into studies and configurations. Warm-ups are left out.
pub fn studies(runs: &[Run]) -> Vec<Study> {
    let counted: Vec<&Run> = runs.iter().filter(|run| !run.label.warm_up).collect();
    let mut sorted: BTreeMap<StudyKey, BTreeMap<Place, Vec<&Run>>> = BTreeMap::new();
    for &run in &counted {
        let of_study = sorted.entry(key_of(run)).or_default();
        let key = (data_of(run), run.processors(), run.ranks);
        of_study.entry(key).or_default().push(run);
    }
    let digests = reference_digests(&counted);
    let study = |(key, configurations): (StudyKey, BTreeMap<Place, Vec<&Run>>)| {
        let made = configurations.into_iter().filter_map(|((data, ..), runs)| {
            let mut made = configuration(data, runs)?;
            made.identical = identical(&made.runs, &digests);
            Some(made)
        });
        let mut study = Study { key, configurations: made.collect() };
        compare_with_base(&mut study);
        study
    };
    sorted.into_iter().map(study).collect()
}

fn key_of(run: &Run) -> StudyKey {
    let label = run.label.clone();
    StudyKey {
        environment: label.environment,
        version: label.version,
        commit: label.commit,
        codec: label.codec,
        variant: label.variant,
        scaling: label.scaling,
        cache: label.cache,
        seed: label.seed,
    }
}

fn data_of(run: &Run) -> Data {
    let files = match run.label.scaling {
        Scaling::Strong => run.label.files_wanted,
        Scaling::Weak => run.label.files_wanted / run.processors() as u64,
    };
    (files, run.label.dataset.clone())
}

fn configuration(data: Data, runs: Vec<&Run>) -> Option<Configuration> {
    let times: Vec<f64> = runs.iter().map(|run| run.wall_s).collect();
    Some(Configuration {
        data,
        ranks: runs[0].ranks,
        threads: runs[0].threads,
        time: Sample::of(&times)?,
        runs: runs.into_iter().cloned().collect(),
        speedup: None,
        speedup_sd: None,
        efficiency: None,
        karp_flatt: None,
        identical: None,
    })
}

fn compare_with_base(study: &mut Study) {
    let bases = study.configurations.iter().filter(|it| it.processors() == 1);
    let bases: BTreeMap<Data, Sample> = bases.map(|it| (it.data.clone(), it.time)).collect();
    for it in &mut study.configurations {
        let Some(base) = bases.get(&it.data) else { continue };
        let p = it.processors() as f64;
        // With p times the data, p times the work is done.
        let work = if study.key.scaling == Scaling::Weak { p } else { 1.0 };
        let speedup = work * base.mean / it.time.mean;
        it.speedup = Some(speedup);
        it.efficiency = Some(speedup / p);
        if it.processors() > 1 {
            it.speedup_sd = speedup_sd(base, &it.time).map(|sd| work * sd);
            if study.key.scaling == Scaling::Strong {
                it.karp_flatt = karp_flatt(speedup, it.processors());
            }
        }
    }
}

/// What must have been written with the same bytes, on any machine: one program, its options and the data, which
/// are named by dataset, files and seed.
type Content = (String, String, String, String, String, u64, u64);

fn content_of(run: &Run) -> Content {
    let Label { version, commit, codec, variant, dataset, files_wanted, seed, .. } =
        run.label.clone();
    (version, commit, codec, variant, dataset, files_wanted, seed)
}

/// The digest of the first run on one processor, else of the first run, and how many runs there are.
fn reference_digests(runs: &[&Run]) -> BTreeMap<Content, (String, usize)> {
    let mut digests: BTreeMap<Content, (String, usize)> = BTreeMap::new();
    let (serial, others): (Vec<&Run>, Vec<&Run>) =
        runs.iter().partition(|run| run.processors() == 1);
    for run in serial.into_iter().chain(others) {
        let found = digests.entry(content_of(run)).or_insert((run.label.digest.clone(), 0));
        found.1 += 1;
    }
    digests
}

fn identical(runs: &[Run], digests: &BTreeMap<Content, (String, usize)>) -> Option<bool> {
    let alike = runs.iter().map(|run| match digests.get(&content_of(run)) {
        Some((digest, count)) if *count > 1 => Some(run.label.digest == *digest),
        _ => None,
    });
    alike.fold(None, |all, one| match (all, one) {
        (Some(all), Some(one)) => Some(all && one),
        (all, one) => all.or(one),
    })
}
