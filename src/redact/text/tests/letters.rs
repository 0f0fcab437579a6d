//! Letters of five by seven dots, and images to draw them on: nothing that is installed is needed.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use crate::area::Rectangle;
use crate::redact::text::{Certainty, Gray, find};

/// The dots of a letter, row by row, the left one in the highest of five bits.
fn dots(letter: char) -> [u8; 7] {
    match letter {
        'A' => [0x0e, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11],
        'B' => [0x1e, 0x11, 0x11, 0x1e, 0x11, 0x11, 0x1e],
        'D' => [0x1e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1e],
        'E' => [0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f],
        'H' => [0x11, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11],
        'I' => [0x0e, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e],
        'J' => [0x07, 0x02, 0x02, 0x02, 0x02, 0x12, 0x0c],
        'M' => [0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11],
        'N' => [0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11],
        'O' => [0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e],
        'R' => [0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11],
        'S' => [0x0f, 0x10, 0x10, 0x0e, 0x01, 0x01, 0x1e],
        'T' => [0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04],
        '1' => [0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e],
        '2' => [0x0e, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1f],
        '3' => [0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e],
        '5' => [0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e],
        '9' => [0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c],
        '-' => [0, 0, 0, 0x1f, 0, 0, 0],
        _ => [0; 7],
    }
}

/// An image in the making.
#[derive(Debug, Clone)]
pub(super) struct Canvas {
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) samples: Vec<u8>,
}

impl Canvas {
    /// Of one grey.
    pub(super) fn flat(columns: usize, rows: usize, gray: u8) -> Self {
        Self { columns, rows, samples: vec![gray; columns * rows] }
    }

    /// A grey for each column and row.
    pub(super) fn painted(columns: usize, rows: usize, gray: impl Fn(usize, usize) -> f64) -> Self {
        let at = |at: usize| gray(at % columns, at / columns).clamp(0.0, 255.0) as u8;
        Self { columns, rows, samples: (0..columns * rows).map(at).collect() }
    }

    /// With noise of about this standard deviation.
    pub(super) fn noisy(mut self, deviation: f64, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        for sample in &mut self.samples {
            // The sum of four even numbers is bell-shaped enough.
            let sum: f64 =
                random.next_u32().to_le_bytes().iter().map(|byte| f64::from(*byte)).sum();
            let noise = (sum - 510.0) / 148.0 * deviation;
            *sample = (f64::from(*sample) + noise).clamp(0.0, 255.0) as u8;
        }
        self
    }

    /// Each pixel the mean of so many to all sides.
    pub(super) fn blurred(&self, reach: usize) -> Self {
        Self::painted(self.columns, self.rows, |x, y| {
            let rows = y.saturating_sub(reach)..(y + reach + 1).min(self.rows);
            let (mut sum, mut count) = (0.0, 0.0);
            for row in rows {
                for x in x.saturating_sub(reach)..(x + reach + 1).min(self.columns) {
                    sum += f64::from(self.samples[row * self.columns + x]);
                    count += 1.0;
                }
            }
            sum / count
        })
    }

    /// Writes a line; returns where its ink is. Dots are squares of `scale` pixels.
    pub(super) fn write(
        &mut self,
        (x, y): (usize, usize),
        text: &str,
        scale: usize,
        gray: u8,
    ) -> Rectangle {
        self.dots(x, y, text, scale, gray, 0);
        let width = (text.chars().count() * 6 - 1) * scale;
        let [x, y, width, height] = [x, y, width, 7 * scale].map(|n| n as u32);
        Rectangle { x, y, width, height }
    }

    /// The same with an outline of one pixel.
    pub(super) fn write_outlined(
        &mut self,
        (x, y): (usize, usize),
        text: &str,
        scale: usize,
        (ink, outline): (u8, u8),
    ) -> Rectangle {
        self.dots(x, y, text, scale, outline, 1);
        self.write((x, y), text, scale, ink)
    }

    fn dots(&mut self, x: usize, y: usize, text: &str, scale: usize, gray: u8, margin: usize) {
        for (at, letter) in text.chars().enumerate() {
            for (row, bits) in dots(letter).iter().enumerate() {
                for column in (0..5).filter(|column| bits >> (4 - column) & 1 == 1) {
                    let (left, top) = (x + (at * 6 + column) * scale, y + row * scale);
                    for y in top - margin..top + scale + margin {
                        let row = &mut self.samples[y * self.columns..][..self.columns];
                        row[left - margin..left + scale + margin].fill(gray);
                    }
                }
            }
        }
    }

    /// Turned by 90 degrees.
    pub(super) fn turned(&self) -> Self {
        let samples = (0..self.samples.len())
            .map(|at| self.samples[at % self.rows * self.columns + at / self.rows])
            .collect();
        Self { columns: self.rows, rows: self.columns, samples }
    }

    /// To look for text in.
    pub(super) fn gray(&self) -> Gray {
        Gray::new(self.columns as u32, self.rows as u32, self.samples.clone()).unwrap()
    }

    /// What is found as text.
    pub(super) fn texts(&self) -> Vec<Rectangle> {
        texts(&self.gray())
    }
}

/// What is found as text.
pub(super) fn texts(gray: &Gray) -> Vec<Rectangle> {
    let found = find(gray).into_iter().filter(|found| found.certainty == Certainty::Text);
    found.map(|found| found.rectangle).collect()
}

/// Whether all of a rectangle lies below others.
pub(super) fn is_covered(rectangle: Rectangle, by: &[Rectangle]) -> bool {
    (rectangle.x..rectangle.right()).all(|x| {
        (rectangle.y..rectangle.bottom()).all(|y| {
            let pixel = Rectangle { x, y, width: 1, height: 1 };
            by.iter().any(|one| one.intersection(pixel).is_some())
        })
    })
}
