//! A body in cross-section: a place in a series in, Hounsfield units out. Soft-edged ellipses are
//! painted over each other, from the table to the vertebra; sizes follow the height of the slice.

use ndarray::Array2;

use super::plan::SIDE;
use super::plan::Slice;
use super::random::{Purpose, Source};

const AIR: f32 = -1000.0;
const FOAM: f32 = -850.0;
const LUNG: f32 = -830.0;
const FAT: f32 = -100.0;
const MARROW: f32 = 180.0;
const MUSCLE: f32 = 50.0;
const BLOOD: f32 = 40.0;
const LIVER: f32 = 65.0;
const CORTEX: f32 = 700.0;

/// An ellipse: centre, half axes and lean in pixels, Hounsfield units inside.
#[derive(Debug, Clone, Copy)]
struct Ellipse {
    x: f32,
    y: f32,
    half_width: f32,
    half_height: f32,
    lean: f32,
    hounsfield: f32,
}

const fn ellipse(x: f32, y: f32, half_width: f32, half_height: f32, hounsfield: f32) -> Ellipse {
    Ellipse { x, y, half_width, half_height, lean: 0.0, hounsfield }
}

/// The cross-section of the slice's patient.
pub(super) fn hounsfield(seed: u64, slice: &Slice) -> Array2<f32> {
    let mut field = Array2::from_elem((SIDE, SIDE), AIR);
    let mut source = Source::new(seed, Purpose::Body, slice.patient);
    let girth = 1.0 + 0.08 * source.swing();
    let shift = 6.0 * source.swing();
    // From 0 at the shoulders to 1 at the liver.
    let height = (slice.position as f32 + 0.5) / slice.slices as f32;
    for shape in table().into_iter().chain(anatomy(height)) {
        let scaled = Ellipse {
            x: 256.0 + shift + (shape.x - 256.0) * girth,
            half_width: shape.half_width * girth,
            ..shape
        };
        paint(&mut field, &scaled);
    }
    field
}

fn table() -> [Ellipse; 2] {
    [ellipse(256.0, 404.0, 215.0, 42.0, FOAM + 500.0), ellipse(256.0, 399.0, 210.0, 40.0, FOAM)]
}

/// What lies inside the skin, the later over the earlier.
fn anatomy(height: f32) -> Vec<Ellipse> {
    // Largest in the middle of the chest.
    let breath = 1.0 - (2.0 * height - 1.0) * (2.0 * height - 1.0);
    let width = 182.0 + 14.0 * breath;
    let mut shapes = vec![
        ellipse(256.0, 258.0, width, 128.0 + 6.0 * breath, FAT),
        ellipse(256.0, 259.0, width - 20.0, 110.0 + 6.0 * breath, MUSCLE),
    ];
    shapes.extend(ribs(width - 28.0, 100.0 + 6.0 * breath, height));
    shapes.extend(lungs(breath, height));
    shapes.extend(organs(height));
    shapes.extend(spine());
    shapes
}

/// Where the ribs cross the slice: on a circle, as (cosine, sine).
const RIB_PLACES: [(f32, f32); 10] = [
    (0.96, 0.28),
    (0.8, 0.6),
    (0.6, 0.8),
    (0.8, -0.6),
    (0.96, -0.28),
    (-0.96, 0.28),
    (-0.8, 0.6),
    (-0.6, 0.8),
    (-0.8, -0.6),
    (-0.96, -0.28),
];

fn ribs(width: f32, depth: f32, height: f32) -> impl Iterator<Item = Ellipse> {
    RIB_PLACES.into_iter().enumerate().flat_map(move |(rib, (cosine, sine))| {
        // A rib slopes: it grows and shrinks on its way through the slices.
        let phase = height * 5.0 + rib as f32 * 0.37;
        let phase = phase - phase.floor();
        let size = 4.0 + 6.0 * phase * (1.0 - phase) * 4.0;
        let (x, y) = (256.0 + width * cosine, 259.0 + depth * sine);
        let bone = ellipse(x, y, size, size * 0.7, CORTEX);
        [bone, ellipse(x, y, size * 0.6, size * 0.4, MARROW)]
    })
}

