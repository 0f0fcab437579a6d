//! Outputs that are made for tests, with the tables as far as a report reads them.

use std::fs::{self, File};
use std::path::Path;

use crate::table::{Cell, Column, Kind, Layout, TableWriter};

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, unit: "", meaning: "" }
}

const fn layout(columns: &'static [Column]) -> Layout {
    Layout { columns, sorted_by: &[], bloom: &[] }
}

const INDEX: Layout = layout(&[
    column("Modality", Kind::Text),
    column("ConvolutionKernel", Kind::Text),
    column("source_transfer_syntax", Kind::Text),
    column("TransferSyntaxUID", Kind::Text),
    column("Rows", Kind::Int32),
    column("Columns", Kind::Int32),
    column("SamplesPerPixel", Kind::Int32),
    column("BitsAllocated", Kind::Int32),
    column("ratio", Kind::Real),
]);

const SERIES: Layout = layout(&[
    column("SeriesInstanceUID", Kind::Text),
    column("PatientID", Kind::Text),
    column("Modality", Kind::Text),
    column("Manufacturer", Kind::Text),
    column("ConvolutionKernel", Kind::Text),
    column("BodyPartExamined", Kind::Text),
    column("SeriesDescription", Kind::Text),
    column("unit", Kind::Text),
    column("outlier", Kind::Text),
    column("missing_slices", Kind::UInt32),
    column("instances", Kind::UInt32),
    column("mean", Kind::Real),
    column("sd", Kind::Real),
    column("min", Kind::Real),
    column("max", Kind::Real),
    column("entropy", Kind::Real),
    column("noise_median", Kind::Real),
    column("slice_spacing_mean_mm", Kind::Real),
    column("mean_jumps", Kind::UInt32),
    column("uniform_slice_spacing", Kind::Bool),
    column("regularly_spaced_3d_volume", Kind::Bool),
]);

const COHORTS: Layout = layout(&[
    column("Modality", Kind::Text),
    column("Manufacturer", Kind::Text),
    column("ConvolutionKernel", Kind::Text),
    column("series", Kind::UInt64),
    column("images", Kind::UInt64),
    column("n_pixels", Kind::UInt64),
    column("mean", Kind::Real),
    column("p01", Kind::Real),
    column("p99", Kind::Real),
]);

const HISTOGRAMS: Layout = layout(&[
    column("Modality", Kind::Text),
    column("Manufacturer", Kind::Text),
    column("ConvolutionKernel", Kind::Text),
    column("value", Kind::Real),
    column("pixels", Kind::UInt64),
]);

const SPREADS: Layout = layout(&[
    column("Modality", Kind::Text),
    column("Manufacturer", Kind::Text),
    column("ConvolutionKernel", Kind::Text),
    column("metric", Kind::Text),
    column("n", Kind::UInt64),
    column("min", Kind::Real),
    column("p25", Kind::Real),
    column("median", Kind::Real),
    column("p75", Kind::Real),
    column("max", Kind::Real),
    column("fence_low", Kind::Real),
    column("fence_high", Kind::Real),
]);

const DOSES: Layout = layout(&[
    column("region_SOPInstanceUID", Kind::Text),
    column("region_number", Kind::Int64),
    column("dose_SOPInstanceUID", Kind::Text),
    column("region_label", Kind::Text),
    column("volume_cm3", Kind::Real),
    column("d_mean", Kind::Real),
]);

const CURVES: Layout = layout(&[
    column("region_SOPInstanceUID", Kind::Text),
    column("region_number", Kind::Int64),
    column("dose_SOPInstanceUID", Kind::Text),
    column("bin", Kind::Int64),
    column("volume_cm3", Kind::Real),
]);

/// So many regions with a dose, and their curves up to 20 Gy.
fn doses(output: &Path, regions: u64) {
    let name = |n: u64| [text("2.25.7"), Cell::Int(n as i64), text("2.25.8")];
    let row = |n: u64| {
        let own = [text(format!("lung {n}")), Cell::Real(n as f64 + 1.0), Cell::Real(7.5)];
        name(n).into_iter().chain(own).collect()
    };
    write(output, "dvh.parquet", &DOSES, (0..regions).map(row));
    let row = |n: u64| {
        let share = 1.0 - (n % 2000) as f64 / 2000.0;
        let volume = ((n / 2000) as f64 + 1.0) * share;
        let own = [Cell::Int((n % 2000) as i64), Cell::Real(volume)];
        name(n / 2000).into_iter().chain(own).collect()
    };
    write(output, "dvh_curves.parquet", &CURVES, (0..regions * 2000).map(row));
}

fn text(text: impl Into<String>) -> Cell<'static> {
    Cell::Text(text.into().into())
}

fn write(
    output: &Path,
    name: &str,
    layout: &Layout,
    rows: impl Iterator<Item = Vec<Cell<'static>>>,
) {
    let file = File::create(output.join(name)).unwrap();
    let mut table = TableWriter::new(file, layout, &[]).unwrap();
    rows.for_each(|row| table.row(&row).unwrap());
    table.finish().unwrap();
}

