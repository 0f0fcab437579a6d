//! RLE Lossless (PS3.5 Annex G): samples in, a frame of segments out, and back. A segment is the plane
//! of one byte of one sample, the most significant first, coded as `PackBits` does.
//!
//! ```
//! use sauva::codec::rle::{Frame, decode, encode};
//!
//! let frame = Frame { width: 3, height: 2, components: 1, bits: 16 };
//! let samples: Vec<u16> = vec![7, 7, 7, 4000, 4001, 65_535];
//! let stream = encode(&samples, frame)?;
//! assert_eq!(decode::<u16>(&stream, frame)?, samples);
//! # Ok::<(), sauva::codec::CodecError>(())
//! ```

mod decode;
mod encode;
mod header;
mod pack;
mod plane;
mod unpack;

use super::CodecError;
pub use super::frame::{Frame, Sample};
pub use decode::{decode, gives_back};
pub use encode::encode;

/// The most segments that a header has room for (PS3.5 section G.5).
const MOST_SEGMENTS: u32 = 15;

/// Whether a frame of such samples can be coded: all bits of a sample are, in a segment a byte. More
/// than four components may stand for samples of more than 16 bits.
fn is_held<S: Sample>(frame: Frame) -> bool {
    let has_room = (1..=MOST_SEGMENTS / (S::BITS / 8)).contains(&frame.components);
    has_room && frame.bits == S::BITS && Frame { components: 1, ..frame }.is_sound()
}

#[cfg(test)]
mod tests;
