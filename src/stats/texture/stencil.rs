//! Neighbourhoods of 3 x 3: a frame's samples in, the sums of Immerkær's and Sobel's kernels out.
//!
//! Each row is brought into levels once, above the frame's least one. The fewer bits those have, the
//! more fit a vector: most images, CT among them, have a range of 12 bits and are done in 16.

use crate::codec::cpu::{self, Work};

use super::cell::Cell;
use super::levels::{Order, Sample, Span, with_samples};
use super::{Frame, Texture};

/// Neighbourhoods looked at together: arrays of this length become vectors.
const GROUP: usize = 32;
/// Lanes of a sum.
const LANES: usize = 8;
/// Neighbourhoods of a row added up before the lanes are emptied.
const PIECE: usize = 4096;

/// The sums of a frame; of 7 x 7 neighbourhoods it says nothing.
pub(super) fn sums(frame: &Frame<'_>) -> Texture {
    if frame.rows < 3 || frame.columns < 3 {
        return Texture::default();
    }
    with_samples!(frame, samples => of_samples(frame, samples))
}

fn of_samples<S: Sample>(frame: &Frame<'_>, samples: &[S]) -> Texture {
    let order = Order::of(frame);
    let survey = cpu::run(Survey { samples, order });
    let (low, high) = survey.ends;
    if low > high {
        // Padding alone.
        return Texture::default();
    }
    let padding = survey.has_padding.then(|| order.padding()).flatten();
    let columns = frame.columns;
    match high.into() - low.into() {
        0..0x1000 => cpu::run(Stencils::<S, i16>::new(samples, columns, order, low, padding)),
        0x1000..0x1_0000 => {
            cpu::run(Stencils::<S, i32>::new(samples, columns, order, low, padding))
        }
        _ => cpu::run(Stencils::<S, i64>::new(samples, columns, order, low, padding)),
    }
}

/// Looks for the least and the greatest level of the pixels, and for padding.
struct Survey<'a, S> {
    samples: &'a [S],
    order: Order<S>,
}

struct Surveyed<S> {
    ends: (S, S),
    has_padding: bool,
}

impl<S: Sample> Work for Survey<'_, S> {
    type Output = Surveyed<S>;

    #[inline(always)]
    fn run(self) -> Surveyed<S> {
        let Self { samples, order } = self;
        let (least, greatest) = S::ENDS;
        let nothing = (greatest, least);
        let Some(padding) = order.padding() else {
            let ends = samples.iter().fold(nothing, |(low, high), &sample| {
                let level = order.level(sample);
                (low.min(level), high.max(level))
            });
            return Surveyed { ends, has_padding: false };
        };
        let (mut low, mut high) = nothing;
        let mut found = least;
        for &sample in samples {
            let level = order.level(sample);
            // All bits where it is padding: that is neither the least nor the greatest.
            let bits = S::bits(padding.holds(level));
            low = low.min(level | bits);
            high = high.max(level & (bits ^ greatest));
            found = found | bits;
        }
        Surveyed { ends: (low, high), has_padding: found != least }
    }
}

struct Stencils<'a, S, C> {
    samples: &'a [S],
    columns: usize,
    order: Order<S>,
    low: S,
    /// Only where a pixel is padding.
    padding: Option<Span<S>>,
    /// The last three rows in levels, the row `y` at `y % 3`, with zeros to whole groups.
    levels: [Vec<C>; 3],
    /// All bits where a pixel is not padding.
    valid: [Vec<C>; 3],
}

impl<'a, S: Sample, C: Cell> Stencils<'a, S, C> {
    fn new(
        samples: &'a [S],
        columns: usize,
        order: Order<S>,
        low: S,
        padding: Option<Span<S>>,
    ) -> Self {
        let len = (columns - 2).next_multiple_of(GROUP) + 2;
        let rows = |len| std::array::from_fn(|_| vec![C::default(); len]);
        let valid = rows(if padding.is_some() { len } else { 0 });
        Self { samples, columns, order, low, padding, levels: rows(len), valid }
    }

    #[inline(always)]
    fn read(&mut self, y: usize, row: &[S]) {
        let (order, low) = (self.order, self.low);
        let levels = &mut self.levels[y % 3];
        let Some(padding) = self.padding else {
            for (cell, &sample) in levels.iter_mut().zip(row) {
                *cell = C::of(order.level(sample).minus(low).into());
            }
            return;
        };
        for ((cell, valid), &sample) in levels.iter_mut().zip(&mut self.valid[y % 3]).zip(row) {
            let level = order.level(sample);
            let keep = if padding.holds(level) { C::default() } else { C::ALL };
            *valid = keep;
            *cell = C::of(level.minus(low).into()) & keep;
        }
    }

