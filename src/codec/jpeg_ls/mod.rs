//! JPEG-LS (ITU-T T.87): samples in, a codestream out, and back. Lossless is written; what others
//! wrote near-lossless or with parameters of their own is read as well.
//!
//! ```
//! use sauva::codec::jpeg_ls::{Frame, Interleave, decode, encode};
//!
//! let frame = Frame { width: 3, height: 2, components: 1, bits: 12 };
//! let samples: Vec<u16> = vec![7, 8, 9, 4000, 4001, 4095];
//! let stream = encode(&samples, frame, Interleave::None)?;
//! assert_eq!(decode::<u16>(&stream, frame)?, samples);
//! # Ok::<(), sauva::codec::jpeg_ls::JpegLsError>(())
//! ```

#![expect(clippy::inline_always, reason = "hot loops are compiled twice, with all that they call")]

mod bit_reader;
mod codes;
mod context;
pub(super) mod cpu;
mod decode_line;
mod decode_scan;
mod encode_line;
mod encode_scan;
mod header;
mod line;
mod parameters;
mod predict;
mod run;
mod segments;
mod stuffing;

pub use super::frame::{Frame, Sample};
pub use decode_scan::{decode, gives_back};
pub use encode_scan::encode;

/// How the components of an image take turns in the codestream (T.87 section C.2.3, ILV). In memory
/// the samples of a pixel always stand side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interleave {
    /// A scan for each component.
    None,
    /// A line of each component after the other.
    Line,
    /// A sample of each component after the other.
    Sample,
}

/// Why an image was not encoded or a codestream not decoded. The messages hold no value of either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JpegLsError {
    /// The form is outside what JPEG-LS can hold, or is not that of the samples.
    #[error("an image of a form that JPEG-LS does not hold")]
    Frame,
    /// A sample has more bits than the form says.
    #[error("a sample has more bits than its image")]
    Sample,
    /// The codestream says another form than the one that is wanted.
    #[error("a codestream of another form than the image")]
    OtherFrame,
    /// The codestream asks for what is not decoded: mapping tables, colour transformations, point
    /// transformations, sub-sampling or a number of lines that comes later.
    #[error("a codestream of a kind that is not supported")]
    Unsupported,
    /// The codestream ends too early.
    #[error("a codestream is cut off")]
    Cut,
    /// The codestream contradicts itself, or holds more than its image.
    #[error("a codestream is damaged")]
    Damaged,
}

#[cfg(test)]
mod tests;
