//! What looks a little like text and is none: rulers, bars of grey and colour, frames, clips, lines.

use super::super::random::Source;
use super::canvas::{Canvas, Colour, grey};
use super::ground::between;
use crate::area::Rectangle;

/// A ruler with ticks, every fifth a longer one.
pub(super) fn ruler(canvas: &mut Canvas, x: u32, from: u32, to: u32, step: u32, colour: Colour) {
    for (tick, y) in (from..to).step_by(step.max(2) as usize).enumerate() {
        let length = if tick % 5 == 0 { 9 } else { 4 };
        canvas.fill(Rectangle { x, y, width: length, height: 1 }, colour);
    }
}

/// A bar from white to black.
pub(super) fn grey_bar(canvas: &mut Canvas, area: Rectangle) {
    for row in 0..area.height {
        let level = 1.0 - row as f32 / area.height as f32;
        canvas.fill(Rectangle { y: area.y + row, height: 1, ..area }, grey(level));
    }
    canvas.edge(area, grey(0.6));
}

/// A bar of the colours of flow.
pub(super) fn colour_bar(canvas: &mut Canvas, area: Rectangle) {
    for row in 0..area.height {
        let share = 2.0 * row as f32 / area.height as f32 - 1.0;
        let strong = 0.3 + 0.7 * share.abs();
        let colour = if share < 0.0 {
            [strong, 0.8 * share.abs(), 0.0]
        } else {
            [0.0, 0.8 * share.abs(), strong]
        };
        canvas.fill(Rectangle { y: area.y + row, height: 1, ..area }, colour);
    }
}

/// Colours of flow in a vessel, as Doppler shows it.
pub(super) fn flow(canvas: &mut Canvas, source: &mut Source, area: Rectangle) {
    let middle =
        [area.x as f32 + area.width as f32 / 2.0, area.y as f32 + area.height as f32 / 2.0];
    let is_towards = source.below(2) == 0;
    for y in area.y..area.bottom() {
        for x in area.x..area.right() {
            let across = (x as f32 - middle[0]) / (area.width as f32 / 2.0);
            let down = (y as f32 - middle[1]) / (area.height as f32 / 2.0);
            let inside = 1.0 - across * across - down * down;
            if inside > 0.0 && canvas.level(x as usize, y as usize) > 0.04 {
                let strong = 0.3 + 0.6 * inside;
                let light = 0.6 * inside * inside;
                let colour = if is_towards { [strong, light, 0.0] } else { [0.0, light, strong] };
                canvas.blend(x as i32, y as i32, colour, 0.9);
            }
        }
    }
}

/// Clips of metal, as surgeons leave them: short bright strokes in a row.
pub(super) fn clips(canvas: &mut Canvas, source: &mut Source) {
    let (width, height) = (canvas.width as f32, canvas.height as f32);
    let mut at = [between(source, 0.3, 0.6) * width, between(source, 0.3, 0.6) * height];
    let long = width.max(400.0) / 60.0;
    for _ in 0..3 + source.below(5) {
        let to = [at[0] + long * source.swing(), at[1] + long * source.swing()];
        canvas.stroke(at, to, 2.0, grey(0.98));
        at = [at[0] + 2.5 * long * source.swing(), at[1] + 2.0 * long];
    }
}

/// A catheter: one thin line that winds.
pub(super) fn catheter(canvas: &mut Canvas, source: &mut Source, colour: Colour) {
    let (width, height) = (canvas.width as f32, canvas.height as f32);
    let mut at = [between(source, 0.2, 0.8) * width, 0.0];
    let mut heading = 0.0;
    let step = height / 30.0;
    for _ in 0..26 {
        heading = 0.85 * heading + 0.4 * source.swing();
        let next = [at[0] + libm::sinf(heading) * step, at[1] + libm::cosf(heading) * step];
        canvas.stroke(at, next, 1.8, colour);
        at = next;
    }
}

/// A trace of the heart's current along the lower edge.
pub(super) fn heartbeat(canvas: &mut Canvas, source: &mut Source, area: Rectangle, colour: Colour) {
    /// Height of the trace at sixteenths of a beat, the main peak at 1.
    const BEAT: [f32; 16] =
        [0.0, 0.0, 0.12, 0.16, 0.0, -0.1, 1.0, -0.3, 0.0, 0.0, 0.1, 0.22, 0.2, 0.05, 0.0, 0.0];
    let beat = area.width as f32 / between(source, 3.0, 7.0);
    let base = area.y as f32 + area.height as f32 * 0.75;
    let height = area.height as f32 * 0.7;
    let mut last = [area.x as f32, base];
    for step in 1.. {
        let x = area.x as f32 + beat * step as f32 / 16.0;
        if x >= area.right() as f32 {
            return;
        }
        let next = [x, base - height * BEAT[step % 16]];
        canvas.stroke(last, next, 1.3, colour);
        last = next;
    }
}

/// The mark of the probe's side, and an arrow at the depth of the focus.
pub(super) fn probe(canvas: &mut Canvas, x: u32, y: u32, focus: u32, colour: Colour) {
    let (x, y) = (x as f32, y as f32);
    for part in 0..12 {
        let turn = |part: usize| {
            let angle = part as f32 * std::f32::consts::TAU / 12.0;
            [x + 5.0 * libm::cosf(angle), y + 5.0 * libm::sinf(angle)]
        };
        canvas.stroke(turn(part), turn(part + 1), 1.5, colour);
    }
    for step in 0..6_u32 {
        let area =
            Rectangle { x: x as u32 + step, y: focus + step, width: 1, height: 11 - 2 * step };
        canvas.fill(area, colour);
    }
}