    /// Adds the neighbourhoods of the three rows at hand.
    #[inline(always)]
    fn add(&self, y: usize, texture: &mut Texture) {
        let order = [(y + 1) % 3, (y + 2) % 3, y % 3];
        let width = self.columns - 2;
        for piece in (0..width).step_by(PIECE) {
            let mut lanes = Lanes::<C>::default();
            for start in (piece..width.min(piece + PIECE)).step_by(GROUP) {
                let levels = order.map(|row| cells(&self.levels[row], start));
                let left = width - start;
                if self.padding.is_some() {
                    let valid = order.map(|row| cells(&self.valid[row], start));
                    let mut keep = valid_neighbourhoods(valid);
                    keep.iter_mut().skip(left).for_each(|cell| *cell = C::default());
                    lanes.add(levels, Some(&keep));
                } else if left < GROUP {
                    let keep =
                        std::array::from_fn(|x| if x < left { C::ALL } else { C::default() });
                    lanes.add(levels, Some(&keep));
                } else {
                    lanes.add(levels, None);
                }
            }
            lanes.empty_into(texture);
        }
    }
}

/// The cells that a group needs.
type Cells<'a, C> = &'a [C; GROUP + 2];

#[inline(always)]
fn cells<C>(row: &[C], start: usize) -> Cells<'_, C> {
    row[start..].first_chunk().expect("rows have whole groups")
}

/// All bits where none of the nine pixels is padding.
#[inline(always)]
fn valid_neighbourhoods<C: Cell>([a, b, c]: [Cells<'_, C>; 3]) -> [C; GROUP] {
    let mut keep = [C::default(); GROUP];
    for (x, keep) in keep.iter_mut().enumerate() {
        let [left, middle, right] = [x, x + 1, x + 2].map(|x| a[x] & b[x] & c[x]);
        *keep = left & middle & right;
    }
    keep
}

/// Sums of a piece, by lane.
struct Lanes<C: Cell> {
    count: [u32; LANES],
    sum: [C::Sum; LANES],
    energy: [C::Energy; LANES],
}

impl<C: Cell> Default for Lanes<C> {
    fn default() -> Self {
        let (sum, energy) = ([C::Sum::default(); LANES], [C::Energy::default(); LANES]);
        Self { count: [0; LANES], sum, energy }
    }
}

impl<C: Cell> Lanes<C> {
    /// Adds a group of neighbourhoods, those that `keep` has the bits of; all where it is `None`.
    #[inline(always)]
    fn add(&mut self, [a, b, c]: [Cells<'_, C>; 3], keep: Option<&[C; GROUP]>) {
        let twice = |cell: C| cell.plus(cell);
        let mut laplacian = [C::default(); GROUP];
        let mut across = [C::default(); GROUP];
        let mut along = [C::default(); GROUP];
        for x in 0..GROUP {
            let [left, right] = [x, x + 2].map(|x| a[x].plus(c[x]));
            let [left_slope, right_slope] = [x, x + 2].map(|x| c[x].minus(a[x]));
            let edges = a[x + 1].plus(c[x + 1]).plus(b[x]).plus(b[x + 2]);
            laplacian[x] = left.plus(right).plus(twice(twice(b[x + 1]).minus(edges)));
            across[x] = right.minus(left).plus(twice(b[x + 2].minus(b[x])));
            along[x] = left_slope.plus(right_slope).plus(twice(c[x + 1].minus(a[x + 1])));
        }
        if let Some(keep) = keep {
            for x in 0..GROUP {
                laplacian[x] = laplacian[x] & keep[x];
                across[x] = across[x] & keep[x];
                along[x] = along[x] & keep[x];
            }
            for keep in keep.as_chunks::<LANES>().0 {
                for (count, keep) in self.count.iter_mut().zip(keep) {
                    *count += keep.bit();
                }
            }
        } else {
            self.count[0] += GROUP as u32;
        }
        let mut squares = [C::Squares::default(); LANES];
        for laplacian in laplacian.as_chunks::<LANES>().0 {
            for (sum, laplacian) in self.sum.iter_mut().zip(laplacian) {
                *sum += laplacian.magnitude();
            }
        }
        let gradients = across.as_chunks::<LANES>().0.iter().zip(along.as_chunks::<LANES>().0);
        for (across, along) in gradients {
            for lane in 0..LANES {
                squares[lane] += C::squares(across[lane], along[lane]);
            }
        }
        for (energy, squares) in self.energy.iter_mut().zip(squares) {
            *energy += squares.into();
        }
    }

    #[inline(always)]
    fn empty_into(self, texture: &mut Texture) {
        texture.stencils += u64::from(self.count.iter().sum::<u32>());
        texture.laplacian += self.sum.into_iter().map(Into::<u128>::into).sum::<u128>();
        texture.gradient += self.energy.into_iter().map(Into::<u128>::into).sum::<u128>();
    }
}

impl<S: Sample, C: Cell> Work for Stencils<'_, S, C> {
    type Output = Texture;

    #[inline(always)]
    fn run(mut self) -> Texture {
        let mut texture = Texture::default();
        for (y, row) in self.samples.chunks_exact(self.columns).enumerate() {
            self.read(y, row);
            if y >= 2 {
                self.add(y, &mut texture);
            }
        }
        texture
    }
}
