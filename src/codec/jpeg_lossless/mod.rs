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
//! # Ok::<(), sauva::codec::CodecError>(())
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

use super::CodecError;
pub use super::frame::{Frame, Sample};
pub use decode::{decode, gives_back};
pub use encode::encode;

#[cfg(test)]
mod tests;
