//! The pen: lines of text in, ink on the frames and the list of where it is out. A line is never drawn
//! where nobody could read it: what lies below decides between light, dark and outlined letters.

use super::super::random::Source;
use super::canvas::{Canvas, Colour, grey, luma};
use super::fonts::Font;
use super::text::Mask;
use crate::area::Rectangle;

/// What a line is drawn over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Background {
    /// An even strip that the device keeps free for text.
    Banner,
    /// The image itself.
    Content,
    /// A page of text.
    Screen,
}

impl Background {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Banner => "banner",
            Self::Content => "content",
            Self::Screen => "screen",
        }
    }
}

/// How letters stand out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    LightOnDark,
    DarkOnLight,
    Outlined,
}

impl Style {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::LightOnDark => "light-on-dark",
            Self::DarkOnLight => "dark-on-light",
            Self::Outlined => "outlined",
        }
    }
}

/// A line as it was drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// The only frame that it is on, from 0; `None`: it is on all.
    pub(super) frame: Option<usize>,
    /// Around its ink.
    pub(super) area: Rectangle,
    pub(super) font: String,
    pub(super) size: u32,
    pub(super) style: Style,
    pub(super) background: Background,
    pub(super) text: String,
}

/// Where a line goes.
#[derive(Debug, Clone, Copy)]
pub(super) enum At {
    /// Its ink begins here.
    Left(u32, u32),
    /// Its ink ends here.
    Right(u32, u32),
    /// Anywhere in here that is free.
    Within(Rectangle),
}

/// What a line shall look like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) size: u32,
    pub(super) background: Background,
    /// Of light letters.
    pub(super) colour: Colour,
    /// The style, where it can be read.
    pub(super) style: Style,
    pub(super) frame: Option<usize>,
    pub(super) is_turned: bool,
}

impl Look {
    pub(super) fn new(background: Background, size: u32) -> Self {
        Self {
            size,
            background,
            colour: grey(1.0),
            style: Style::LightOnDark,
            frame: None,
            is_turned: false,
        }
    }
}

/// Letters differ from what lies below by so much of the displayed range, or have an outline.
const LEAST_CONTRAST: f32 = 0.3;
/// Pixels between two lines.
const GAP: u32 = 4;
/// Places tried for a line before it is left out.
const TRIES: u32 = 24;

/// What draws the lines of one file.
#[derive(Debug)]
pub(super) struct Pen<'a> {
    pub(super) source: Source,
    pub(super) font: &'a Font,
    pub(super) is_smooth: bool,
    pub(super) lines: Vec<Line>,
}

impl<'a> Pen<'a> {
    pub(super) fn new(mut source: Source, fonts: &'a [Font]) -> Self {
        let font = &fonts[source.below(fonts.len() as u32) as usize];
        // Terminus is made of whole pixels.
        let is_smooth = source.below(3) > 0 && !font.name.starts_with("Terminus");
        Self { source, font, is_smooth, lines: Vec::new() }
    }

    /// The size that the font can be read at.
    fn size(&self, wanted: u32) -> u32 {
        let smallest = if self.is_smooth { self.font.smallest } else { self.font.smallest.max(11) };
        wanted.max(smallest)
    }

    /// A size at random, small ones more often.
    pub(super) fn any_size(&mut self, largest: u32) -> u32 {
        let size = match self.source.below(8) {
            0 | 1 => 8 + self.source.below(4),
            2..5 => 12 + self.source.below(7),
            5 | 6 => 18 + self.source.below(9),
            _ => 26 + self.source.below(15),
        };
        self.size(size.min(largest))
    }

