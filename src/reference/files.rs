//! Every file that a run may leave in its output folder.

use std::fmt::Write;

use super::MADE;

/// A file or a folder of an output.
#[derive(Debug, Clone, Copy)]
pub struct OutputFile {
    /// Its name below OUT; that of a folder ends in a slash.
    pub name: &'static str,
    /// Whether it is the same for any ranks, threads, order and interruption.
    pub is_data: bool,
    /// What asks for it; empty where it is always there.
    pub asked_by: &'static str,
    /// What is in it.
    pub meaning: &'static str,
}

const fn data(name: &'static str, asked_by: &'static str, meaning: &'static str) -> OutputFile {
    OutputFile { name, is_data: true, asked_by, meaning }
}

const fn of_run(name: &'static str, asked_by: &'static str, meaning: &'static str) -> OutputFile {
    OutputFile { name, is_data: false, asked_by, meaning }
}

/// All of them.
pub const OUTPUT_FILES: [OutputFile; 20] = [
    data(
        "dicom/",
        "`sauva run`",
        "the instances: PatientID/StudyInstanceUID/SeriesInstanceUID/SOPInstanceUID.dcm, all four the new values",
    ),
    data("index.parquet", "", "a row an instance: attributes and statistics"),
    data("index.csv", "", "a row an instance: files, digests, what was done about pixels"),
    data("frames.parquet", "", "a row a frame of images of several frames"),
    data("series.parquet", "", "a row a series: geometry, statistics, why it stands out"),
    data("cohorts.parquet", "", "a row a cohort: modality, manufacturer and kernel"),
    data("cohort_histograms.parquet", "", "the merged histograms of the cohorts"),
    data(
        "cohort_metrics.parquet",
        "",
        "quantiles and fences of the series' metrics in each cohort",
    ),
    data(
        "failures.csv",
        "",
        "every input that was not written, and every region that was not measured, with the reason",
    ),
    data("manifest.sha256", "`sauva run`", "SHA-256 of every instance, as `sha256sum -c` reads it"),
    data("regions.parquet", "`--regions`", "a row a region and setting: 483 features of the IBSI"),
    data("dvh.parquet", "`--regions`", "a row a structure and dose: dose-volume metrics"),
    data("dvh_curves.parquet", "`--regions`", "the curves of the dose-volume histograms"),
    data("cropped/", "`--crop-images`", "derived images of the boxes of interest alone"),
    data("cropped.sha256", "`--crop-images`", "SHA-256 of these"),
    data(
        "media/",
        "`--dicomdir`",
        "a file-set for exchange: a DICOMDIR, and the instances under its File IDs",
    ),
    of_run(
        "summary.json",
        "",
        "the run on one page; it is written last of the results, as the mark of a finished run",
    ),
    of_run("metrics.csv", "", "times and rates, a row a rank and one for all"),
    of_run("report.html", "", "the run on one page for the eye; needs nothing but a browser"),
    of_run(
        ".sauva/",
        "",
        "lock and journals, by which the same command goes on after an interruption",
    ),
];

pub(super) fn page() -> anyhow::Result<String> {
    let mut page = format!("{MADE}# Files of an output\n\n");
    page += "Data files hold no time, rank or host: the same input, key and options give the same bytes on any \
             number of ranks and threads, in any order, after any interruption. The others tell of the run. \
             `sauva review` adds review.html.\n\n";
    writeln!(page, "| file | holds | data | asked for by |\n|---|---|---|---|")?;
    for OutputFile { name, is_data, asked_by, meaning } in OUTPUT_FILES {
        let is_data = if is_data { "yes" } else { "no" };
        writeln!(page, "| `{name}` | {meaning} | {is_data} | {asked_by} |")?;
    }
    Ok(page)
}
