//! A row of a Gantt chart: pieces of time in, bars and runs of shade out. What is too short to be seen by itself is
//! added up in columns a pixel wide, so that a row takes the same memory whatever happens on it.

/// What is seen by itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    /// Where it begins and ends, in pixels from the start of the axis.
    pub(super) from: f32,
    pub(super) until: f32,
    /// Which of the kinds of the chart.
    pub(super) kind: u8,
}

impl Piece {
    pub(super) fn width(self) -> f32 {
        self.until - self.from
    }
}

/// A part of a row that looks the same throughout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// Pixels from the start of the axis.
    pub(super) from: usize,
    pub(super) until: usize,
    /// From 1 to [`LEVELS`].
    pub(super) level: u8,
}

/// Levels that are told apart.
pub(super) const LEVELS: u8 = 4;
/// What a piece of no length counts, so that it is not lost, pixels.
const LEAST: f32 = 1e-3;

/// Pixels of busy slots in a column.
#[derive(Debug, Clone, Copy, Default)]
struct Column {
    all: f32,
    /// Of pieces that are not drawn by themselves.
    blurred: f32,
    /// Those of them that are not of the first kind.
    other: f32,
}

/// A row.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    pub(super) group: String,
    pub(super) label: String,
    /// How many slots it is the sum of.
    slots: f32,
    pub(super) pieces: Vec<Piece>,
    columns: Vec<Column>,
    /// Pixels of busy slots in all.
    busy: f64,
}

impl Lane {
    pub(super) fn new(group: String, label: String, slots: u64, width: usize) -> Self {
        let columns = vec![Column::default(); width];
        Self { group, label, slots: slots.max(1) as f32, pieces: Vec::new(), columns, busy: 0.0 }
    }

    /// Counts a piece; says whether it is drawn by itself.
    pub(super) fn add(&mut self, piece: Piece, grain: f32) -> bool {
        self.busy += f64::from(piece.width());
        self.over_columns(piece, |column, pixels| column.all += pixels);
        let is_alone = self.slots <= 1.0 && piece.width() >= grain;
        if is_alone {
            self.pieces.push(piece);
        } else {
            self.blur(piece);
        }
        is_alone
    }

    /// Takes pieces that are shorter than this into the columns.
    pub(super) fn coarsen(&mut self, grain: f32) {
        let (pieces, short) = std::mem::take(&mut self.pieces)
            .into_iter()
            .partition(|piece: &Piece| piece.width() >= grain);
        self.pieces = pieces;
        for piece in short {
            self.blur(piece);
        }
    }

    fn blur(&mut self, piece: Piece) {
        let is_other = piece.kind > 0;
        self.over_columns(piece, |column, pixels| {
            column.blurred += pixels.max(LEAST);
            if is_other {
                column.other += pixels.max(LEAST);
            }
        });
    }

    /// Goes through the columns that a piece lies in, with how many pixels of each it has.
    fn over_columns(&mut self, piece: Piece, each: impl Fn(&mut Column, f32)) {
        let last = self.columns.len() - 1;
        let (first, end) = ((piece.from as usize).min(last), (piece.until as usize).min(last));
        for (at, column) in self.columns[first..=end].iter_mut().enumerate() {
            let at = (first + at) as f32;
            let pixels = (piece.until.min(at + 1.0) - piece.from.max(at)).max(0.0);
            // A piece that ends where a column begins is not in it.
            if pixels > 0.0 || first == end {
                each(column, pixels);
            }
        }
    }

    /// The share of the axis in which its slots were busy.
    pub(super) fn share(&self) -> f64 {
        self.busy / f64::from(self.slots) / self.columns.len() as f64
    }

    /// How busy its slots were where pieces are not drawn by themselves, in steps of `grain` pixels.
    pub(super) fn shades(&self, grain: usize) -> Vec<Run> {
        self.runs(
            grain,
            |sum, columns| {
                if sum.blurred > 0.0 { sum.all / self.slots / columns } else { 0.0 }
            },
        )
    }

    /// Which share of the pieces that are not drawn by themselves is not of the first kind.
    pub(super) fn others(&self, grain: usize) -> Vec<Run> {
        self.runs(grain, |sum, _| if sum.blurred > 0.0 { sum.other / sum.blurred } else { 0.0 })
    }

