//! Series of an index whose pixels were looked at: rows in, series out, those first that a person should
//! look at first.

use std::collections::{BTreeMap, BTreeSet};

use crate::area::{PixelText, Reason, parse_cell};
use crate::results::Row;

/// A series and those of its instances whose pixels were looked at.
#[derive(Debug)]
pub(super) struct Series<'a> {
    /// The new Series Instance UID.
    pub(super) uid: &'a str,
    /// Modality (0008,0060).
    pub(super) modality: &'a str,
    /// Instances that were looked at.
    pub(super) instances: usize,
    /// How many of them are in each state.
    pub(super) states: BTreeMap<&'a str, usize>,
    /// Why areas were covered.
    pub(super) reasons: BTreeSet<String>,
    rows: Vec<Row<'a>>,
}

/// States in the order of their risk: what was let through in spite of a doubt; what a detector chose
/// alone; what it saw nothing in; what somebody had told of.
fn danger(state: &str, reasons: &BTreeSet<String>) -> u32 {
    let is_told = reasons.iter().any(|reason| *reason != Reason::Text.name());
    match state {
        state if state == PixelText::Accepted.name() => 0,
        state if state == PixelText::Doubtful.name() => 1,
        state if state == PixelText::Cleaned.name() && !is_told => 2,
        state if state == PixelText::NothingFound.name() => 3,
        state if state == PixelText::Cleaned.name() => 4,
        _ => 5,
    }
}

/// The series whose pixels were looked at, the most doubtful first.
pub(super) fn by_risk<'a>(rows: impl Iterator<Item = Row<'a>>) -> Vec<Series<'a>> {
    let mut found: BTreeMap<&str, Series<'a>> = BTreeMap::new();
    for row in rows.filter(|row| row.cell("pixel_text") != PixelText::NotLooked.name()) {
        let uid = row.cell("series_instance_uid");
        let series = found.entry(uid).or_insert_with(|| Series {
            uid,
            modality: row.cell("modality"),
            instances: 0,
            states: BTreeMap::new(),
            reasons: BTreeSet::new(),
            rows: Vec::new(),
        });
        series.instances += 1;
        *series.states.entry(row.cell("pixel_text")).or_default() += 1;
        let areas = parse_cell(row.cell("covered_areas")).unwrap_or_default();
        series.reasons.extend(areas.iter().map(|area| area.reason.name()));
        series.rows.push(row);
    }
    let mut found: Vec<Series<'a>> = found.into_values().collect();
    found.sort_by_key(|series| (series.danger(), series.uid));
    found
}

impl<'a> Series<'a> {
    /// How urgent a look is: 0 is the most.
    pub(super) fn danger(&self) -> u32 {
        self.states.keys().map(|state| danger(state, &self.reasons)).min().unwrap_or(5)
    }

    /// The instances to show: of each state and each set of areas one, the rarest first, since what is
    /// covered everywhere is seen on any.
    pub(super) fn picks(&self, most: usize) -> Vec<Row<'a>> {
        let mut alike: BTreeMap<(u32, &str, &str), Vec<Row<'a>>> = BTreeMap::new();
        for row in &self.rows {
            let state = row.cell("pixel_text");
            let key = (danger(state, &self.reasons), state, row.cell("covered_areas"));
            alike.entry(key).or_default().push(*row);
        }
        let mut alike: Vec<_> = alike.into_iter().collect();
        alike.sort_by_key(|((danger, ..), rows)| (*danger, rows.len()));
        alike.into_iter().take(most).map(|(_, rows)| rows[rows.len() / 2]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Table;

    #[test]
    fn what_is_doubtful_comes_first_and_what_nobody_looked_at_not_at_all() {
        let csv = "series_instance_uid,modality,pixel_text,covered_areas\n\
            1,US,cleaned,\"0,0,9,9 outside-regions; 1,1,2,2 text\"\n1,US,cleaned,\"0,0,9,9 outside-regions\"\n\
            1,US,cleaned,\"0,0,9,9 outside-regions\"\n2,CT,not-looked,\n3,DX,nothing-found,\n\
            4,OT,accepted,\n5,OT,cleaned,\"1,1,2,2 text\"\n6,XA,doubtful,\n";
        let table = Table::parse(csv.as_bytes(), csv.as_bytes()).unwrap();
        let series = by_risk(table.rows());
        let order: Vec<&str> = series.iter().map(|series| series.uid).collect();
        assert_eq!(order, ["4", "6", "5", "3", "1"]);
        let picks = series[4].picks(4);
        assert_eq!(picks.len(), 2);
        assert!(picks[0].cell("covered_areas").contains("text"));
        assert_eq!(series[4].picks(1).len(), 1);
        assert_eq!(series[4].instances, 3);
    }
}
