//! What the files of the codecs share.

use super::EncodeError;
use crate::codec::{CodecError, Frame};
use crate::image::ImagePixel;

/// Bits a sample in the codestream. Readers expect two bytes a sample where Bits Allocated is 16,
/// and decoders give two bytes from 9 bits on; DCMTK refuses less than 8 bits.
pub(super) fn precision(image: &ImagePixel) -> u16 {
    image.bits_stored.max(if image.bits_allocated == 16 { 9 } else { 8 })
}

/// The form of a frame whose samples have so many bits.
pub(super) fn form(image: &ImagePixel, bits: u16) -> Frame {
    Frame {
        width: image.columns,
        height: image.rows,
        components: image.samples_per_pixel.into(),
        bits: bits.into(),
    }
}

/// Why a codec of our own did not decode.
pub(super) fn decode_error(error: CodecError) -> EncodeError {
    match error {
        CodecError::Unsupported => EncodeError::Unsupported,
        _ => EncodeError::Decode,
    }
}

/// The samples of a pixel stand side by side in a codestream.
pub(super) fn side_by_side(mut image: ImagePixel) -> ImagePixel {
    image.planar_configuration = 0;
    image
}
