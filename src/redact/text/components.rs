//! Connected pieces of ink: responses and thresholds in, the pieces with what tells letters from the
//! rest out.

use super::gate::Gate;
use super::strokes::{BLOCK, Strokes};

/// Pixels of ink that touch each other, corners included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Component {
    /// First column.
    pub(super) left: i32,
    /// First row.
    pub(super) top: i32,
    /// The column behind the last.
    pub(super) right: i32,
    /// The row below the last.
    pub(super) bottom: i32,
    /// Pixels.
    pub(super) area: u32,
    /// Runs along the rows.
    pub(super) runs: u32,
    /// Pixels that have one of the piece right above them.
    pub(super) stacked: u32,
    /// Ends of runs right below an end of a run.
    pub(super) straight: u32,
    /// Sum of the responses.
    pub(super) sum: u64,
    /// Sum of the largest response of each run, and of their squares.
    pub(super) peaks: u64,
    pub(super) squares: u64,
    /// Sum of the responses right outside of the ends of each run.
    pub(super) outside: u64,
    /// Sum of the most extreme grey of each run, and of their squares.
    pub(super) inks: u64,
    pub(super) ink_squares: u64,
}

impl Component {
    /// Columns.
    pub(super) fn width(&self) -> i32 {
        self.right - self.left
    }

    /// Rows.
    pub(super) fn height(&self) -> i32 {
        self.bottom - self.top
    }

    /// The typical response.
    pub(super) fn peak(&self) -> f32 {
        self.peaks as f32 / self.runs as f32
    }

    /// How much of the ink is left right outside of it: near 0 for sharp strokes.
    pub(super) fn blur(&self) -> f32 {
        self.outside as f32 / (2 * self.peaks).max(1) as f32
    }

    /// The typical grey of the ink, 255 for the lightest ink of light text and the darkest of dark.
    pub(super) fn ink(&self) -> f32 {
        self.inks as f32 / self.runs as f32
    }

    /// How unequal the ink is, in greys.
    pub(super) fn ink_spread(&self) -> f32 {
        let variance = self.ink_squares as f32 / self.runs as f32 - self.ink().powi(2);
        variance.max(0.0).sqrt()
    }

    /// How unequally it stands out.
    pub(super) fn unevenness(&self) -> f32 {
        let mean = self.peak();
        let variance = self.squares as f32 / self.runs as f32 - mean * mean;
        variance.max(0.0).sqrt() / mean.max(1.0)
    }

    /// How much of the ink is full ink: near 1 for solid strokes.
    pub(super) fn solidity(&self) -> f32 {
        self.sum as f32 / (self.area as f32 * self.peak()).max(1.0)
    }

    /// Pixels across the stroke.
    pub(super) fn stroke(&self) -> f32 {
        let half_boundary = self.runs + self.area - self.stacked;
        self.area as f32 / half_boundary as f32
    }

    /// The share of its rectangle that is ink.
    pub(super) fn density(&self) -> f32 {
        self.area as f32 / (self.width() * self.height()) as f32
    }

    /// The share of its vertical edges that goes straight down.
    pub(super) fn straightness(&self) -> f32 {
        self.straight as f32 / (2 * self.runs) as f32
    }

    /// The share of its edges that is vertical.
    pub(super) fn uprightness(&self) -> f32 {
        self.runs as f32 / (self.runs + self.area - self.stacked) as f32
    }

    fn join(&mut self, other: &Self) {
        self.left = self.left.min(other.left);
        self.top = self.top.min(other.top);
        self.right = self.right.max(other.right);
        self.bottom = self.bottom.max(other.bottom);
        self.area += other.area;
        self.runs += other.runs;
        self.stacked += other.stacked;
        self.straight += other.straight;
        self.sum += other.sum;
        self.peaks += other.peaks;
        self.squares += other.squares;
        self.outside += other.outside;
        self.inks += other.inks;
        self.ink_squares += other.ink_squares;
    }
}

/// Ink side by side in a row: from a column to the one behind the last, and the piece it is of.
#[derive(Debug, Clone, Copy)]
struct Run {
    from: usize,
    to: usize,
    piece: u32,
}

/// Finds the pieces, in memory that is used again.
#[derive(Debug, Default)]
pub(super) struct Labels {
    above: Vec<Run>,
    here: Vec<Run>,
    parents: Vec<u32>,
    pieces: Vec<Component>,
}

