//! A Gantt chart: pieces of time by slot in, a row a slot and a bar a piece out. A piece that did not end well has a mark
//! besides its colour. Of very many pieces those that are too short for a bar are shades that tell how busy the
//! slot was and how many did not end well, so that the drawing stays small.

mod draw;
mod lane;

use super::ticks::short;
use super::{Chart, Paper, PlotError};
use lane::{Lane, Piece, Run};
use plotters::prelude::DrawingBackend;

/// Bars that are drawn by themselves at most; a bar with a mark counts as three.
const MOST_BARS: usize = 900;
/// Bars and runs of shade together.
const MOST_PARTS: usize = 1350;

/// A row to be drawn: neighbours of one group stand under one name.
#[derive(Debug, Clone, Default)]
pub struct GanttRow {
    /// The group, such as a node.
    pub group: String,
    /// The row in its group, such as a slot.
    pub label: String,
    /// How many slots it is the sum of. Where there are several, all of it is shades.
    pub slots: u64,
}

/// Slots along time.
#[derive(Debug, Clone)]
pub struct Gantt {
    title: String,
    axis: String,
    /// How pieces end; the first is how they should.
    kinds: Vec<String>,
    lanes: Vec<Lane>,
    span_s: f64,
    /// Pieces by kind.
    counts: Vec<u64>,
    /// What bars that are drawn by themselves count.
    weight: usize,
    /// Pieces shorter than this are shades, pixels.
    grain: f32,
}

impl Gantt {
    /// An empty chart from 0 to `span_s` seconds along an axis that is named without its unit, s, min or h. `kinds` are the ways in which a piece may end, four at most, of which
    /// the first is the right one.
    pub fn new(title: &str, axis: &str, kinds: &[&str], rows: Vec<GanttRow>, span_s: f64) -> Self {
        let width = (draw::RIGHT - draw::LEFT) as usize;
        let lane = |row: GanttRow| Lane::new(row.group, row.label, row.slots, width);
        Self {
            title: title.to_owned(),
            axis: axis.to_owned(),
            kinds: kinds.iter().take(4).map(|kind| (*kind).to_owned()).collect(),
            lanes: rows.into_iter().map(lane).collect(),
            span_s: if span_s.is_finite() && span_s > 0.0 { span_s } else { 1.0 },
            counts: vec![0; kinds.len().min(4)],
            weight: 0,
            grain: 1.0,
        }
    }

    /// Adds a piece of a row, in seconds since the start of the axis. What lies beyond its ends is cut off; a row or a
    /// kind that the chart does not have is passed over.
    pub fn add(&mut self, row: usize, from_s: f64, until_s: f64, kind: usize) {
        let is_sound = from_s.is_finite() && until_s.is_finite() && kind < self.kinds.len();
        let Some(lane) = self.lanes.get_mut(row).filter(|_| is_sound) else { return };
        let width = f64::from(draw::RIGHT - draw::LEFT);
        let place = |seconds: f64| (seconds / self.span_s).clamp(0.0, 1.0) * width;
        let (from, until) = (place(from_s), place(until_s.max(from_s)));
        let piece = Piece { from: from as f32, until: until as f32, kind: kind as u8 };
        self.counts[kind] += 1;
        if lane.add(piece, self.grain) {
            self.weight += weight(piece);
        }
        // Half of them, so that this is not done for each.
        let most = if self.weight > MOST_BARS { MOST_BARS / 2 } else { MOST_BARS };
        while self.weight > most {
            self.grain *= 1.5;
            self.lanes.iter_mut().for_each(|lane| lane.coarsen(self.grain));
            let pieces = self.lanes.iter().flat_map(|lane| &lane.pieces);
            self.weight = pieces.map(|piece| weight(*piece)).sum();
        }
    }

    /// Runs of all rows, as fine as they may be.
    fn runs(&self, of: fn(&Lane, usize) -> Vec<Run>) -> Vec<Vec<Run>> {
        let most = (MOST_PARTS - MOST_BARS.min(self.weight)) / 2;
        let mut grain = 1;
        loop {
            let runs: Vec<_> = self.lanes.iter().map(|lane| of(lane, grain)).collect();
            let is_few = runs.iter().map(Vec::len).sum::<usize>() <= most;
            if is_few || grain > (draw::RIGHT - draw::LEFT) as usize {
                return runs;
            }
            grain *= 2;
        }
    }
}

/// What a bar counts.
fn weight(piece: Piece) -> usize {
    if piece.kind > 0 { 3 } else { 1 }
}

impl Chart for Gantt {
    fn size(&self) -> (u32, u32) {
        (draw::WIDTH as u32, draw::height(self) as u32)
    }

    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> String {
        let (unit, per_s) = draw::unit(self.span_s);
        let counts = self.kinds.iter().zip(&self.counts).filter(|(_, count)| **count > 0);
        let counts: Vec<String> = counts.map(|(kind, count)| format!("{count} {kind}")).collect();
        let by_share = |a: &&Lane, b: &&Lane| a.share().total_cmp(&b.share());
        let name = |lane: &Lane| {
            let share = lane.share() * 100.0;
            format!("{} {}, {share:.0} %", lane.group, lane.label).trim_start().to_owned()
        };
        let lanes = || self.lanes.iter();
        let extremes = lanes().max_by(by_share).zip(lanes().min_by(by_share));
        let extremes = extremes.map_or_else(String::new, |(most, least)| {
            format!(" The busiest row is {}; the least busy is {}.", name(most), name(least))
        });
        format!(
            "A Gantt chart of {} rows along {} {unit}, with a bar from the start of each piece to its end: {}.{extremes}",
            self.lanes.len(),
            short(self.span_s / per_s),
            if counts.is_empty() { "none".to_owned() } else { counts.join(", ") },
        )
    }

    fn draw<DB: DrawingBackend>(&self, paper: &Paper<'_, DB>) -> Result<(), PlotError> {
        draw::draw(self, paper)
    }
}

#[cfg(test)]
mod tests;