fn lungs(breath: f32, height: f32) -> [Ellipse; 8] {
    let (width, depth) = (38.0 + 26.0 * breath, 52.0 + 32.0 * breath);
    let left = ellipse(352.0, 252.0, width, depth, LUNG);
    let right = ellipse(160.0, 252.0, width, depth, LUNG + 15.0);
    let vessel = |x: f32, y: f32, size: f32| ellipse(x, y, size, size, BLOOD);
    let drift = 30.0 * height;
    [
        Ellipse { lean: 0.12, ..left },
        Ellipse { lean: -0.12, ..right },
        vessel(332.0 + drift, 240.0 + drift, 6.0),
        vessel(352.0, 290.0 - drift, 4.0),
        vessel(340.0 + drift * 0.5, 215.0, 3.0),
        vessel(182.0 - drift, 240.0 + drift, 6.0),
        vessel(162.0, 290.0 - drift, 4.0),
        vessel(170.0 - drift * 0.5, 215.0, 3.0),
    ]
}

/// Heart and aorta; the airway above, the liver and the stomach below.
fn organs(height: f32) -> Vec<Ellipse> {
    let heart = 58.0 * (1.0 - (height - 0.55) * (height - 0.55) * 3.0).max(0.2);
    let heart = ellipse(276.0, 218.0, heart, heart * 0.8, BLOOD);
    let mut shapes = vec![
        ellipse(256.0, 240.0, 34.0, 58.0, FAT + 40.0),
        Ellipse { lean: 0.3, ..heart },
        ellipse(286.0, 296.0, 14.0, 14.0, BLOOD + 60.0),
    ];
    if height < 0.5 {
        shapes.push(ellipse(256.0, 258.0, 11.0, 9.0, AIR));
    }
    if height > 0.6 {
        let size = (height - 0.6) * 2.5;
        shapes.push(ellipse(176.0, 246.0, 84.0 * size, 76.0 * size, LIVER));
        shapes.push(ellipse(338.0, 222.0, 50.0 * size, 38.0 * size, BLOOD - 20.0));
    }
    shapes
}

fn spine() -> [Ellipse; 5] {
    [
        ellipse(256.0, 316.0, 27.0, 21.0, CORTEX - 250.0),
        ellipse(256.0, 316.0, 23.0, 17.0, MARROW),
        ellipse(256.0, 350.0, 32.0, 8.0, CORTEX - 300.0),
        ellipse(256.0, 343.0, 11.0, 10.0, BLOOD - 10.0),
        ellipse(256.0, 364.0, 5.0, 14.0, CORTEX - 200.0),
    ]
}

/// Paints a shape over what is there, its edge a few pixels soft.
fn paint(field: &mut Array2<f32>, shape: &Ellipse) {
    let Ellipse { x, y, half_width, half_height, lean, hounsfield } = *shape;
    if half_width < 1.0 || half_height < 1.0 {
        return;
    }
    let softness = half_width.min(half_height) / 4.0;
    let reach = half_width + lean.abs() * half_height;
    let columns = span(x, reach);
    for row in span(y, half_height) {
        let down = row as f32 - y;
        let high = 1.0 - down * down / (half_height * half_height);
        for column in columns.clone() {
            let across = (column as f32 - x - lean * down) / half_width;
            let inside = ((high - across * across) * softness).clamp(0.0, 1.0);
            let weight = inside * inside * (3.0 - 2.0 * inside);
            let value = &mut field[[row, column]];
            *value += (hounsfield - *value) * weight;
        }
    }
}

/// The pixels within `reach` of `centre`, inside the image.
fn span(centre: f32, reach: f32) -> std::ops::Range<usize> {
    let first = (centre - reach).max(0.0) as usize;
    let last = (centre + reach + 1.0).clamp(0.0, SIDE as f32) as usize;
    first.min(last)..last
}