/// An output of so many series of so many cohorts, each of two instances; every tenth series stands out.
pub(super) fn output(output: &Path, series: u64, cohorts: u64, description: &str) {
    let cohort = |n: u64| [text("CT"), text("ACME & SONS"), text(format!("K{}", n % cohorts))];
    let instance = |n: u64| {
        let [modality, _, kernel] = cohort(n / 2);
        let syntaxes = [text("1.2.840.10008.1.2.1"), text("1.2.840.10008.1.2.4.80")];
        let shape = [512, 512, 1, 16].map(Cell::Int);
        let cells = [modality, kernel].into_iter().chain(syntaxes).chain(shape);
        cells.chain([Cell::Real(2.0 + (n % 3) as f64)]).collect()
    };
    write(output, "index.parquet", &INDEX, (0..series * 2).map(instance));
    let row = |n: u64| {
        let stands_out = n.is_multiple_of(10);
        let of = |factor: f64| Cell::Real(n as f64 * factor + if stands_out { 1e5 } else { 0.0 });
        let outlier =
            if stands_out { text("mean 100000 above 1..2 of 9 series") } else { Cell::Null };
        let mut cells =
            vec![text(format!("2.25.{}", u128::MAX - u128::from(n))), text("a".repeat(32))];
        cells.extend(cohort(n));
        cells.extend([text("CHEST"), text(description), text("HU"), outlier]);
        cells.extend([Cell::Natural(u64::from(stands_out)), Cell::Natural(2)]);
        cells.extend([1.0, 0.1, -0.5, 3.7, 0.01, 0.2].map(of));
        cells.extend([Cell::Real(1.25), Cell::Natural(0)]);
        cells.extend([Cell::Bool(!stands_out), Cell::Bool(!stands_out)]);
        cells
    };
    write(output, "series.parquet", &SERIES, (0..series).map(row));
    let row = |n: u64| {
        let counts = [series / cohorts, series / cohorts * 2, 1000].map(Cell::Natural);
        let numbers = [0.0, -1000.0, 400.0].map(Cell::Real);
        cohort(n).into_iter().chain(counts).chain(numbers).collect()
    };
    write(output, "cohorts.parquet", &COHORTS, (0..cohorts).map(row));
    let row = |n: u64| {
        let value = [Cell::Real((n % 100) as f64 * 14.0 - 1000.0), Cell::Natural(10)];
        cohort(n / 100).into_iter().chain(value).collect()
    };
    write(output, "cohort_histograms.parquet", &HISTOGRAMS, (0..cohorts * 100).map(row));
    let metrics = crate::results::METRICS;
    let row = |n: u64| {
        let metric = text(metrics[n as usize % metrics.len()]);
        let spread = [0.0, 100.0, 300.0, 500.0, 1.1e5, -500.0, 1100.0].map(Cell::Real);
        let own = [metric, Cell::Natural(series / cohorts)].into_iter().chain(spread);
        cohort(n / metrics.len() as u64).into_iter().chain(own).collect()
    };
    let spreads = cohorts * metrics.len() as u64;
    write(output, "cohort_metrics.parquet", &SPREADS, (0..spreads).map(row));
    doses(output, 9);
    fs::write(output.join("metrics.csv"), METRICS_CSV).unwrap();
    fs::write(output.join("failures.csv"), FAILURES_CSV).unwrap();
    fs::write(output.join("summary.json"), summary(series, false)).unwrap();
}

const METRICS_CSV: &str = "\
scope,rank,threads,files,bytes_in,wall_s,work_s,comm_s,idle_s,rss_peak_bytes,read_s,encode_s,wait_s
rank,0,2,60,1000000,10,8,0.5,1,100000000,3,10,2
rank,1,2,40,1000000,10,6,0.5,3,100000000,3,8,4
all,,4,100,2000000,10,8,1,4,100000000,6,18,6
";

pub(super) const FAILURES_CSV: &str = "\
path_id,outcome,stage,class,message,attempts
0a,quarantined,read,damaged,\"damaged at (7FE0,0010)\",1
0b,quarantined,read,timeout,took too long,2
0c,duplicate,write,duplicate,the same,1
";

pub(super) fn summary(series: u64, names_patients: bool) -> String {
    let written = series * 2;
    serde_json::json!({
        "schema": 1,
        "tool": { "name": "sauva", "version": "9.8.7" },
        "run": {
            "id": "r1", "start_unix_s": 0, "ranks": 2, "threads": 4, "mpi": null, "hosts": ["node1"],
            "options": { "codec": "jpeg-ls" }, "gave_up": ["rank 1: its worker died"],
        },
        "input": { "files": written + 3, "bytes": 5_000_000 },
        "outcome": { "written": written, "duplicate": 1, "quarantined": 2, "not_dicom": 0 },
        "names_patients": names_patients,
        "deid": {
            "profile": "basic", "standard": "DICOM PS3.15 2026d", "options": ["clean-descriptors"],
            "date_shift": "days", "overrides": 0, "method_codes": ["113100"], "key_fingerprint": "f0",
            "attributes": { "basic": { "removed": 1234 } },
        },
        "compression": { "bytes_in": 3000, "bytes_out": 1000, "ratio": 3.0, "verified": written },
        "regions": { "unmeasured": 0, "doubtful": 0 },
        "series": { "series": series, "failed_checks": { "uniform_slice_spacing": 4 } },
        "performance": {
            "wall_s": 10.0, "files_per_s": 10.0, "mb_in_per_s": 1.0,
            "slowest": [{ "path_id": "5106e5", "seconds": 3.25, "bytes": 1000, "outcome": "written" }],
            "durations": [{ "bytes_from": 524_288, "seconds_from": 0.0156, "files": 77 }],
        },
    })
    .to_string()
}
