//! Every column of every table that a run leaves, from the layouts that the tables are written by.

use std::fmt::Write;

use super::csv_columns::{EXPERIMENTS, FAILURES, METRICS, index_columns};
use super::{MADE, cell};
use crate::results;
use crate::table::{Kind, Layout};

pub(super) fn page() -> anyhow::Result<String> {
    let mut page = format!("{MADE}# Columns\n\n");
    page += "Empty cells of CSV files and nulls of Parquet files say that there is no such number or text. \
             Attributes stand as the de-identification profile leaves them.\n";
    let parquet: [(&str, Layout); 9] = [
        ("index.parquet", results::instances_layout()),
        ("frames.parquet", results::frames_layout()),
        ("series.parquet", results::series_layout()),
        ("cohorts.parquet", results::cohorts_layout()),
        ("cohort_histograms.parquet", results::histograms_layout()),
        ("cohort_metrics.parquet", results::metrics_layout()),
        ("regions.parquet", results::regions_layout()),
        ("dvh.parquet", results::doses_layout()),
        ("dvh_curves.parquet", results::curves_layout()),
    ];
    for (name, layout) in parquet {
        heading(&mut page, name)?;
        if !layout.sorted_by.is_empty() {
            let sorted = layout.sorted_by.iter().map(|name| format!("`{name}`"));
            writeln!(page, "Sorted by {}.\n", sorted.collect::<Vec<_>>().join(", "))?;
        }
        writeln!(page, "| column | kind | unit | meaning |\n|---|---|---|---|")?;
        for column in layout.columns {
            let kind = kind(column.kind);
            let (name, unit, meaning) = (column.name, cell(column.unit), cell(column.meaning));
            writeln!(page, "| `{name}` | {kind} | {unit} | {meaning} |")?;
        }
    }
    text_table(&mut page, "metrics.csv", METRICS.iter().copied())?;
    text_table(&mut page, "index.csv", index_columns()?.iter().map(|(a, b, c)| (&**a, *b, *c)))?;
    text_table(&mut page, "failures.csv", FAILURES.iter().copied())?;
    text_table(&mut page, "experiments.csv", EXPERIMENTS.iter().copied())?;
    Ok(page)
}

fn heading(page: &mut String, name: &str) -> std::fmt::Result {
    writeln!(page, "\n## {name}\n")
}

fn text_table<'a>(
    page: &mut String,
    name: &str,
    columns: impl Iterator<Item = (&'a str, &'a str, &'a str)>,
) -> std::fmt::Result {
    heading(page, name)?;
    writeln!(page, "| column | unit | meaning |\n|---|---|---|")?;
    for (name, unit, meaning) in columns {
        writeln!(page, "| `{name}` | {unit} | {} |", cell(meaning))?;
    }
    Ok(())
}

/// The kind in the words of Parquet's readers.
fn kind(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Texts => "list of texts".to_owned(),
        Kind::Int32 => "int32".to_owned(),
        Kind::Int64 => "int64".to_owned(),
        Kind::UInt32 => "uint32".to_owned(),
        Kind::UInt64 => "uint64".to_owned(),
        Kind::Real => "float64".to_owned(),
        Kind::Bool => "boolean".to_owned(),
        Kind::Bytes(length) => format!("{length} bytes"),
        Kind::Decimal38 => "decimal(38, 0)".to_owned(),
    }
}
