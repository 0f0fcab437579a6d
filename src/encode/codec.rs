//! The codecs: a row each, and what they see of an image.

use rayon::prelude::*;

use super::{EncodeError, jpeg_lossless, jpeg_ls, rle};
use crate::image::ImagePixel;
use crate::instance::{KeptNative, Samples};
use crate::stage::StageClock;

/// A way to code frames: its name on the command line, its transfer syntax, its two functions.
#[derive(Debug)]
pub struct Codec {
    /// The name on the command line.
    pub name: &'static str,
    /// The transfer syntax UID that it writes.
    pub transfer_syntax: &'static str,
    /// Codes one frame.
    pub(super) encode: fn(&Frame<'_>) -> Result<Vec<u8>, EncodeError>,
    /// Decodes what was coded and says whether the samples of the frame come out.
    pub(super) gives_back: fn(&[u8], &Frame<'_>) -> Result<bool, EncodeError>,
    /// What the codec cannot hold.
    pub(super) unfit: fn(&ImagePixel) -> Option<KeptNative>,
    /// The Image Pixel Module of what was coded.
    pub(super) describe: fn(ImagePixel) -> ImagePixel,
}

/// One row for each codec, the default first.
pub static CODECS: &[Codec] = &[
    jpeg_ls::CODEC,
    jpeg_lossless::CODEC,
    rle::CODEC,
    #[cfg(feature = "jpeg-2000")]
    super::jpeg_2000::CODEC,
];

/// One frame as a codec sees it.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) image: &'a ImagePixel,
    pub(super) samples: FrameSamples<'a>,
}

/// The samples of one frame, masked to Bits Stored, those of a pixel side by side.
#[derive(Debug, Clone, Copy)]
pub(super) enum FrameSamples<'a> {
    /// Of up to 8 bits allocated.
    Eight(&'a [u8]),
    /// Of 16 bits allocated.
    Sixteen(&'a [u16]),
}

/// The frames of an image; `None` where no codec takes samples of their width.
pub(super) fn frames<'a>(image: &'a ImagePixel, samples: &'a Samples) -> Option<Vec<Frame<'a>>> {
    let length = samples.len() / image.frames as usize;
    let frame = |samples| Frame { image, samples };
    match samples {
        Samples::Eight(all) => {
            Some(all.chunks_exact(length).map(|part| frame(FrameSamples::Eight(part))).collect())
        }
        Samples::Sixteen(all) => {
            Some(all.chunks_exact(length).map(|part| frame(FrameSamples::Sixteen(part))).collect())
        }
        Samples::ThirtyTwo(_) => None,
    }
}

impl Codec {
    /// Codes all frames.
    pub(super) fn code(&self, frames: &[Frame<'_>]) -> Result<Vec<Vec<u8>>, EncodeError> {
        match frames {
            // A thread of its own for one frame would only cost.
            [one] => Ok(vec![(self.encode)(one)?]),
            many => {
                let helped = StageClock::helped();
                many.par_iter().map(|frame| helped.help(|| (self.encode)(frame))).collect()
            }
        }
    }

    /// Decodes all frames and compares them with what was coded.
    pub(super) fn verify(
        &self,
        coded: &[Vec<u8>],
        frames: &[Frame<'_>],
    ) -> Result<(), EncodeError> {
        let check = |(stream, frame): (&Vec<u8>, &Frame<'_>)| {
            (self.gives_back)(stream, frame)?.then_some(()).ok_or(EncodeError::Verify)
        };
        match frames {
            [frame] => check((&coded[0], frame)),
            many => {
                let helped = StageClock::helped();
                coded.par_iter().zip(many).try_for_each(|pair| helped.help(|| check(pair)))
            }
        }
    }
}
