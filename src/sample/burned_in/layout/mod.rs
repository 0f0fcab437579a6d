//! Layouts: a kind, its sources and a pen in, frames with their text out. Without a pen the frames are
//! the same but for the text: what is behind letters never depends on them.

mod radiographs;
mod screens;
mod ultrasound;

use super::super::random::Source;
use super::canvas::Canvas;
use super::kind::Kind;
use super::palette::INKS;
use super::pen::{At, Background, Look, Pen, Style};
use super::words::Words;
use crate::area::Rectangle;

/// What a file shows.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) frames: Vec<Canvas>,
    /// Where an ultrasound device says that its image is.
    pub(super) region: Option<Rectangle>,
}

/// What a scene is made from.
#[derive(Debug)]
pub(super) struct Stage<'a> {
    pub(super) kind: Kind,
    pub(super) seed: u64,
    pub(super) index: u64,
    /// Of all that is no text.
    pub(super) source: Source,
    pub(super) is_coloured: bool,
    /// Whether samples have more bits than a screen shows, so that a picture may leave room.
    pub(super) is_deep: bool,
    pub(super) words: &'a Words,
}

/// Paints a scene.
pub(super) fn paint(stage: &mut Stage<'_>, pen: Option<&mut Pen<'_>>) -> Scene {
    match stage.kind {
        Kind::UltrasoundBanner | Kind::UltrasoundCine | Kind::UltrasoundPlain => {
            ultrasound::paint(stage, pen)
        }
        Kind::Screen | Kind::DoseScreen => screens::paint(stage, pen),
        _ => radiographs::paint(stage, pen),
    }
}

/// Writes lines below each other, from `x` to the right or, for `At::Right`, to the left.
fn rows(pen: &mut Pen<'_>, frames: &mut [Canvas], at: At, texts: &[String], look: Look) {
    for (row, text) in (0..).zip(texts) {
        let down = row * (look.size * 3 / 2 + 2);
        let at = match at {
            At::Left(x, y) => At::Left(x, y + down),
            At::Right(x, y) => At::Right(x, y + down),
            At::Within(room) => At::Within(room),
        };
        pen.write(frames, text, at, look);
    }
}

/// Lines anywhere on the image, in any size and style.
fn scatter(pen: &mut Pen<'_>, frames: &mut [Canvas], words: &Words, room: Rectangle, most: u32) {
    for _ in 0..pen.source.below(most + 1) {
        let size = pen.any_size(room.width / 8);
        let text = words.any(&mut pen.source);
        let mut look = Look::new(Background::Content, size);
        look.style = match pen.source.below(4) {
            0 => Style::DarkOnLight,
            1 => Style::Outlined,
            _ => Style::LightOnDark,
        };
        look.colour = INKS[pen.source.below(INKS.len() as u32) as usize];
        look.is_turned = pen.source.below(8) == 0;
        if frames.len() > 1 && pen.source.below(3) == 0 {
            look.frame = Some(pen.source.below(frames.len() as u32) as usize);
        }
        pen.write(frames, &text, At::Within(room), look);
    }
}
