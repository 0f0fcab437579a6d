//! Fluoroscopy: a bright, uneven field, vessels full of contrast, a round or square collimator.

use super::super::super::random::Source;
use super::super::canvas::Canvas;
use super::{Cloud, add_noise, between};

/// What stays from frame to frame.
#[derive(Debug)]
pub(in super::super) struct Angiogram {
    /// Without vessels and noise.
    field: Canvas,
    /// Strokes: from, to, thickness; those near the root first.
    vessels: Vec<([f32; 2], [f32; 2], f32)>,
    /// The radius of a round collimator.
    round: Option<f32>,
}

impl Angiogram {
    pub(in super::super) fn new(source: &mut Source, side: usize) -> Self {
        let mut field = Canvas::new(side, side, 0.0);
        let clouds = Cloud::new(source, side, side, side as f32 / 3.0);
        let (base, lean) = (between(source, 0.45, 0.7), between(source, -0.2, 0.2));
        field.map_pixels(|x, y, _| {
            let place = x as f32 / side as f32 - 0.5;
            base + lean * place + 0.2 * clouds.at(x, y)
        });
        spine(&mut field, side as f32 * between(source, 0.3, 0.7));
        let mut vessels = Vec::new();
        let thick = side as f32 / 60.0;
        for _ in 0..2 + source.below(2) {
            let start = [between(source, 0.35, 0.65), between(source, 0.1, 0.3)];
            let start = start.map(|share| share * side as f32);
            let heading = between(source, -0.7, 0.7);
            grow(source, &mut vessels, start, heading, thick, side as f32);
        }
        let round = (source.below(2) == 0).then_some(side as f32 * 0.5);
        Self { field, vessels, round }
    }

    /// A frame: `share` of the vessels is full.
    pub(in super::super) fn frame(&self, source: &mut Source, share: f32) -> Canvas {
        let mut canvas = self.field.clone();
        let full = (self.vessels.len() as f32 * share) as usize;
        for (from, to, thick) in &self.vessels[..full] {
            canvas.stroke(*from, *to, *thick, [0.14; 3]);
        }
        add_noise(source, &mut canvas, 0.018);
        if let Some(radius) = self.round {
            let middle = canvas.width as f32 / 2.0;
            canvas.map_pixels(|x, y, level| {
                let (across, down) = (x as f32 - middle, y as f32 - middle);
                if across * across + down * down < radius * radius { level } else { 0.0 }
            });
        }
        canvas
    }
}

/// Vertebrae with rounded corners, a little darker than what is around them.
fn spine(field: &mut Canvas, x: f32) {
    let side = field.height as f32;
    let (half_width, half_height) = (side * 0.075, side * 0.062);
    field.map_pixels(|column, row, level| {
        let across = (column as f32 - x) / half_width;
        let down = (row as f32 % (side / 6.5) - side / 13.0) / half_height;
        let inside = 1.0 - across * across * across * across - down * down * down * down;
        level * (1.0 - 0.2 * (inside * 2.0).clamp(0.0, 1.0))
    });
}

/// A vessel that winds, tapers and branches.
fn grow(
    source: &mut Source,
    vessels: &mut Vec<([f32; 2], [f32; 2], f32)>,
    start: [f32; 2],
    heading: f32,
    thick: f32,
    side: f32,
) {
    let (mut at, mut heading, mut thick) = (start, heading, thick);
    for _ in 0..22 {
        if thick < 1.0 {
            return;
        }
        heading += 0.22 * source.swing();
        let step = side / 30.0;
        let next = [at[0] + libm::sinf(heading) * step, at[1] + libm::cosf(heading) * step];
        vessels.push((at, next, thick));
        at = next;
        thick *= 0.95;
        if source.below(7) == 0 {
            let branch = heading + if source.below(2) == 0 { 0.7 } else { -0.7 };
            grow(source, vessels, at, branch, thick * 0.6, side);
        }
    }
}
