//! Noise: a source in, white noise out; and a smooth texture that drifts from slice to slice.

use ndarray::Array2;

use super::plan::SIDE;
use super::plan::Slice;
use super::random::{Purpose, Source};

/// The sum of four bytes about its mean: near enough to a normal distribution, standard deviation
/// 148, and the same on every platform.
pub(super) fn white(source: &mut Source, count: usize) -> impl Iterator<Item = i32> {
    let mut bytes = vec![0; count * 4];
    source.fill(&mut bytes);
    (0..count).map(move |at| {
        let four = &bytes[at * 4..at * 4 + 4];
        four.iter().map(|byte| i32::from(*byte)).sum::<i32>() - 510
    })
}

/// Knots of the texture are so many pixels apart.
const CELL: usize = 64;
const KNOTS: usize = SIDE / CELL + 1;
/// Every so many slices the texture is made anew; between them it drifts.
const PERIOD: usize = 8;
/// Half the range of the texture, in Hounsfield units.
const SWING: f32 = 12.0;

type Knots = [[f32; KNOTS]; KNOTS];

/// Adds a texture of low frequency where there is tissue.
pub(super) fn add_texture(seed: u64, slice: &Slice, field: &mut Array2<f32>) {
    let (plane, step) = ((slice.position / PERIOD) as u64, slice.position % PERIOD);
    let (near, far) = (knots(seed, slice.series, plane), knots(seed, slice.series, plane + 1));
    let drift = step as f32 / PERIOD as f32;
    for (row, mut values) in field.outer_iter_mut().enumerate() {
        let (cell, down) = cell(row);
        let line: [f32; KNOTS] = std::array::from_fn(|knot| {
            let near = mix(near[cell][knot], near[cell + 1][knot], down);
            let far = mix(far[cell][knot], far[cell + 1][knot], down);
            mix(near, far, drift) * SWING
        });
        for (column, value) in values.iter_mut().enumerate() {
            let (cell, across) = self::cell(column);
            if *value > -950.0 {
                *value += mix(line[cell], line[cell + 1], across);
            }
        }
    }
}

fn knots(seed: u64, series: u64, plane: u64) -> Knots {
    let mut source = Source::new(seed, Purpose::Texture, series << 16 | plane);
    std::array::from_fn(|_| std::array::from_fn(|_| source.swing()))
}

/// The cell of a pixel, and how far into it the pixel lies, eased at both ends.
fn cell(pixel: usize) -> (usize, f32) {
    let within = (pixel % CELL) as f32 / CELL as f32;
    (pixel / CELL, within * within * (3.0 - 2.0 * within))
}

fn mix(from: f32, to: f32, share: f32) -> f32 {
    from + (to - from) * share
}
