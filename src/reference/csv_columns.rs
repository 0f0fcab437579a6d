//! What the columns of the CSV files say: name, unit and meaning. The tests hold them against what is written.

use crate::results;
use crate::stats::MEASURES;

type Text = (&'static str, &'static str, &'static str);

/// Of `metrics.csv`.
pub(super) const METRICS: [Text; 42] = [
    ("schema", "", "version of these columns"),
    ("run_id", "", "a name for the run, unique in time"),
    ("mode", "", "`threads` (one rank), `mpi` (ranks of one thread) or `hybrid`"),
    ("ranks", "", "ranks of the run"),
    ("threads", "", "threads of the rank; in the row `all` those of all ranks"),
    ("scope", "", "`rank`, or `all` for the run"),
    ("rank", "", "number of the rank"),
    ("host", "", "name of its host"),
    ("files", "", "inputs taken through by this try"),
    ("files_failed", "", "of these quarantined"),
    ("bytes_in", "byte", "size of these inputs"),
    ("bytes_out", "byte", "size of what was written for them"),
    ("pixels", "", "samples that were measured"),
    ("wall_s", "s", "from the start to the end of the gather; `all`: of the slowest rank"),
    ("init_s", "s", "until the scan: key, checks, MPI"),
    ("scan_s", "s", "the search for files, on rank 0"),
    ("work_s", "s", "from the first file to the last, without waiting for work"),
    ("read_s", "s", "threads: reading and parsing"),
    ("deid_s", "s", "threads: de-identifying attributes"),
    ("redact_s", "s", "threads: looking for text in pixels"),
    ("decode_s", "s", "threads: decoding what came compressed"),
    ("encode_s", "s", "threads: coding pixels"),
    ("verify_s", "s", "threads: decoding again and comparing"),
    ("stats_s", "s", "threads: measuring"),
    ("write_s", "s", "threads: writing"),
    ("other_s", "s", "threads: at a file, between its stages"),
    ("wait_s", "s", "threads: without a file"),
    ("pipe_s", "s", "threads: telling the rank what was begun and done"),
    ("crew_s", "s", "life of the threads, measured apart: the sum of `read_s` to `pipe_s`"),
    ("comm_s", "s", "main thread: sending and receiving"),
    ("idle_s", "s", "main thread: waiting for work and for the slowest rank"),
    ("cpu_user_s", "s", "processor time of the rank and its worker, as user"),
    ("cpu_sys_s", "s", "the same in the kernel"),
    ("rss_peak_bytes", "byte", "greatest resident memory of one of its processes"),
    ("io_read_bytes", "byte", "read by system calls"),
    ("io_write_bytes", "byte", "written by system calls"),
    ("ctx_invol", "", "involuntary context switches"),
    ("files_per_s", "1/s", "`files` over `wall_s`"),
    ("mb_in_per_s", "MB/s", "`bytes_in` over `wall_s`, 1 MB = 10^6 byte"),
    ("ratio", "", "`bytes_in` over `bytes_out`"),
    ("load_balance", "", "`all`: mean over maximum of the ranks' `work_s` (POP)"),
    ("parallel_eff", "", "`all`: mean `work_s` over the greatest `wall_s` (POP)"),
];

/// Of `failures.csv`.
pub(super) const FAILURES: [Text; 6] = [
    ("path_id", "", "keyed name of the input; `--private-log` tells which file that is"),
    (
        "outcome",
        "",
        "`duplicate`, `quarantined`, `not-dicom`, or `region` for one that was not measured",
    ),
    ("stage", "", "where it happened"),
    ("class", "", "short name of the reason"),
    ("message", "", "the reason in words, without values"),
    ("attempts", "", "how often it was tried"),
];

/// Of `experiments.csv`, which `sauva experiments` makes.
pub(super) const EXPERIMENTS: [Text; 33] = [
    ("environment", "", "identity of machine and MPI; environment.json says more"),
    ("version", "", "of sauva"),
    ("commit", "", "that sauva was built from, where it is known"),
    ("codec", "", "`--codec`"),
    ("variant", "", "name of the other options"),
    ("scaling", "", "`strong` (the same data) or `weak` (as many files for each processor)"),
    ("cache", "", "whether the input was in memory: `warm` or `cold`"),
    ("seed", "", "of the data and of the order of runs"),
    ("dataset", "", "name of the data"),
    ("files", "", "files of the data"),
    ("mode", "", "`threads`, `mpi` or `hybrid`"),
    ("ranks", "", "MPI ranks"),
    ("threads", "", "threads of each rank"),
    ("n", "", "runs"),
    ("mean_s", "s", "mean of the wall time"),
    ("sd_s", "s", "its standard deviation, with n - 1"),
    ("median_s", "s", "its median"),
    ("min_s", "s", "the least"),
    ("max_s", "s", "the greatest"),
    ("cv", "", "`sd_s` over `mean_s`"),
    ("ci95_lo", "s", "lower end of the 95 % interval of the mean by Student's t"),
    ("ci95_hi", "s", "its upper end"),
    ("files_per_s", "1/s", "mean of the runs"),
    ("mb_s", "MB/s", "mean of the runs, of the input"),
    ("speedup", "", "S: mean time of one rank of one thread over `mean_s`; weak: p times that"),
    ("speedup_sd", "", "S times the root of the sum of both squared cv"),
    ("efficiency", "", "S / p, p = ranks times threads"),
    ("karp_flatt", "", "(1/S - 1/p) / (1 - 1/p)"),
    ("load_balance", "", "mean over greatest working time of the ranks (POP)"),
    ("comm_eff", "", "greatest working time over wall time (POP)"),
    ("rss_peak", "byte", "of the largest rank of any run"),
    ("identical", "", "whether all runs on the data wrote the same bytes"),
    ("oversubscribed", "", "whether p is more than the physical cores: not fitted"),
];

/// Of `index.csv`, before the statistics.
const INDEX: [Text; 30] = [
    ("path", "", "the file below the output folder"),
    ("sha256", "", "SHA-256 of the file"),
    ("path_id", "", "keyed name of the input"),
    ("patient_id", "", "the pseudonym of the patient"),
    ("study_instance_uid", "", "Study Instance UID (0020,000D)"),
    ("series_instance_uid", "", "Series Instance UID (0020,000E)"),
    ("sop_instance_uid", "", "SOP Instance UID (0008,0018)"),
    ("sop_class_uid", "", "SOP Class UID (0008,0016)"),
    ("modality", "", "Modality (0008,0060), OTHER where it is no defined term"),
    ("source_transfer_syntax", "", "transfer syntax of the input"),
    ("transfer_syntax", "", "transfer syntax as written"),
    ("passed_on", "", "whether the pixels were passed on as they came compressed"),
    ("kept_native", "", "why pixels that came native stay so"),
    ("rows", "", "Rows (0028,0010)"),
    ("columns", "", "Columns (0028,0011)"),
    ("frames", "", "Number of Frames (0028,0008)"),
    ("samples_per_pixel", "", "Samples per Pixel (0028,0002)"),
    ("bits_allocated", "", "Bits Allocated (0028,0100)"),
    ("bits_stored", "", "Bits Stored (0028,0101)"),
    ("photometric_interpretation", "", "Photometric Interpretation (0028,0004) as written"),
    ("bytes_in", "byte", "size of the input"),
    ("bytes_out", "byte", "size of the file"),
    ("pixel_bytes_native", "byte", "length of the pixel data as native data"),
    ("pixel_bytes_encoded", "byte", "length of the pixel data as written"),
    ("pixel_blake3", "", "keyed BLAKE3 of the samples that came, covered areas covered"),
    (
        "pixel_blake3_written",
        "",
        "the same of the samples as written; empty where none was decoded again",
    ),
    ("pixel_text", "", "what was found of text in the pixels"),
    ("covered_areas", "", "areas that were covered, each with its reason"),
    (
        "outside_blake3",
        "",
        "keyed BLAKE3 of the samples that no area covers, where areas were covered",
    ),
    ("may_show_face", "", "whether a face could be seen, or made from the slices"),
];

/// All columns of `index.csv`: identity, then first-order statistics.
pub(super) fn index_columns() -> anyhow::Result<Vec<(String, &'static str, &'static str)>> {
    let header = String::from_utf8(results::index_header()?)?;
    let names = header.trim_end().split(',');
    let describe = |name: &str| {
        let identity = INDEX.iter().find(|column| column.0 == name).map(|text| (text.1, text.2));
        let measure = MEASURES.iter().map(|measure| measure.column).find(|it| it.name == name);
        let (unit, meaning) = identity
            .or_else(|| measure.map(|column| (column.unit, column.meaning)))
            .unwrap_or_default();
        (name.to_owned(), unit, meaning)
    };
    Ok(names.map(describe).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{RankMetrics, RunShape, failures_header, metrics_csv};

    fn header(csv: Vec<u8>) -> Vec<String> {
        let text = String::from_utf8(csv).unwrap();
        text.lines().next().unwrap().split(',').map(str::to_owned).collect()
    }

    #[test]
    fn every_column_that_is_written_is_described_and_no_other() {
        let shape = RunShape { run_id: "r".into(), mode: "mpi", ranks: 1 };
        let metrics = metrics_csv(&shape, &[RankMetrics::default()]).unwrap();
        assert_eq!(METRICS.map(|column| column.0).to_vec(), header(metrics));
        let experiments = crate::experiments::experiments_header().unwrap();
        assert_eq!(EXPERIMENTS.map(|column| column.0).to_vec(), header(experiments));
        assert_eq!(FAILURES.map(|column| column.0).to_vec(), header(failures_header().unwrap()));
        let index = index_columns().unwrap();
        for (name, _, meaning) in &index {
            assert!(!meaning.is_empty(), "{name} of index.csv");
        }
        for (name, ..) in INDEX {
            assert!(index.iter().any(|column| column.0 == name), "{name} is in no index");
        }
    }
}