impl Labels {
    /// The pieces of ink where the gate is open.
    pub(super) fn components(
        &mut self,
        plane: &[u8],
        strokes: &Strokes,
        gate: &Gate,
    ) -> Vec<Component> {
        self.above.clear();
        self.parents.clear();
        self.pieces.clear();
        if !gate.is_open {
            return Vec::new();
        }
        let rows = strokes.responses.chunks_exact(strokes.columns);
        let rows = rows.zip(plane.chunks_exact(strokes.columns));
        let mut is_open = false;
        for (y, (row, gray)) in rows.enumerate() {
            let thresholds = &gate.thresholds[y / BLOCK * strokes.across..][..strokes.across];
            self.here.clear();
            if y % BLOCK == 0 {
                is_open = thresholds.iter().any(|threshold| *threshold > 0);
            }
            if !is_open {
                self.above.clear();
                continue;
            }
            self.find_runs(row, thresholds);
            self.join_row(row, gray, strokes.flip, y as i32);
            std::mem::swap(&mut self.above, &mut self.here);
        }
        for at in (0..self.pieces.len()).rev() {
            let parent = self.parents[at] as usize;
            let piece = self.pieces[at];
            if parent != at {
                self.pieces[parent].join(&piece);
            }
        }
        let whole = self.parents.iter().enumerate().filter(|(at, parent)| *at == **parent as usize);
        whole.map(|(at, _)| self.pieces[at]).collect()
    }

    fn find_runs(&mut self, row: &[u8], thresholds: &[u8]) {
        let mut open: Option<usize> = None;
        for (block, (threshold, responses)) in thresholds.iter().zip(row.chunks(BLOCK)).enumerate()
        {
            let left = block * BLOCK;
            if *threshold == 0 {
                if let Some(from) = open.take() {
                    self.here.push(Run { from, to: left, piece: 0 });
                }
                continue;
            }
            let ink = bits(responses, *threshold);
            let mut ends = (ink ^ (ink << 1 | u32::from(open.is_some()))) & 0xff;
            while ends != 0 {
                let at = left + ends.trailing_zeros() as usize;
                match open.take() {
                    Some(from) => self.here.push(Run { from, to: at, piece: 0 }),
                    None => open = Some(at),
                }
                ends &= ends - 1;
            }
        }
        if let Some(from) = open {
            self.here.push(Run { from, to: row.len(), piece: 0 });
        }
    }

    fn join_row(&mut self, row: &[u8], gray: &[u8], flip: u8, y: i32) {
        let mut first = 0;
        for at in 0..self.here.len() {
            let run = self.here[at];
            let mut piece = None;
            let (mut stacked, mut straight) = (0, 0);
            while self.above.get(first).is_some_and(|above| above.to < run.from) {
                first += 1;
            }
            for above in first.. {
                let Some(above) = self.above.get(above).filter(|above| above.from <= run.to) else {
                    break;
                };
                stacked += above.to.min(run.to).saturating_sub(above.from.max(run.from)) as u32;
                straight += u32::from(above.from == run.from) + u32::from(above.to == run.to);
                let other = root(&mut self.parents, above.piece);
                piece = Some(match piece {
                    // The older piece stays, so that a parent always stands before its children.
                    Some(piece) if piece != other => {
                        let (stays, goes) =
                            if piece < other { (piece, other) } else { (other, piece) };
                        self.parents[goes as usize] = stays;
                        stays
                    }
                    _ => other,
                });
            }
            let measured = measured(row, gray, flip, run, y);
            let found = Component { stacked, straight, ..measured };
            let piece = piece.unwrap_or(self.pieces.len() as u32);
            if piece as usize == self.pieces.len() {
                self.parents.push(piece);
                self.pieces.push(found);
            } else {
                self.pieces[piece as usize].join(&found);
            }
            self.here[at].piece = piece;
        }
    }
}

/// The ink of a block as bits: a change from bit to bit is an end of a run.
fn bits(responses: &[u8], threshold: u8) -> u32 {
    let mut ink = [0; BLOCK];
    for (ink, response) in ink.iter_mut().zip(responses) {
        *ink = u8::from(*response > threshold);
    }
    // Brings the lowest bits of the eight bytes side by side.
    (u64::from_le_bytes(ink).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
}

fn root(parents: &mut [u32], mut piece: u32) -> u32 {
    while parents[piece as usize] != piece {
        let parent = parents[piece as usize];
        parents[piece as usize] = parents[parent as usize];
        piece = parent;
    }
    piece
}

fn measured(row: &[u8], gray: &[u8], flip: u8, run: Run, y: i32) -> Component {
    let (mut sum, mut peak, mut tint) = (0, 0, 0);
    for (response, gray) in row[run.from..run.to].iter().zip(&gray[run.from..run.to]) {
        sum += u64::from(*response);
        peak = peak.max(*response);
        tint = tint.max(*gray ^ flip);
    }
    let (peak, tint) = (u64::from(peak), u64::from(tint));
    // One pixel of an antialiased edge may lie between.
    let before = match run.from {
        0 | 1 => 0,
        from => row[from - 1].min(row[from - 2]),
    };
    let behind = row.get(run.to..run.to + 2).map_or(0, |two| two[0].min(two[1]));
    Component {
        left: run.from as i32,
        top: y,
        right: run.to as i32,
        bottom: y + 1,
        area: (run.to - run.from) as u32,
        runs: 1,
        stacked: 0,
        straight: 0,
        sum,
        peaks: peak,
        squares: peak * peak,
        outside: u64::from(before) + u64::from(behind),
        inks: tint,
        ink_squares: tint * tint,
    }
}