    /// The columns as parts that look the same; those with nothing are left out.
    fn runs(&self, grain: usize, share: impl Fn(Column, f32) -> f32) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        let mut from = 0;
        for columns in self.columns.chunks(grain.max(1)) {
            let mut sum = Column::default();
            for column in columns {
                sum.all += column.all;
                sum.blurred += column.blurred;
                sum.other += column.other;
            }
            let share = share(sum, columns.len() as f32).clamp(0.0, 1.0);
            // Up, so that the little that there is can be seen.
            let level = (share * f32::from(LEVELS)).ceil() as u8;
            let until = from + columns.len();
            match runs.last_mut() {
                Some(last) if (last.until, last.level) == (from, level) => last.until = until,
                _ if level > 0 => runs.push(Run { from, until, level }),
                _ => {}
            }
            from = until;
        }
        // A step may reach beyond what there is.
        let is_empty = |at: usize| self.columns[at].blurred <= 0.0;
        for run in &mut runs {
            while run.from + 1 < run.until && is_empty(run.from) {
                run.from += 1;
            }
            while run.from + 1 < run.until && is_empty(run.until - 1) {
                run.until -= 1;
            }
        }
        runs
    }

    /// Whether anything is shown as a shade.
    pub(super) fn is_blurred(&self) -> bool {
        self.columns.iter().any(|column| column.blurred > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(slots: u64) -> Lane {
        Lane::new(String::new(), String::new(), slots, 100)
    }

    fn piece(from: f32, until: f32, kind: u8) -> Piece {
        Piece { from, until, kind }
    }

    #[test]
    fn what_is_long_stands_by_itself_and_the_rest_adds_up() {
        let mut lane = lane(1);
        assert!(lane.add(piece(0.0, 30.0, 0), 1.0));
        for n in 0..100 {
            let from = 50.0 + n as f32 * 0.1;
            assert!(!lane.add(piece(from, from + 0.04, 0), 1.0));
        }
        assert_eq!(lane.pieces.len(), 1);
        assert_eq!(lane.shades(1), [Run { from: 50, until: 60, level: 2 }]);
        assert!(lane.others(1).is_empty());
        assert!((lane.share() - 0.34).abs() < 1e-4, "{}", lane.share());
    }

    #[test]
    fn coarser_rows_have_fewer_parts_and_lose_no_failure() {
        let mut lane = lane(1);
        for n in 0..50 {
            lane.add(piece(n as f32 * 2.0, n as f32 * 2.0 + 1.5, u8::from(n == 20)), 1.0);
        }
        assert_eq!(lane.pieces.len(), 50);
        assert!(lane.shades(1).is_empty() && lane.others(1).is_empty());
        lane.coarsen(2.0);
        assert!(lane.pieces.is_empty());
        assert_eq!(lane.shades(1).len(), 100);
        assert_eq!(lane.shades(4), [Run { from: 0, until: 100, level: 3 }]);
        assert_eq!(lane.others(4), [Run { from: 40, until: 44, level: 2 }]);
    }

    #[test]
    fn a_bar_beside_shades_counts_as_busy() {
        let mut lane = lane(1);
        lane.add(piece(0.0, 9.5, 0), 1.0);
        lane.add(piece(9.5, 10.0, 0), 1.0);
        assert_eq!(lane.shades(1), [Run { from: 9, until: 10, level: 4 }]);
        // A coarser step is no longer than what it shows.
        assert_eq!(lane.shades(20), [Run { from: 9, until: 10, level: 2 }]);
    }

    #[test]
    fn slots_that_are_summed_share_a_row() {
        let mut lane = lane(4);
        assert!(!lane.add(piece(0.0, 100.0, 0), 1.0));
        assert!((lane.share() - 0.25).abs() < 1e-6);
        assert_eq!(lane.shades(1), [Run { from: 0, until: 100, level: 1 }]);
    }

    #[test]
    fn the_end_of_the_axis_and_what_took_no_time_are_within() {
        let mut lane = lane(1);
        lane.add(piece(100.0, 100.0, 1), 1.0);
        assert_eq!(lane.others(1), [Run { from: 99, until: 100, level: 4 }]);
    }
}
