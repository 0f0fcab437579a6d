//! When what ran: attempts in, a Gantt chart of slots out, or of nodes where there are many slots.

use super::Source;
use super::attempts::{Attempts, KINDS, Slot};
use crate::html::figure::Figure;
use crate::html::grid::{Grid, GridRow, number, words};
use crate::html::numbers::{amount, count, percent};
use crate::plot::{Gantt, GanttRow};

/// Rows of the chart. More slots than these are summed by node.
const ROWS: usize = 60;

/// A row of the chart, and which slots it is of.
#[derive(Debug, Clone, Default)]
struct Row {
    drawn: GanttRow,
    attempts: u64,
    not_done: u64,
    busy_s: f64,
}

impl Row {
    fn add(&mut self, slot: &Slot) {
        self.drawn.slots += 1;
        self.attempts += slot.attempts;
        self.not_done += slot.not_done;
        self.busy_s += slot.busy_s.iter().sum::<f64>();
    }
}

/// The rows, and the row of each slot: slots of few, else nodes, else neighbouring nodes.
fn rows(slots: &[Slot]) -> (Vec<Row>, Vec<usize>) {
    let mut hosts: Vec<&str> = slots.iter().map(|slot| slot.host.as_str()).collect();
    hosts.dedup();
    let together = hosts.len().div_ceil(ROWS).max(1);
    let (mut rows, mut places): (Vec<Row>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut host = 0;
    for slot in slots {
        host += usize::from(hosts[host] != slot.host);
        let place = if slots.len() <= ROWS { places.len() } else { host / together };
        if place == rows.len() {
            let label = match (slots.len() <= ROWS, together) {
                (true, _) => format!("{}.{}", slot.mpi_rank, slot.number),
                (false, 1) => super::shown(&slot.host),
                (false, _) => {
                    format!(
                        "{} +{}",
                        super::shown(&slot.host),
                        together.min(hosts.len() - host) - 1
                    )
                }
            };
            let group = if slots.len() <= ROWS { super::shown(&slot.host) } else { String::new() };
            let drawn = GanttRow { group, label, slots: 0 };
            rows.push(Row { drawn, ..Row::default() });
        }
        rows[place].add(slot);
        places.push(place);
    }
    (rows, places)
}

pub(super) fn figure(source: &Source<'_>, attempts: &Attempts) -> anyhow::Result<Figure> {
    let (rows, places) = rows(&attempts.slots);
    let is_summed = attempts.slots.len() > ROWS;
    let drawn = rows.iter().map(|row| row.drawn.clone()).collect();
    let axis = "time since the first attempt";
    let mut chart = Gantt::new("What ran when", axis, &KINDS, drawn, attempts.span_s);
    let read = attempts.pieces(source, |piece| {
        chart.add(places[piece.slot], piece.from_s, piece.until_s, piece.kind);
    });
    read.map_err(|trouble| anyhow::anyhow!("{} {}", trouble.file, trouble.why))?;
    let heads = vec![
        words("Row"),
        number("Slots"),
        number("Attempts"),
        number("Not done"),
        number("Busy, s"),
        number("Busy, %"),
    ];
    let row = |row: &Row| {
        let GanttRow { group, label, slots } = &row.drawn;
        let whole = attempts.span_s * *slots as f64;
        GridRow::new([
            super::shown(format!("{group} {label}").trim_start()),
            count(*slots),
            count(row.attempts),
            count(row.not_done),
            amount(row.busy_s),
            if whole > 0.0 { percent(row.busy_s / whole) } else { String::new() },
        ])
    };
    let data = Grid::new("gantt", "What each row of the plot did", heads);
    let note = if is_summed {
        "A row is all slots of a node; where there are many, +2 is with the next two nodes; the stronger its shade, the more of \
         them were busy."
    } else {
        "A row is a slot, named by its MPI rank and its number on it; a bar is an attempt. Attempts too short to be seen \
         are one bar, the stronger its shade, the busier the slot."
    };
    Ok(Figure::new(&chart, note, data.with(rows.iter().map(row)))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(host: &str, number: u32) -> Slot {
        Slot { host: host.to_owned(), number, attempts: 1, ..Slot::default() }
    }

    #[test]
    fn many_slots_are_summed_by_node_and_many_nodes_together() {
        let of = |hosts: usize, slots: u32| -> Vec<Slot> {
            let slot = |n| slot(&format!("node{:04}", n / slots as usize), n as u32 % slots);
            (0..hosts * slots as usize).map(slot).collect()
        };
        let (few, places) = rows(&of(3, 4));
        assert_eq!((few.len(), places[11]), (12, 11));
        assert_eq!((few[5].drawn.group.as_str(), few[5].drawn.label.as_str()), ("node0001", "0.1"));
        let (nodes, places) = rows(&of(20, 8));
        assert_eq!((nodes.len(), places[8]), (20, 1));
        assert!(nodes.iter().all(|row| row.drawn.slots == 8));
        let (bands, places) = rows(&of(130, 2));
        assert_eq!((bands.len(), places[259]), (44, 43));
        assert_eq!(bands[0].drawn.label, "node0000 +2");
        assert_eq!(bands[43].drawn.label, "node0129 +0");
        assert_eq!(bands.iter().map(|row| row.drawn.slots).sum::<u64>(), 260);
    }
}
