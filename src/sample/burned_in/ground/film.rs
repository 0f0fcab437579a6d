//! Digitised film: a radiograph on a light box, with grain, scratches and its clear edge.

use super::super::super::random::Source;
use super::super::canvas::{Canvas, grey};
use super::{Cloud, add_noise, between, radiograph};

pub(in super::super) fn film(source: &mut Source, width: usize, height: usize) -> Canvas {
    let mut canvas = if source.below(2) == 0 {
        radiograph::chest(source, width, height)
    } else {
        radiograph::limb(source, width, height)
    };
    let glow = Cloud::new(source, width, height, width as f32 / 1.5);
    canvas.map_pixels(|x, y, level| 0.08 + 0.8 * level + 0.07 * glow.at(x, y));
    for _ in 0..3 + source.below(6) {
        let from =
            [between(source, 0.0, 1.0) * width as f32, between(source, 0.0, 1.0) * height as f32];
        let to = [from[0] + 40.0 * source.swing(), from[1] + 90.0 * source.swing()];
        canvas.stroke(from, to, 0.6, grey(between(source, 0.3, 0.7)));
    }
    if source.below(2) == 0 {
        // Where the film was smaller than the scanner's bed, light came through.
        let edge = width / 40;
        let (w, h) = (width, height);
        canvas.map_pixels(|x, y, level| {
            if x < edge || y < edge || x >= w - edge || y >= h - edge { 0.93 } else { level }
        });
    }
    add_noise(source, &mut canvas, 0.03);
    canvas
}
