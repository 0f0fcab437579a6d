//! The data files of a run, on rank 0: the parts of all ranks in, merged row by row, whole files under temporary
//! names out, and what was found while the rows went by.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use super::crop::LIST;
use super::merge::{Parts, Table};
use super::parcel::decode;
use super::regions::Curve;
use super::row::Row;
use super::tidy::Paths;
use crate::crop::{By, Crop, RegionBoxes};
use crate::record::FileRecord;
use crate::results::{
    Digests, Findings, METRICS, Metrics, cohort_row, cohorts_layout, curve_rows, curves_layout,
    doses_layout, failures_header, frames_layout, histogram_rows, histograms_layout, index_header,
    instances_layout, manifest_line, metric_row, metrics_layout, outlier_cell, put_crop,
    regions_layout, series_layout,
};
use crate::series::{CohortSpreads, CohortValues};
use crate::stats::{Cohort, Totals};
use crate::storage::{Ready, Replacement, Storage};
use crate::table::{Cell, Layout, TableWriter};
use crate::write::hex;

/// The tables that are made where regions are measured.
pub(super) const REGION_TABLES: [&str; 3] =
    ["regions.parquet", "dvh.parquet", "dvh_curves.parquet"];

/// The data files, whole under temporary names, and what was found in them.
pub(super) struct Tables<'a> {
    pub(super) ready: Vec<Ready<'a>>,
    pub(super) digests: Digests,
    pub(super) mixed_studies: BTreeMap<String, BTreeSet<String>>,
    pub(super) series_with_faces: u64,
    pub(super) findings: Findings,
    /// Where every instance stands, where strangers are to be looked for.
    pub(super) paths: Option<Paths>,
    /// Of inputs that were not written, the lines of `failures.csv`, where they are wanted.
    pub(super) failures: Vec<Vec<u8>>,
    /// The records of what was written, where they are wanted.
    pub(super) records: Vec<FileRecord>,
    /// Where every cropped image stands, where those are made and strangers are to be looked for.
    pub(super) cropped: Option<Paths>,
}

/// What the data files are made with.
#[expect(clippy::struct_excessive_bools, reason = "each is a wish of its own")]
pub(super) struct TableMaker<'a> {
    pub(super) storage: &'a dyn Storage,
    pub(super) output: &'a Path,
    pub(super) parts: &'a Parts<'a>,
    pub(super) cohorts: &'a Totals<Cohort>,
    pub(super) wants_paths: bool,
    pub(super) wants_failures: bool,
    pub(super) has_regions: bool,
    /// Whether there is a list of cropped images.
    pub(super) lists_cropped: bool,
    /// Regions of series, where those are of interest.
    pub(super) regions: &'a RegionBoxes,
}

/// A row of a series as its owner made it.
type Series<'a> = (Cohort, Vec<Cell<'a>>, Metrics);

