//! A picture before it is stored: brightness as displayed, from 0 for black to 1 for white, of one
//! channel or of three. Shapes in, pixels changed.

use crate::area::Rectangle;

/// Red, green and blue as displayed.
pub(super) type Colour = [f32; 3];

/// A grey.
pub(super) const fn grey(level: f32) -> Colour {
    [level; 3]
}

/// How bright a colour looks (the luma of ITU-R BT.601, which `YBR_FULL` goes by).
pub(super) fn luma([red, green, blue]: Colour) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

/// One frame.
#[derive(Debug, Clone)]
pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) height: usize,
    /// 1 or 3; those of a pixel stand side by side.
    pub(super) channels: usize,
    pub(super) samples: Vec<f32>,
}

/// An ellipse: centre, half axes, how far it leans, how many pixels its edge takes, how bright it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ellipse {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) half_width: f32,
    pub(super) half_height: f32,
    pub(super) lean: f32,
    pub(super) edge: f32,
    pub(super) level: f32,
}

impl Canvas {
    /// A grey frame.
    pub(super) fn new(width: usize, height: usize, level: f32) -> Self {
        Self { width, height, channels: 1, samples: vec![level; width * height] }
    }

    /// The frame in colour.
    pub(super) fn coloured(self) -> Self {
        if self.channels == 3 {
            return self;
        }
        let samples = self.samples.iter().flat_map(|level| [*level; 3]).collect();
        Self { channels: 3, samples, ..self }
    }

    /// All of it.
    pub(super) fn whole(&self) -> Rectangle {
        Rectangle { x: 0, y: 0, width: self.width as u32, height: self.height as u32 }
    }

    /// How bright a pixel looks.
    pub(super) fn level(&self, x: usize, y: usize) -> f32 {
        let at = (y * self.width + x) * self.channels;
        match self.samples[at..at + self.channels] {
            [red, green, blue] => luma([red, green, blue]),
            _ => self.samples[at],
        }
    }

    /// Mixes a colour into a pixel; outside the frame nothing happens.
    pub(super) fn blend(&mut self, x: i32, y: i32, colour: Colour, share: f32) {
        if x < 0 || y < 0 || x >= self.width as i32 || y >= self.height as i32 {
            return;
        }
        let at = (y as usize * self.width + x as usize) * self.channels;
        let colour = if self.channels == 1 { grey(luma(colour)) } else { colour };
        for (sample, wanted) in self.samples[at..at + self.channels].iter_mut().zip(colour) {
            *sample += (wanted - *sample) * share;
        }
    }

    /// Fills a rectangle.
    pub(super) fn fill(&mut self, area: Rectangle, colour: Colour) {
        for y in area.y..area.bottom() {
            for x in area.x..area.right() {
                self.blend(x as i32, y as i32, colour, 1.0);
            }
        }
    }

    /// Draws the edge of a rectangle.
    pub(super) fn edge(&mut self, area: Rectangle, colour: Colour) {
        let (right, bottom) = (area.right() - 1, area.bottom() - 1);
        for x in area.x..=right {
            self.blend(x as i32, area.y as i32, colour, 1.0);
            self.blend(x as i32, bottom as i32, colour, 1.0);
        }
        for y in area.y..=bottom {
            self.blend(area.x as i32, y as i32, colour, 1.0);
            self.blend(right as i32, y as i32, colour, 1.0);
        }
    }

    /// Draws a straight stroke with soft sides.
    pub(super) fn stroke(&mut self, from: [f32; 2], to: [f32; 2], thick: f32, colour: Colour) {
        let (across, down) = (to[0] - from[0], to[1] - from[1]);
        let squared = (across * across + down * down).max(0.001);
        let reach = thick / 2.0 + 1.0;
        let columns = span(from[0].min(to[0]) - reach, from[0].max(to[0]) + reach, self.width);
        for y in span(from[1].min(to[1]) - reach, from[1].max(to[1]) + reach, self.height) {
            for x in columns.clone() {
                let (dx, dy) = (x as f32 - from[0], y as f32 - from[1]);
                let along = ((dx * across + dy * down) / squared).clamp(0.0, 1.0);
                let (dx, dy) = (dx - along * across, dy - along * down);
                let distance = (dx * dx + dy * dy).sqrt();
                let share = (thick / 2.0 + 0.5 - distance).clamp(0.0, 1.0);
                if share > 0.0 {
                    self.blend(x as i32, y as i32, colour, share);
                }
            }
        }
    }

    /// Paints an ellipse over what is there.
    pub(super) fn ellipse(&mut self, shape: &Ellipse) {
        let Ellipse { x, y, half_width, half_height, lean, edge, level } = *shape;
        let softness = half_width.min(half_height) / (2.0 * edge);
        let reach = half_width + lean.abs() * half_height;
        let columns = span(x - reach, x + reach, self.width);
        for row in span(y - half_height, y + half_height, self.height) {
            let down = row as f32 - y;
            let high = 1.0 - down * down / (half_height * half_height);
            for column in columns.clone() {
                let across = (column as f32 - x - lean * down) / half_width;
                let inside = ((high - across * across) * softness).clamp(0.0, 1.0);
                if inside > 0.0 {
                    let share = inside * inside * (3.0 - 2.0 * inside);
                    self.blend(column as i32, row as i32, grey(level), share);
                }
            }
        }
    }

    /// Changes every sample.
    pub(super) fn map(&mut self, change: impl Fn(f32) -> f32) {
        self.samples.iter_mut().for_each(|sample| *sample = change(*sample));
    }

    /// Changes every pixel of a grey frame by its place.
    pub(super) fn map_pixels(&mut self, change: impl Fn(usize, usize, f32) -> f32) {
        for (y, row) in self.samples.chunks_exact_mut(self.width).enumerate() {
            for (x, sample) in row.iter_mut().enumerate() {
                *sample = change(x, y, *sample);
            }
        }
    }
}

/// The pixels from `first` to `last`, inside the frame.
fn span(first: f32, last: f32, side: usize) -> std::ops::Range<usize> {
    let first = first.max(0.0) as usize;
    let last = (last + 1.0).clamp(0.0, side as f32) as usize;
    first.min(last)..last
}
