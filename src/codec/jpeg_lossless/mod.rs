//! JPEG Lossless (ITU-T T.81, process 14 of Annex H): samples in, a codestream out, and back.
//! Predictor 1 is written; all seven are read, with point transforms and restart intervals.
//!
//! ```
//! use sauva::codec::jpeg_lossless::{Frame, decode, encode};
//!
//! let frame = Frame { width: 3, height: 2, components: 1, bits: 12 };
//! let samples: Vec<u16> = vec![7, 8, 9, 4000, 4001, 4095];
//! let stream = encode(&samples, frame)?;
//! assert_eq!(decode::<u16>(&stream, frame)?, samples);
//! # Ok::<(), sauva::codec::jpeg_lossless::JpegLosslessError>(())
//! ```

#![expect(clippy::inline_always, reason = "hot loops are compiled twice, with all that they call")]

mod bit_reader;
mod bit_writer;
mod codes;
mod decode;
mod difference;
mod encode;
mod header;
mod huffman;
mod lookup;
mod predict;
mod segments;
mod stuffing;
mod target;

pub use super::frame::{Frame, Sample};
pub use decode::{decode, gives_back};
pub use encode::encode;

/// Why an image was not encoded or a codestream not decoded. The messages hold no value of either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JpegLosslessError {
    /// The form is outside what JPEG Lossless can hold, or is not that of the samples.
    #[error("an image of a form that JPEG Lossless does not hold")]
    Frame,
    /// A sample has more bits than the form says.
    #[error("a sample has more bits than its image")]
    Sample,
    /// The codestream says another form than the one that is wanted.
    #[error("a codestream of another form than the image")]
    OtherFrame,
    /// The codestream asks for what is not decoded: another process, sub-sampling, restart intervals
    /// of broken lines or a number of lines that comes later.
    #[error("a codestream of a kind that is not supported")]
    Unsupported,
    /// The codestream ends too early.
    #[error("a codestream is cut off")]
    Cut,
    /// The codestream contradicts itself.
    #[error("a codestream is damaged")]
    Damaged,
}

#[cfg(test)]
mod tests;
