//! Passing on: pixels that came compressed stay in their transfer syntax. Each codestream is scrubbed,
//! and decodes to the samples of the one that came.

use bytes::Bytes;
use dicom::dictionary_std::uids;
use rayon::prelude::*;

use super::codec::{CODECS, Codec};
use super::form::{Coded, size_of_frame};
use super::{decode, scrub};
use crate::codestream;
use crate::image::ImagePixel;
use crate::instance::{DecodedPixels, SourcePixels};
use crate::stage::{Stage, StageClock};

/// The name on the command line.
pub(super) const NAME: &str = "keep";

/// Pixels as they came compressed.
#[derive(Debug)]
pub(super) struct Came {
    frames: Vec<Bytes>,
    image: ImagePixel,
    transfer_syntax: String,
    /// An overlay in unused bits can be cleared in samples alone.
    holds_overlay: bool,
}

impl Came {
    /// The pixels of an instance, where they came compressed.
    pub(super) fn of(pixels: &DecodedPixels, transfer_syntax: &str) -> Option<Self> {
        let SourcePixels::Encapsulated(frames) = &pixels.source else {
            return None;
        };
        let (frames, image) = (frames.clone(), pixels.source_image.clone());
        let transfer_syntax = transfer_syntax.to_owned();
        Some(Self { frames, image, transfer_syntax, holds_overlay: false })
    }

    /// The same pixels, of which it has come out whether an overlay stands in unused bits.
    pub(super) fn with_overlay(self, holds_overlay: bool) -> Self {
        Self { holds_overlay, ..self }
    }

    /// Whether the transfer syntax lets an encoder lose something (PS3.5 section A.4). Coded without a
    /// loss, such pixels would only become larger.
    pub(super) fn is_lossy(&self) -> bool {
        matches!(
            self.transfer_syntax.as_str(),
            uids::JPEG_BASELINE8_BIT
                | uids::JPEG_EXTENDED12_BIT
                | uids::JPEGLS_NEAR_LOSSLESS
                | uids::JPEG2000
                | uids::HTJ2K
        )
    }

    /// Whether something has been lost for certain: JPEG 2000 and HTJ2K may be without a loss under the same
    /// transfer syntax.
    pub(super) fn has_lost(&self) -> bool {
        matches!(
            self.transfer_syntax.as_str(),
            uids::JPEG_BASELINE8_BIT | uids::JPEG_EXTENDED12_BIT | uids::JPEGLS_NEAR_LOSSLESS
        )
    }

    /// Whether a transformation of JPEG 2000 has lost something for certain.
    pub(super) fn is_irreversible(&self) -> bool {
        codestream::is_jpeg_2000(&self.transfer_syntax)
            && self.frames.iter().any(|frame| codestream::is_irreversible(frame))
    }

    /// Whether this may be written in the place of another form without a loss: every reader decodes it,
    /// and all of it is opened when it is scrubbed.
    pub(super) fn may_stay(&self) -> bool {
        matches!(
            self.transfer_syntax.as_str(),
            uids::RLE_LOSSLESS
                | uids::JPEG_LOSSLESS
                | uids::JPEG_LOSSLESS_SV1
                | uids::JPEGLS_LOSSLESS
        )
    }

    /// The codec that codes anew what came so, where passing it on would leave parts unopened: packets
    /// of JPEG 2000.
    pub(super) fn coded_anew(&self) -> Option<&'static [Codec]> {
        let at = CODECS.iter().position(|codec| {
            codec.transfer_syntax == uids::JPEG2000_LOSSLESS
                && self.transfer_syntax == codec.transfer_syntax
        })?;
        Some(&CODECS[at..=at])
    }

    /// Bytes that the frames take in a file as they came.
    pub(super) fn size(&self) -> u64 {
        self.frames.iter().map(|frame| size_of_frame(frame.len())).sum()
    }

    /// The form to write, or `None` where a frame cannot be passed on. `native` is what the frames decode
    /// to.
    pub(super) fn pass_on(&self, native: &[u8]) -> Option<Coded> {
        let Self { frames, image, transfer_syntax, holds_overlay } = self;
        if *holds_overlay {
            return None;
        }
        let length = native.len() / frames.len().max(1);
        let helped = StageClock::helped();
        let kept = match frames.as_slice() {
            // Frames of single bits may share bytes.
            many if image.bits_allocated == 1 => {
                let decoded =
                    |stream: &Bytes| decode::samples_of_bits(stream, image, transfer_syntax);
                many.par_iter()
                    .map(|stream| helped.help(|| self.scrubbed(stream, || decoded(stream).ok())))
                    .collect()
            }
            [one] => self.scrubbed(one, || Some(native)).map(|kept| vec![kept]),
            many if length > 0 => many
                .par_iter()
                .zip(native.par_chunks_exact(length))
                .map(|(stream, native)| helped.help(|| self.scrubbed(stream, || Some(native))))
                .collect(),
            _ => None,
        };
        let (transfer_syntax, image) = (transfer_syntax.clone(), image.clone());
        // What was scrubbed away may have been most of it.
        Some(Coded { frames: kept?, transfer_syntax, image }).filter(|form| !form.is_refused())
    }

    /// The codestream of a frame, scrubbed; `wanted` is what it decodes to.
    fn scrubbed<T: AsRef<[u8]>>(
        &self,
        stream: &Bytes,
        wanted: impl FnOnce() -> Option<T>,
    ) -> Option<Vec<u8>> {
        let Self { image, transfer_syntax, .. } = self;
        let kept = scrub::scrub(stream, image, transfer_syntax).ok()?;
        let is_untouched = stream.strip_prefix(&kept[..]).is_some_and(|padding| padding.len() < 2);
        if is_untouched {
            return Some(kept);
        }
        let is_proven = StageClock::time(Stage::Verify, || {
            // Whoever reads the output checks and decodes it as this run does its input.
            codestream::check(&kept, image, transfer_syntax).ok()?;
            let wanted = wanted()?;
            let wanted = wanted.as_ref();
            let found = if image.bits_allocated == 1 {
                decode::samples_of_bits(&kept, image, transfer_syntax)
            } else {
                decode::frame(&kept, image, transfer_syntax, wanted.len())
            };
            Some(found.is_ok_and(|found| found == wanted))
        });
        is_proven?.then_some(kept)
    }
}
