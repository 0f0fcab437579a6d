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
//! # Ok::<(), sauva::codec::CodecError>(())
//! ```

#![expect(clippy::inline_always, reason = "hot loops are compiled twice, with all that they call")]

mod bit_reader;
mod check_line;
mod codes;
mod context;
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

use super::CodecError;
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

#[cfg(test)]
mod tests;
