//! How far a pixel stands out from its surroundings as part of a thin stroke: a plane of grey in, a plane
//! of responses and the largest of each block out.
//!
//! The response is the white top-hat: the image less its opening by a square of [`SQUARE`] pixels. What
//! holds such a square somewhere (tissue, banners, gradients, steps between them) leaves nothing; strokes
//! narrower than that keep their contrast to what lies around them. For dark strokes the image is
//! inverted. All of it is minima and maxima of bytes, row by row, which become vector instructions.

use crate::codec::cpu::{self, Work};

/// Strokes are narrower than this.
const SQUARE: usize = 7;
/// Pixels beside a pixel that its response depends on.
const REACH: usize = SQUARE - 1;
/// Rows worked on at once, so that they stay in the cache.
const BAND: usize = 64;
/// Sides of the blocks whose largest response is told.
pub(super) const BLOCK: usize = 8;

/// The strokes of one polarity.
#[derive(Debug, Default)]
pub(super) struct Strokes {
    /// Columns of the plane.
    pub(super) columns: usize,
    /// Rows of the plane.
    pub(super) rows: usize,
    /// What turns the greys over for dark strokes: each is combined with it by exclusive or.
    pub(super) flip: u8,
    /// Response of each pixel.
    pub(super) responses: Vec<u8>,
    /// Blocks side by side.
    pub(super) across: usize,
    /// Blocks one below the other.
    pub(super) down: usize,
    /// The largest response in each block.
    pub(super) largest: Vec<u8>,
    scratch: Scratch,
}

#[derive(Debug, Default)]
struct Scratch {
    band: Vec<u8>,
    other: Vec<u8>,
    padded: Vec<u8>,
    first: Vec<u8>,
    second: Vec<u8>,
    columns: Vec<u8>,
}

/// Which strokes are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Polarity {
    /// Lighter than what is around them.
    Light,
    /// Darker.
    Dark,
}

impl Strokes {
    /// Measures a plane anew, in the memory of the last.
    pub(super) fn measure(&mut self, gray: &[u8], columns: usize, rows: usize, polarity: Polarity) {
        (self.columns, self.rows) = (columns, rows);
        self.flip = if polarity == Polarity::Dark { u8::MAX } else { 0 };
        (self.across, self.down) = (columns.div_ceil(BLOCK), rows.div_ceil(BLOCK));
        // Every value is written below.
        self.responses.resize(columns * rows, 0);
        self.largest.resize(self.across * self.down, 0);
        if columns == 0 || rows == 0 {
            return;
        }
        cpu::run(TopHat { gray, strokes: self });
    }
}

struct TopHat<'a> {
    gray: &'a [u8],
    strokes: &'a mut Strokes,
}

impl Work for TopHat<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { gray, strokes } = self;
        let flip = strokes.flip;
        let (columns, rows) = (strokes.columns, strokes.rows);
        let wide = columns + REACH;
        let scratch = &mut strokes.scratch;
        scratch.band.resize((BAND + 2 * REACH) * wide, 0);
        scratch.other.resize((BAND + 2 * REACH) * wide, 0);
        scratch.padded.clear();
        scratch.padded.resize(columns + 2 * REACH, u8::MAX);
        scratch.first.resize(columns + 2 * REACH, 0);
        scratch.second.resize(columns + 2 * REACH, 0);
        scratch.columns.resize(columns, 0);
        for top in (0..rows).step_by(BAND) {
            let height = BAND.min(rows - top);
            erode(scratch, gray, columns, rows, top, height, flip);
            for row in 0..height {
                let at = (top + row) * columns;
                let opened = &scratch.band[row * wide..][..wide];
                spread(&mut scratch.first[..wide - 1], opened, 1);
                spread(&mut scratch.second[..wide - 3], &scratch.first[..wide - 1], 2);
                let response = &mut strokes.responses[at..at + columns];
                let source = &gray[at..at + columns];
                let (near, far) = (&scratch.second[..columns], &scratch.second[3..][..columns]);
                if row % BLOCK == 0 {
                    scratch.columns.fill(0);
                }
                let most = &mut scratch.columns[..columns];
                for ((((to, most), gray), near), far) in
                    response.iter_mut().zip(most).zip(source).zip(near).zip(far)
                {
                    *to = (*gray ^ flip).saturating_sub((*near).max(*far));
                    *most = (*most).max(*to);
                }
                if row % BLOCK == BLOCK - 1 || top + row == rows - 1 {
                    let blocks = &mut strokes.largest[(top + row) / BLOCK * strokes.across..];
                    for (block, most) in blocks.iter_mut().zip(scratch.columns.chunks(BLOCK)) {
                        *block = most.iter().fold(0, |all, one| all.max(*one));
                    }
                }
            }
        }
    }
}

/// Leaves in the rows of the band the maxima down the rows of the minima over squares: all of the opening
/// but the maxima along the rows.
#[inline(always)]
fn erode(
    scratch: &mut Scratch,
    gray: &[u8],
    columns: usize,
    rows: usize,
    top: usize,
    height: usize,
    flip: u8,
) {
    let wide = columns + REACH;
    let all = height + 2 * REACH;
    for (at, band) in scratch.band.chunks_exact_mut(wide).take(all).enumerate() {
        // Beyond the edges stands what changes no minimum.
        let Some(row) = (top + at).checked_sub(REACH).filter(|row| *row < rows) else {
            band.fill(u8::MAX);
            continue;
        };
        let source = &gray[row * columns..][..columns];
        for (to, gray) in scratch.padded[REACH..][..columns].iter_mut().zip(source) {
            *to = *gray ^ flip;
        }
        shrink(&mut scratch.first[..wide + 5], &scratch.padded, 1);
        shrink(&mut scratch.second[..wide + 3], &scratch.first[..wide + 5], 2);
        shrink(band, &scratch.second[..wide + 3], 3);
    }
    // Down the rows as along them, with whole rows for steps.
    let (band, other) = (&mut scratch.band, &mut scratch.other);
    let lengths = |rows: usize| [(rows - 1) * wide, (rows - 3) * wide, (rows - REACH) * wide];
    let [first, second, third] = lengths(height + 2 * REACH);
    shrink(&mut other[..first], band, wide);
    shrink(&mut band[..second], other, 2 * wide);
    shrink(&mut other[..third], band, 3 * wide);
    let [first, second, third] = lengths(height + REACH);
    spread(&mut band[..first], other, wide);
    spread(&mut other[..second], band, 2 * wide);
    spread(&mut band[..third], other, 3 * wide);
}

/// The lesser of each value and the one so far behind it.
#[inline(always)]
fn shrink(to: &mut [u8], from: &[u8], step: usize) {
    let behind = &from[step..];
    for ((to, a), b) in to.iter_mut().zip(from).zip(behind) {
        *to = (*a).min(*b);
    }
}

/// The greater of each value and the one so far behind it.
#[inline(always)]
fn spread(to: &mut [u8], from: &[u8], step: usize) {
    let behind = &from[step..];
    for ((to, a), b) in to.iter_mut().zip(from).zip(behind) {
        *to = (*a).max(*b);
    }
}
