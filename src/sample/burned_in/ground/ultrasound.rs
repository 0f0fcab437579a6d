//! Ultrasound: a sector of speckle below a probe, in polar coordinates.

use super::super::super::random::Source;
use super::super::canvas::Canvas;
use super::{Cloud, between, mix};
use crate::area::Rectangle;

/// Knots of the speckle across the sector and in depth.
const BEAMS: usize = 150;
const DEPTHS: usize = 320;

/// What stays from frame to frame.
#[derive(Debug)]
pub(in super::super) struct Sector {
    area: Rectangle,
    apex: [f32; 2],
    nearest: f32,
    farthest: f32,
    half_angle: f32,
    tissue: Cloud,
    layers: Cloud,
    /// Dark vessels: place and radius.
    cysts: Vec<[f32; 3]>,
}

impl Sector {
    pub(in super::super) fn new(source: &mut Source, area: Rectangle) -> Self {
        let (width, height) = (area.width as f32, area.height as f32);
        let wanted = between(source, 0.45, 0.75);
        // A phased array begins nearly in a point, a convex probe in an arc.
        let nearest = if source.below(2) == 0 { 0.03 } else { 0.25 } * height;
        let apex = [area.x as f32 + width / 2.0, area.y as f32 + height * 0.02 - nearest * 0.95];
        // As deep as the area is high, where its width lets the beams.
        let farthest = nearest + height * 0.94;
        let half_angle = wanted.min(libm::asinf((width / 2.0 / farthest).min(1.0)));
        let cysts = (0..2 + source.below(4)).map(|_| {
            let deep = between(source, 0.3, 0.85) * height;
            let across = between(source, -0.35, 0.35) * deep;
            [apex[0] + across, area.y as f32 + deep, between(source, 0.03, 0.09) * height]
        });
        let cysts = cysts.collect();
        let (right, bottom) = (area.right() as usize, area.bottom() as usize);
        let tissue = Cloud::new(source, right, bottom, height / 6.0);
        let layers = Cloud::new(source, BEAMS + DEPTHS, DEPTHS, 22.0);
        Self { area, apex, nearest, farthest, half_angle, tissue, layers, cysts }
    }

    /// Paints one frame; the speckle is new in each.
    pub(in super::super) fn paint(&self, source: &mut Source, canvas: &mut Canvas) {
        let speckle = speckle(source);
        let turn = 0.5 / self.half_angle;
        for y in self.area.y..self.area.bottom() {
            for x in self.area.x..self.area.right() {
                let (across, down) = (x as f32 - self.apex[0], y as f32 - self.apex[1]);
                let distance = (across * across + down * down).sqrt();
                let beam = libm::atan2f(across, down) * turn + 0.5;
                let depth = (distance - self.nearest) / (self.farthest - self.nearest);
                if !(0.0..1.0).contains(&beam) || !(0.0..1.0).contains(&depth) {
                    continue;
                }
                let level = self.level(x, y, beam, depth) * self::at(&speckle, beam, depth);
                let at = y as usize * canvas.width + x as usize;
                canvas.samples[at] = level.clamp(0.02, 0.95);
            }
        }
    }

    fn level(&self, x: u32, y: u32, beam: f32, depth: f32) -> f32 {
        let layer =
            self.layers.at((beam * BEAMS as f32) as usize, (depth * DEPTHS as f32) as usize);
        let tissue = self.tissue.at(x as usize, y as usize);
        let mut level = 0.34 + 0.16 * tissue + 0.14 * layer - 0.12 * depth;
        if depth < 0.06 {
            level += 0.3;
        }
        for [centre, deep, radius] in &self.cysts {
            let (across, down) = ((x as f32 - centre) * 0.8, y as f32 - deep);
            let distance = (across * across + down * down).sqrt();
            if distance < *radius {
                level *= 0.12;
            } else if distance < radius * 1.15 {
                level += 0.2;
            }
        }
        level.max(0.03)
    }
}

/// Amplitudes about 1, alike along a beam's width.
fn speckle(source: &mut Source) -> Vec<f32> {
    let mut bytes = vec![0; BEAMS * DEPTHS];
    source.fill(&mut bytes);
    let mut row_before = 0.0;
    let waves = bytes.iter().map(|byte| {
        // The root of an exponential distribution is Rayleigh's.
        let wave = libm::sqrtf(-libm::logf((f32::from(*byte) + 0.5) / 256.0));
        row_before = 0.45 * row_before + 0.55 * wave;
        0.25 + 0.85 * row_before
    });
    waves.collect()
}

fn at(speckle: &[f32], beam: f32, depth: f32) -> f32 {
    let (across, down) = (beam * (BEAMS - 1) as f32, depth * (DEPTHS - 1) as f32);
    let (column, row) = ((across as usize).min(BEAMS - 2), (down as usize).min(DEPTHS - 2));
    let (across, down) = (across - column as f32, down - row as f32);
    let at = row * BEAMS + column;
    let above = mix(speckle[at], speckle[at + 1], across);
    let below = mix(speckle[at + BEAMS], speckle[at + BEAMS + 1], across);
    mix(above, below, down)
}
