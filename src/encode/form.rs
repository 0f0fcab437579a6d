//! The forms that pixel data can be written in, and which of them is smaller.

use crate::expansion;
use crate::image::ImagePixel;

use super::codec::Codec;
use super::encapsulate::ITEM_OVERHEAD;

/// Frames in a transfer syntax that encapsulates them.
#[derive(Debug)]
pub(super) struct Coded {
    /// A codestream for each frame.
    pub(super) frames: Vec<Vec<u8>>,
    /// The transfer syntax UID.
    pub(super) transfer_syntax: String,
    /// The Image Pixel Module that belongs to it.
    pub(super) image: ImagePixel,
}

impl Coded {
    /// What a codec made of the frames of an image.
    pub(super) fn by(codec: &Codec, frames: Vec<Vec<u8>>, image: &ImagePixel) -> Self {
        let image = (codec.describe)(image.clone());
        Self { frames, transfer_syntax: codec.transfer_syntax.to_owned(), image }
    }

    /// Whether readers would take it for an attack.
    pub(super) fn is_refused(&self) -> bool {
        let native = self.image.native_length().unwrap_or(u64::MAX);
        let coded = self.frames.iter().map(|frame| frame.len() as u64);
        expansion::are_frames_inflated(&self.transfer_syntax, native, coded)
    }

    /// Bytes that the frames take in a file.
    pub(super) fn size(&self) -> u64 {
        self.frames.iter().map(|frame| size_of_frame(frame.len())).sum()
    }
}

/// Bytes that a codestream of this length takes in a file: with its item, padded to even length.
pub(super) fn size_of_frame(length: usize) -> u64 {
    (ITEM_OVERHEAD + length.next_multiple_of(2)) as u64
}
