//! What images show behind the text: a source and a size in, a grey frame without any letter out. Only
//! arithmetic that every platform rounds alike.

pub(super) mod film;
pub(super) mod radiograph;
pub(super) mod slice;
pub(super) mod ultrasound;
pub(super) mod vessels;

use super::super::noise;
use super::super::random::Source;
use super::canvas::{Canvas, Ellipse};

/// An ellipse that stands upright.
const fn ellipse(x: f32, y: f32, half_width: f32, half_height: f32, level: f32) -> Ellipse {
    Ellipse { x, y, half_width, half_height, lean: 0.0, edge: 2.0, level }
}

/// A number between two.
pub(super) fn between(source: &mut Source, from: f32, to: f32) -> f32 {
    from + (to - from) * (source.swing() + 1.0) / 2.0
}

/// Adds the noise of a detector; `deviation` is its standard deviation.
pub(super) fn add_noise(source: &mut Source, canvas: &mut Canvas, deviation: f32) {
    let noise = noise::white(source, canvas.samples.len());
    for (sample, noise) in canvas.samples.iter_mut().zip(noise) {
        *sample = (*sample + noise as f32 / 148.0 * deviation).clamp(0.0, 1.0);
    }
}

/// A smooth random field from about -1 to 1, whose hills are so many pixels apart: two grids that lie
/// askew, so that none is seen.
#[derive(Debug)]
pub(super) struct Cloud {
    cell: f32,
    columns: usize,
    shift: f32,
    knots: Vec<f32>,
}

/// A turn by about 37 degrees.
const TURN: [f32; 2] = [0.8, 0.6];

impl Cloud {
    pub(super) fn new(source: &mut Source, width: usize, height: usize, cell: f32) -> Self {
        // Turned, a corner comes to lie left of the grid: everything is moved to the right.
        let shift = TURN[1] * width.max(height) as f32;
        let columns = ((width + height) as f32 * 1.4 / cell) as usize + 2;
        let rows = ((width + height) as f32 * 1.4 / cell) as usize + 2;
        let knots = (0..columns * rows).map(|_| source.swing()).collect();
        Self { cell, columns, shift, knots }
    }

    pub(super) fn at(&self, x: usize, y: usize) -> f32 {
        let (x, y) = (x as f32, y as f32);
        let [long, short] = TURN;
        let turned = self.grid(long * x - short * y + self.shift, short * x + long * y);
        0.65 * turned + 0.5 * self.grid(1.3 * x + 0.3 * self.cell, 1.3 * y + 0.6 * self.cell)
    }

    fn grid(&self, x: f32, y: f32) -> f32 {
        let (across, down) = (x / self.cell, y / self.cell);
        let at = down as usize * self.columns + across as usize;
        let (across, down) = (ease(across), ease(down));
        let above = mix(self.knots[at], self.knots[at + 1], across);
        let below = mix(self.knots[at + self.columns], self.knots[at + self.columns + 1], across);
        mix(above, below, down)
    }
}

/// The part behind the point of a number that is not negative, eased at both ends.
fn ease(number: f32) -> f32 {
    let part = number - number as usize as f32;
    part * part * (3.0 - 2.0 * part)
}

fn mix(from: f32, to: f32, share: f32) -> f32 {
    from + (to - from) * share
}