    /// Draws a line; where it ended up, or `None` where there is no room for it.
    pub(super) fn write(
        &mut self,
        frames: &mut [Canvas],
        text: &str,
        at: At,
        look: Look,
    ) -> Option<Rectangle> {
        let size = self.size(look.size);
        let mut mask = Mask::of(self.font, size as f32, text, self.is_smooth);
        if look.is_turned {
            mask = mask.turned(self.source.below(2) == 0);
        }
        let reach = if size < 20 { 1 } else { 2 };
        let touched = match look.frame {
            Some(frame) => &mut frames[frame..=frame],
            None => frames,
        };
        let (mut area, mut style) = self.place(touched, &mask, at, look, reach)?;
        let outline = (style == Style::Outlined).then(|| mask.grown(reach as usize));
        let ink = match (style, look.style) {
            (Style::DarkOnLight, _) => grey(0.0),
            (Style::Outlined, Style::DarkOnLight) => grey(0.0),
            _ => look.colour,
        };
        if let Some(outline) = &outline {
            area = area.grown(reach, u32::MAX, u32::MAX);
            style = Style::Outlined;
            let rim = if luma(ink) > 0.5 { grey(0.0) } else { grey(1.0) };
            let inner = Rectangle { x: area.x + reach, y: area.y + reach, ..area };
            for frame in touched.iter_mut() {
                draw(frame, outline, area, rim);
                draw(frame, &mask, inner, ink);
            }
        } else {
            for frame in touched {
                draw(frame, &mask, area, ink);
            }
        }
        self.lines.push(Line {
            frame: look.frame,
            area,
            font: self.font.name.clone(),
            size,
            style,
            background: look.background,
            text: text.to_owned(),
        });
        Some(area)
    }

    /// A free place for the ink, outline aside, and the style that can be read there.
    fn place(
        &mut self,
        frames: &[Canvas],
        mask: &Mask,
        at: At,
        look: Look,
        reach: u32,
    ) -> Option<(Rectangle, Style)> {
        let (width, height) = (mask.width as u32, mask.height as u32);
        let whole = frames.first()?.whole();
        // Room for an outline is kept at the edges.
        let inner = Rectangle {
            x: reach,
            y: reach,
            width: whole.width.checked_sub(2 * reach)?,
            height: whole.height.checked_sub(2 * reach)?,
        };
        let tries = if matches!(at, At::Within(_)) { TRIES } else { 1 };
        for _ in 0..tries {
            let (x, y) = match at {
                At::Left(x, y) => (x, y),
                At::Right(x, y) => (x.saturating_sub(width), y),
                At::Within(room) => {
                    let room = room.intersection(inner)?;
                    let across = room.width.checked_sub(width)?;
                    let down = room.height.checked_sub(height)?;
                    (room.x + self.source.below(across + 1), room.y + self.source.below(down + 1))
                }
            };
            let x = x.clamp(inner.x, inner.right().checked_sub(width)?.max(inner.x));
            let y = y.clamp(inner.y, inner.bottom().checked_sub(height)?.max(inner.y));
            let area = Rectangle { x, y, width, height };
            let wide = area.grown(GAP, whole.width, whole.height);
            let is_free = self.lines.iter().all(|line| line.area.intersection(wide).is_none());
            if width > 0 && area.intersection(inner) == Some(area) && is_free {
                return Some((area, legible(frames, wide, look)));
            }
        }
        None
    }
}

/// The wanted style, where letters of it stand out everywhere in the area.
fn legible(frames: &[Canvas], area: Rectangle, look: Look) -> Style {
    let mut levels: Vec<f32> = Vec::new();
    for frame in frames {
        let rows = area.y as usize..area.bottom() as usize;
        let places =
            rows.flat_map(|y| (area.x as usize..area.right() as usize).map(move |x| (x, y)));
        levels.extend(places.map(|(x, y)| frame.level(x, y)));
    }
    levels.sort_unstable_by(f32::total_cmp);
    let (low, high) = (levels[levels.len() / 20], levels[levels.len() - 1 - levels.len() / 20]);
    let light = luma(look.colour) - high >= LEAST_CONTRAST;
    let dark = low >= LEAST_CONTRAST;
    match look.style {
        Style::LightOnDark if light => Style::LightOnDark,
        Style::DarkOnLight if dark => Style::DarkOnLight,
        Style::LightOnDark if dark && high > 0.8 => Style::DarkOnLight,
        Style::DarkOnLight if light => Style::LightOnDark,
        _ => Style::Outlined,
    }
}

fn draw(frame: &mut Canvas, mask: &Mask, area: Rectangle, colour: Colour) {
    for (at, share) in mask.ink.iter().enumerate().filter(|(_, share)| **share > 0.0) {
        let (x, y) = (area.x as usize + at % mask.width, area.y as usize + at / mask.width);
        frame.blend(x as i32, y as i32, colour, *share);
    }
}
