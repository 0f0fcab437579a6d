//! Cross-sections: a chest in computed tomography, a head in magnetic resonance.

use super::super::super::plan::{SIDE, Slice};
use super::super::super::random::Source;
use super::super::super::{body, noise};
use super::super::canvas::Canvas;
use super::{Cloud, add_noise, between, ellipse, mix};

/// A chest in one of three windows, as wide as the frame is high.
pub(in super::super) fn chest(
    seed: u64,
    index: u64,
    source: &mut Source,
    width: usize,
    height: usize,
) -> Canvas {
    let slice = Slice {
        instance: index,
        patient: index,
        study: index,
        series: index,
        study_of_patient: 0,
        series_of_study: 0,
        position: source.below(30) as usize,
        slices: 30,
    };
    let mut field = body::hounsfield(seed, &slice);
    noise::add_texture(seed, &slice, &mut field);
    let (lowest, window) =
        [(-160.0, 400.0), (-1000.0, 2000.0), (-1350.0, 1500.0)][source.below(3) as usize];
    let side = width.min(height);
    let (left, top) = ((width - side) / 2, (height - side) / 2);
    let step = SIDE as f32 / side as f32;
    let mut canvas = Canvas::new(width, height, 0.0);
    for y in 0..side {
        for x in 0..side {
            let (column, row) = (x as f32 * step, y as f32 * step);
            let (right, below) =
                ((column as usize + 1).min(SIDE - 1), (row as usize + 1).min(SIDE - 1));
            let (column, across) = (column as usize, column - column.floor());
            let (row, down) = (row as usize, row - row.floor());
            let above = mix(field[[row, column]], field[[row, right]], across);
            let under = mix(field[[below, column]], field[[below, right]], across);
            let level = (mix(above, under, down) - lowest) / window;
            canvas.samples[(y + top) * width + x + left] = level.clamp(0.0, 1.0);
        }
    }
    add_noise(source, &mut canvas, 12.0 / window);
    canvas
}

/// A head: bright scalp, dark bone, folded brain, ventricles.
pub(in super::super) fn head(source: &mut Source, width: usize, height: usize) -> Canvas {
    let mut canvas = Canvas::new(width, height, 0.02);
    let unit = height as f32 / 100.0;
    let (x, y) = (width as f32 / 2.0 + between(source, -3.0, 3.0) * unit, height as f32 * 0.5);
    let (broad, long) = (between(source, 30.0, 36.0) * unit, between(source, 40.0, 45.0) * unit);
    canvas.ellipse(&ellipse(x, y, broad, long, 0.75));
    canvas.ellipse(&ellipse(x, y, broad - 3.0 * unit, long - 3.0 * unit, 0.08));
    canvas.ellipse(&ellipse(x, y, broad - 5.0 * unit, long - 5.0 * unit, 0.45));
    let folds = Cloud::new(source, width, height, 3.5 * unit);
    let shade = Cloud::new(source, width, height, 30.0 * unit);
    canvas.map_pixels(|x, y, level| {
        if (0.4..0.5).contains(&level) {
            let fold = (folds.at(x, y) * 4.0).clamp(-1.0, 1.0);
            level + 0.05 + 0.09 * fold + 0.06 * shade.at(x, y)
        } else {
            level
        }
    });
    let fluid = if source.below(2) == 0 { 0.12 } else { 0.95 };
    for side in [-1.0, 1.0] {
        let mut horn = ellipse(x + side * 5.0 * unit, y, 3.0 * unit, 11.0 * unit, fluid);
        horn.lean = side * 0.25;
        canvas.ellipse(&horn);
    }
    canvas.stroke([x, y - long * 0.8], [x, y - long * 0.35], 0.8 * unit, [fluid; 3]);
    add_noise(source, &mut canvas, 0.02);
    canvas
}
