//! Studies in, `experiments.csv` out: a row for each configuration. Times are in seconds, memory (of
//! the largest rank of any run) is in bytes; a cell is empty where
//! nothing can be said.

use serde::Serialize;

use super::runs::Run;
use super::study::{Configuration, Study};

/// A row of the file. The order of the fields is the order of the columns.
#[derive(Debug, Default, Serialize)]
struct Row<'a> {
    environment: &'a str,
    version: &'a str,
    commit: &'a str,
    codec: &'a str,
    variant: &'a str,
    scaling: &'static str,
    cache: &'static str,
    seed: u64,
    dataset: &'a str,
    files: u64,
    mode: &'static str,
    ranks: usize,
    threads: usize,
    n: usize,
    mean_s: f64,
    sd_s: Option<f64>,
    median_s: f64,
    min_s: f64,
    max_s: f64,
    cv: Option<f64>,
    ci95_lo: Option<f64>,
    ci95_hi: Option<f64>,
    files_per_s: Option<f64>,
    mb_s: Option<f64>,
    speedup: Option<f64>,
    speedup_sd: Option<f64>,
    efficiency: Option<f64>,
    karp_flatt: Option<f64>,
    load_balance: Option<f64>,
    comm_eff: Option<f64>,
    rss_peak: u64,
    identical: Option<bool>,
    oversubscribed: bool,
}

/// The table of all studies.
pub fn experiments_csv(studies: &[Study]) -> anyhow::Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    for study in studies {
        for configuration in &study.configurations {
            out.serialize(row(study, configuration))?;
        }
    }
    Ok(out.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

/// The names of the columns, as a line.
pub fn experiments_header() -> anyhow::Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.serialize(Row::default())?;
    let table = out.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(table.split_inclusive(|byte| *byte == b'\n').take(1).flatten().copied().collect())
}

fn row<'a>(study: &'a Study, it: &'a Configuration) -> Row<'a> {
    let (key, time) = (&study.key, &it.time);
    let ci95 = time.ci95();
    Row {
        environment: &key.environment,
        version: &key.version,
        commit: &key.commit,
        codec: &key.codec,
        variant: &key.variant,
        scaling: key.scaling.name(),
        cache: key.cache.name(),
        seed: key.seed,
        dataset: &it.data.1,
        files: it.runs[0].label.files_wanted,
        mode: it.mode(),
        ranks: it.ranks,
        threads: it.threads,
        n: time.n,
        mean_s: time.mean,
        sd_s: time.sd,
        median_s: time.median,
        min_s: time.min,
        max_s: time.max,
        cv: time.cv(),
        ci95_lo: ci95.map(|(low, _)| low),
        ci95_hi: ci95.map(|(_, high)| high),
        files_per_s: it.mean_of(|run| Some(run.files_per_s)),
        mb_s: it.mean_of(|run| Some(run.mb_in_per_s)),
        speedup: it.speedup,
        speedup_sd: it.speedup_sd,
        efficiency: it.efficiency,
        karp_flatt: it.karp_flatt,
        load_balance: it.mean_of(|run| run.load_balance),
        comm_eff: it.mean_of(Run::communication_efficiency),
        rss_peak: it.rss_peak_bytes(),
        identical: it.identical,
        oversubscribed: it.is_oversubscribed(),
    }
}
