//! The detector's look at one frame: as it is, and with lines of text in it.

use std::cell::RefCell;
use std::rc::Rc;

use sauva::image::ImagePixel;
use sauva::instance::Samples;
use sauva::redact::text::{Finder, Found, Gray};

use super::{Prepare, Slice, each};

/// Digits of seven segments are this wide and high, with strokes of this width.
const WIDTH: usize = 10;
const HEIGHT: usize = 18;
const STROKE: usize = 2;
/// From the left side of a digit to that of the next, and from the top of a line to that of the next.
const PITCH: (usize, usize) = (14, 30);
const DIGITS: usize = 16;
const LINES: usize = 4;
/// Brighter than what the slice shows.
const INK: u16 = 4000;
/// Which segments are lit, for 0 to 9: from the lowest bit top, upper right, lower right, bottom, lower left, upper
/// left, middle.
const LIT: [u8; 10] = [0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F];

pub(super) fn clean(slice: &Rc<Slice>) -> Prepare {
    let (image, samples) = slice.samples();
    look(image, samples)
}

pub(super) fn text(slice: &Rc<Slice>) -> Prepare {
    let (image, mut samples) = slice.samples();
    let columns = image.columns as usize;
    for line in 0..LINES {
        for at in 0..DIGITS {
            let (left, top) = (20 + at * PITCH.0, 20 + line * PITCH.1);
            draw(&mut samples[top * columns + left..], columns, LIT[(at * 7 + line) % 10]);
        }
    }
    let found = finder(image.clone(), samples.clone())(());
    assert!(found.len() >= LINES, "the lines are found");
    look(image, samples)
}

/// One digit, its upper left corner at the first sample.
fn draw(samples: &mut [u16], columns: usize, lit: u8) {
    let (right, middle, bottom) = (WIDTH - STROKE, (HEIGHT - STROKE) / 2, HEIGHT - STROKE);
    // Left, top, width, height.
    let segments = [
        (0, 0, WIDTH, STROKE),
        (right, 0, STROKE, HEIGHT / 2),
        (right, middle, STROKE, HEIGHT - middle),
        (0, bottom, WIDTH, STROKE),
        (0, middle, STROKE, HEIGHT - middle),
        (0, 0, STROKE, HEIGHT / 2),
        (0, middle, WIDTH, STROKE),
    ];
    for (bit, (left, top, width, height)) in segments.into_iter().enumerate() {
        for y in (top..top + height).filter(|_| lit >> bit & 1 == 1) {
            samples[y * columns + left..][..width].fill(INK);
        }
    }
}

fn look(image: ImagePixel, samples: Vec<u16>) -> Prepare {
    each(|| (), finder(image, samples))
}

/// Makes the frame grey and looks at it.
fn finder(image: ImagePixel, samples: Vec<u16>) -> impl Fn(()) -> Vec<Found> {
    let samples = Samples::Sixteen(samples);
    let finder = RefCell::new(Finder::default());
    move |()| {
        let mut finder = finder.borrow_mut();
        // Or a frame that equals the last would not be looked at.
        finder.forget();
        finder.find(&Gray::of(&samples, &image, 0, None))
    }
}
