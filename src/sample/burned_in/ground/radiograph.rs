//! Radiographs: chest, limb and breast, bone bright.

use super::super::super::random::Source;
use super::super::canvas::{Canvas, Ellipse};
use super::{Cloud, add_noise, between, ellipse};

/// A chest from behind: lungs, ribs, heart, spine.
pub(in super::super) fn chest(source: &mut Source, width: usize, height: usize) -> Canvas {
    let (w, h) = (width as f32, height as f32);
    let mut canvas = Canvas::new(width, height, 0.04);
    let x = w * between(source, 0.48, 0.52);
    canvas.ellipse(&ellipse(x, h * 0.62, w * 0.47, h * 0.62, 0.62));
    canvas.ellipse(&ellipse(x, h * 0.1, w * 0.12, h * 0.2, 0.66));
    for (side, reach) in [(-1.0, 0.30), (1.0, 0.28)] {
        let mut lung = ellipse(x + side * w * 0.2, h * 0.47, w * 0.15, h * reach, 0.2);
        lung.lean = side * -0.08;
        lung.edge = w * 0.015;
        canvas.ellipse(&lung);
    }
    for rib in 0..9 {
        let top = h * (0.2 + 0.065 * rib as f32);
        for side in [-1.0, 1.0] {
            let bend = |share: f32| {
                let across = x + side * w * (0.05 + 0.33 * share);
                [across, top + h * (0.09 * share * share - 0.03 * share)]
            };
            for part in 0..8 {
                let (from, to) = (part as f32 / 8.0, (part + 1) as f32 / 8.0);
                blend_stroke(&mut canvas, bend(from), bend(to), h * 0.016);
            }
        }
    }
    for (shape, edge) in [
        (ellipse(x + w * 0.06, h * 0.6, w * 0.14, h * 0.14, 0.74), 0.02),
        (ellipse(x, h * 0.5, w * 0.035, h * 0.5, 0.8), 0.01),
        (ellipse(x - w * 0.18, h * 0.92, w * 0.24, h * 0.18, 0.78), 0.02),
    ] {
        canvas.ellipse(&Ellipse { edge: edge * w, ..shape });
    }
    let clouds = Cloud::new(source, width, height, w / 40.0);
    let shade = Cloud::new(source, width, height, w / 3.0);
    canvas.map_pixels(|x, y, level| level * (1.0 + 0.06 * clouds.at(x, y) + 0.12 * shade.at(x, y)));
    add_noise(source, &mut canvas, 0.012);
    canvas
}

/// A rib lets the lung shine through.
fn blend_stroke(canvas: &mut Canvas, from: [f32; 2], to: [f32; 2], thick: f32) {
    let level = canvas.level(
        (from[0].max(0.0) as usize).min(canvas.width - 1),
        (from[1].max(0.0) as usize).min(canvas.height - 1),
    );
    canvas.stroke(from, to, thick, [(level + 0.13).min(0.8); 3]);
}

/// Two long bones and their joint in a collimated field.
pub(in super::super) fn limb(source: &mut Source, width: usize, height: usize) -> Canvas {
    let (w, h) = (width as f32, height as f32);
    let mut canvas = Canvas::new(width, height, 0.02);
    let (margin_x, margin_y) = (between(source, 0.02, 0.15) * w, between(source, 0.02, 0.08) * h);
    canvas.map_pixels(|x, y, level| {
        let (x, y) = (x as f32, y as f32);
        let inside = x > margin_x && x < w - margin_x && y > margin_y && y < h - margin_y;
        if inside { 0.12 } else { level }
    });
    let x = w * between(source, 0.42, 0.58);
    let lean = between(source, -0.08, 0.08) * w;
    canvas.stroke([x - lean, margin_y], [x, h * 0.55], w * 0.3, [0.4; 3]);
    canvas.stroke([x, h * 0.5], [x + lean, h - margin_y], w * 0.26, [0.4; 3]);
    for (from, to, thick) in [
        ([x - lean, margin_y], [x, h * 0.46], 0.1),
        ([x - w * 0.04, h * 0.54], [x - w * 0.04 + lean, h - margin_y], 0.085),
        ([x + w * 0.07, h * 0.55], [x + w * 0.07 + lean, h - margin_y], 0.05),
    ] {
        canvas.stroke(from, to, thick * w, [0.78; 3]);
        canvas.stroke(from, to, thick * w * 0.5, [0.62; 3]);
    }
    canvas.ellipse(&ellipse(x, h * 0.47, w * 0.1, h * 0.035, 0.76));
    canvas.ellipse(&ellipse(x, h * 0.545, w * 0.1, h * 0.03, 0.74));
    let clouds = Cloud::new(source, width, height, w / 50.0);
    canvas.map_pixels(|x, y, level| level * (1.0 + 0.08 * clouds.at(x, y)));
    add_noise(source, &mut canvas, 0.012);
    canvas
}

/// A breast from the side: bright gland in darker fat, air around it.
pub(in super::super) fn breast(source: &mut Source, width: usize, height: usize) -> Canvas {
    let (w, h) = (width as f32, height as f32);
    let mut canvas = Canvas::new(width, height, 0.01);
    let is_left = source.below(2) == 0;
    let wall = if is_left { 0.0 } else { w };
    let reach = w * between(source, 0.5, 0.72);
    canvas.ellipse(&ellipse(wall, h * 0.5, reach, h * 0.4, 0.34));
    let gland = ellipse(wall, h * 0.52, reach * 0.75, h * 0.27, 0.48);
    canvas.ellipse(&Ellipse { edge: w * 0.12, ..gland });
    let coarse = Cloud::new(source, width, height, w / 8.0);
    let fine = Cloud::new(source, width, height, w / 45.0);
    canvas.map_pixels(|x, y, level| {
        if level > 0.1 { level + 0.17 * coarse.at(x, y) + 0.07 * fine.at(x, y) } else { level }
    });
    let top = if is_left { [w * 0.22, 0.0] } else { [w * 0.78, 0.0] };
    canvas.stroke(top, [wall, h * 0.45], w * 0.09, [0.72; 3]);
    add_noise(source, &mut canvas, 0.012);
    canvas
}