impl<'a> TableMaker<'a> {
    /// Merges the parts of all ranks.
    pub(super) fn make(&self) -> io::Result<Tables<'a>> {
        let mut tables = Tables {
            ready: Vec::new(),
            digests: Digests::default(),
            mixed_studies: BTreeMap::new(),
            series_with_faces: 0,
            findings: Findings::default(),
            paths: self.wants_paths.then(Paths::default),
            failures: Vec::new(),
            records: Vec::new(),
            cropped: None,
        };
        self.instances(&mut tables)?;
        let spreads = self.series(&mut tables)?;
        self.cohorts(&spreads, &mut tables)?;
        if self.has_regions {
            self.regions(&mut tables)?;
        }
        self.failures(&mut tables)?;
        self.manifest(&mut tables)?;
        if self.lists_cropped {
            self.cropped(&mut tables)?;
        }
        Ok(tables)
    }

    fn file(&self, name: &str) -> io::Result<Replacement<'a>> {
        Replacement::begin(self.storage, &self.output.join(name))
    }

    fn table(&self, name: &str, layout: &Layout) -> io::Result<TableWriter<Replacement<'a>>> {
        TableWriter::new(self.file(name)?, layout, &[])
    }

    fn instances(&self, tables: &mut Tables<'a>) -> io::Result<()> {
        let mut csv = self.file("index.csv")?;
        csv.write(&index_header().map_err(io::Error::other)?)?;
        let mut index = self.table("index.parquet", &instances_layout())?;
        let mut frames = self.table("frames.parquet", &frames_layout())?;
        let mut groups = Groups::default();
        self.parts.each(Table::Index, |item| {
            let mut row = Row::of(&item.value)?;
            self.put_regions_of_image(&mut row);
            groups.add(&row, tables);
            csv.write(row.line)?;
            index.row(&row.cells)?;
            tables.findings.add_instance(&row.cells);
            row.frames.iter().try_for_each(|frame| frames.row(frame))?;
            tables.records.extend(row.record());
            Ok(())
        })?;
        groups.end(tables);
        tables.findings.end_instances();
        tables.digests.index = tables.keep(csv)?;
        tables.digests.instances = tables.keep(index.finish()?)?;
        tables.digests.frames = tables.keep(frames.finish()?)?;
        Ok(())
    }

    /// Goes through the series twice: whether one stands out is known when all have been seen.
    fn series(&self, tables: &mut Tables<'a>) -> io::Result<BTreeMap<Cohort, CohortSpreads>> {
        let mut values = CohortValues::default();
        self.parts.each(Table::Series, |item| {
            let (cohort, _, metrics): Series<'_> = decode(&item.value);
            values.add(&cohort, &named(metrics));
            Ok(())
        })?;
        let spreads: BTreeMap<Cohort, CohortSpreads> = values
            .into_spreads()
            .into_iter()
            .map(|spreads| (spreads.cohort.clone(), spreads))
            .collect();
        let mut series = self.table("series.parquet", &series_layout())?;
        self.parts.each(Table::Series, |item| {
            let (cohort, mut cells, metrics): Series<'_> = decode(&item.value);
            let of_cohort = spreads.get(&cohort);
            self.put_regions_of_series(&mut cells);
            let outliers = of_cohort.map_or_else(Vec::new, |it| it.outliers(&named(metrics)));
            cells.push(outlier_cell(&outliers));
            tables.findings.add_series(&cells, &outliers);
            series.row(&cells)
        })?;
        tables.digests.series = tables.keep(series.finish()?)?;
        Ok(spreads)
    }

    fn cohorts(
        &self,
        spreads: &BTreeMap<Cohort, CohortSpreads>,
        tables: &mut Tables<'a>,
    ) -> io::Result<()> {
        let mut cohorts = self.table("cohorts.parquet", &cohorts_layout())?;
        for (cohort, summary) in self.cohorts.summaries() {
            let series = spreads.get(&cohort).map_or(0, |spreads| spreads.series);
            cohorts.row(&cohort_row(&cohort, series, &summary))?;
        }
        tables.digests.cohorts = tables.keep(cohorts.finish()?)?;
        let mut histograms = self.table("cohort_histograms.parquet", &histograms_layout())?;
        for (cohort, distribution) in self.cohorts.distributions() {
            let mut rows = histogram_rows(cohort, distribution);
            rows.try_for_each(|row| histograms.row(&row))?;
        }
        tables.digests.cohort_histograms = tables.keep(histograms.finish()?)?;
        let mut metrics = self.table("cohort_metrics.parquet", &metrics_layout())?;
        for (cohort, spreads) in spreads {
            let mut rows = spreads.spreads.iter().map(|spread| metric_row(cohort, spread));
            rows.try_for_each(|row| metrics.row(&row))?;
        }
        tables.digests.cohort_metrics = tables.keep(metrics.finish()?)?;
        Ok(())
    }

    fn regions(&self, tables: &mut Tables<'a>) -> io::Result<()> {
        let [regions, doses, curves] = REGION_TABLES;
        let mut table = self.table(regions, &regions_layout())?;
        self.parts.each(Table::Regions, |item| table.row(&decode::<Vec<Cell<'_>>>(&item.value)))?;
        tables.digests.regions = Some(tables.keep(table.finish()?)?);
        let mut table = self.table(doses, &doses_layout())?;
        self.parts.each(Table::Doses, |item| table.row(&decode::<Vec<Cell<'_>>>(&item.value)))?;
        tables.digests.dvh = Some(tables.keep(table.finish()?)?);
        let mut table = self.table(curves, &curves_layout())?;
        self.parts.each(Table::Curves, |item| {
            let Curve { object_uid, number, dose_uid, volumes } = decode(&item.value);
            let mut rows = curve_rows(object_uid, number, dose_uid, &volumes);
            rows.try_for_each(|row| table.row(&row))
        })?;
        tables.digests.dvh_curves = Some(tables.keep(table.finish()?)?);
        Ok(())
    }

    fn failures(&self, tables: &mut Tables<'a>) -> io::Result<()> {
        let mut failures = self.file("failures.csv")?;
        failures.write(&failures_header().map_err(io::Error::other)?)?;
        self.parts.each(Table::Failures, |item| {
            failures.write(&item.value)?;
            tables.failures.extend(self.wants_failures.then_some(item.value));
            Ok(())
        })?;
        self.parts.each(Table::Unmeasured, |item| failures.write(&item.value))?;
        tables.digests.failures = tables.keep(failures)?;
        Ok(())
    }

    /// Regions are known when all instances have been written.
    fn put_regions_of_image(&self, row: &mut Row<'_>) {
        if let Some(found) = self.regions.get(row.series_uid)
            && found.slices.contains(row.sop_instance_uid)
            && let Some(rectangle) = found.rectangle
        {
            put_crop(&instances_layout(), &mut row.cells, Crop { by: By::Regions, rectangle });
        }
    }

    fn put_regions_of_series(&self, cells: &mut [Cell<'_>]) {
        let layout = series_layout();
        let uid = layout.position("SeriesInstanceUID").and_then(|at| cells.get(at));
        let Some(Cell::Text(uid)) = uid else { return };
        if let Some(rectangle) = self.regions.get(&**uid).and_then(|found| found.rectangle) {
            put_crop(&layout, cells, Crop { by: By::Regions, rectangle });
        }
    }

    fn cropped(&self, tables: &mut Tables<'a>) -> io::Result<()> {
        let mut list = self.file(LIST)?;
        let mut paths = self.wants_paths.then(Paths::default);
        self.parts.each(Table::Cropped, |item| {
            if let Some(paths) = &mut paths {
                paths.add(&item.key);
            }
            list.write(manifest_line(text(&item.key)?, text(&item.value)?).as_bytes())
        })?;
        tables.cropped = paths;
        tables.digests.cropped = Some(tables.keep(list)?);
        Ok(())
    }

    fn manifest(&self, tables: &mut Tables<'a>) -> io::Result<()> {
        let mut manifest = self.file("manifest.sha256")?;
        self.parts.each(Table::Manifest, |item| {
            if let Some(paths) = &mut tables.paths {
                paths.add(&item.key);
            }
            let (path, sha256) = (text(&item.key)?, text(&item.value)?);
            manifest.write(manifest_line(path, sha256).as_bytes())
        })?;
        tables.digests.manifest = tables.keep(manifest)?;
        Ok(())
    }
}

impl<'a> Tables<'a> {
    /// Keeps a file that is whole, and returns its digest.
    fn keep(&mut self, file: Replacement<'a>) -> io::Result<String> {
        let ready = file.finish()?;
        let digest = hex(&ready.sha256);
        self.ready.push(ready);
        Ok(digest)
    }
}

/// The numbers of a series with their names.
fn named(metrics: Metrics) -> Vec<(&'static str, Option<f64>)> {
    METRICS.into_iter().zip(metrics).collect()
}

/// The study and the series that rows, which come sorted, are in.
#[derive(Default)]
struct Groups {
    study: String,
    patients: BTreeSet<String>,
    series: String,
    shows_faces: bool,
}

impl Groups {
    fn add(&mut self, row: &Row<'_>, tables: &mut Tables<'_>) {
        if row.study_uid != self.study || row.series_uid != self.series {
            tables.series_with_faces += u64::from(std::mem::take(&mut self.shows_faces));
            row.series_uid.clone_into(&mut self.series);
        }
        if row.study_uid != self.study {
            self.end_study(tables);
            row.study_uid.clone_into(&mut self.study);
        }
        self.shows_faces |= row.may_show_face;
        if !self.patients.contains(row.patient_id) {
            self.patients.insert(row.patient_id.to_owned());
        }
    }

    fn end_study(&mut self, tables: &mut Tables<'_>) {
        let patients = std::mem::take(&mut self.patients);
        if patients.len() > 1 {
            tables.mixed_studies.insert(std::mem::take(&mut self.study), patients);
        }
    }

    fn end(mut self, tables: &mut Tables<'_>) {
        tables.series_with_faces += u64::from(self.shows_faces);
        self.end_study(tables);
    }
}

fn text(bytes: &[u8]) -> io::Result<&str> {
    std::str::from_utf8(bytes).map_err(io::Error::other)
}
