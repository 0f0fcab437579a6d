//! The series that a rank owns: its sorted rows and the distributions of its series in, the rows of
//! `series.parquet` out, and what the rank adds to the statistics of cohorts and modalities.

use std::io;

use super::parcel::encode;
use super::row::{Image, Row};
use super::values::{BySeries, series_key};
use crate::crop::SeriesBox;
use crate::results::{SeriesRow, series_row};
use crate::series::{Member, SeriesFindings};
use crate::sorting::{Item, Scratch, Sorted, Sorter};
use crate::stats::{Cohort, Distribution, Distributions, PowerSums, Summary, Totals};
use crate::table::Cell;

/// What was made of the series that this rank owns.
pub(super) struct Made {
    /// Rows, in the order of the index.
    pub(super) series: Sorted,
    pub(super) modalities: Totals<String>,
    pub(super) cohorts: Totals<Cohort>,
}

/// Makes the rows of the series of a sorted index, of which `values` are the distributions.
pub(super) fn make(index: &Sorted, values: &Sorted, scratch: Scratch) -> io::Result<Made> {
    let mut maker = Maker {
        values: BySeries::new(values)?,
        next: None,
        rows: Sorter::new(scratch),
        modalities: Totals::default(),
        cohorts: Totals::default(),
        open: None,
    };
    maker.next = maker.values.next()?;
    for item in index.read()? {
        maker.take(&Row::of(&item?.value)?)?;
    }
    maker.end_series()?;
    // Of series without a row, all has been taken away again; the counts say so.
    while let Some((_, left)) = maker.next.take() {
        maker.count(&left);
        maker.next = maker.values.next()?;
    }
    let Maker { rows, modalities, cohorts, .. } = maker;
    Ok(Made { series: rows.finish(), modalities, cohorts })
}

struct Maker<'a> {
    values: BySeries<'a>,
    /// The first series that has not been reached yet.
    next: Option<(Vec<u8>, Distributions)>,
    rows: Sorter,
    modalities: Totals<String>,
    cohorts: Totals<Cohort>,
    open: Option<Open>,
}

/// The series that the rows are in.
struct Open {
    key: Vec<u8>,
    /// The row of its first instance.
    first: Vec<Cell<'static>>,
    cohort: Cohort,
    members: Vec<Member>,
    sums: PowerSums,
    found: SeriesBox,
}

impl Maker<'_> {
    fn take(&mut self, row: &Row<'_>) -> io::Result<()> {
        let key = series_key(row.study_uid, row.series_uid);
        if self.open.as_ref().is_none_or(|open| open.key != key) {
            self.end_series()?;
        }
        let Image { member, cohort, sums, crop } = &row.image;
        let open = self.open.get_or_insert_with(|| Open {
            key,
            first: row.cells.iter().map(|cell| cell.clone().into_owned()).collect(),
            cohort: cohort.clone(),
            members: Vec::new(),
            sums: PowerSums::default(),
            found: SeriesBox::default(),
        });
        open.found.add((member.columns, member.rows), *crop);
        open.members.push(member.clone());
        if let Some(sums) = sums {
            open.sums.merge(sums);
            self.modalities.add_sums(&cohort.modality, sums);
            self.cohorts.add_sums(cohort, sums);
        }
        Ok(())
    }

    fn end_series(&mut self) -> io::Result<()> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let mut distribution = Distribution::default();
        while let Some((key, values)) = self.next.take_if(|(key, _)| *key <= open.key) {
            self.count(&values);
            if key == open.key {
                values.iter().for_each(|(_, more)| distribution.merge(more));
            }
            self.next = self.values.next()?;
        }
        let summary = Summary::new(&distribution, &open.sums);
        let findings = SeriesFindings::of(&open.members);
        let SeriesRow { cells, metrics } =
            series_row(&open.first, &findings, &summary, open.found.crop());
        let value = encode(&(open.cohort, cells, metrics));
        self.rows.add(&Item { key: open.key, value })
    }

    fn count(&mut self, values: &Distributions) {
        for (group, distribution) in values.iter() {
            let Cohort { modality, .. } = &group.cohort;
            self.modalities.distribution(modality).merge(distribution);
            self.cohorts.distribution(&group.cohort).merge(distribution);
        }
    }
}
