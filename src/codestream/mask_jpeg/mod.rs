//! Areas of a sequential JPEG (ITU-T T.81, SOF0 and SOF1 with Huffman codes) turned black without decoding
//! the rest: a codestream and rectangles in, a codestream out in which every block that lies outside keeps
//! its quantised coefficients.
//!
//! What is replaced are whole cells, the smallest areas that hold whole blocks of every component; so more
//! is black than was asked for, and [`Masked::covered`] says how much. Blocks beyond the edge of the image
//! go with the cells at the edge. Of the blocks behind a replaced one the DC differences are coded anew
//! (section F.1.1.5.1); nothing else of them is.
//!
//! Where chroma is sub-sampled, decoders may smooth it across the border of a covered rectangle: colours
//! within one chroma sample of the border then mix on both sides of it, as they did before. The luminance
//! is exact everywhere, and [`proves`] looks at the coefficients, which nobody smooths.
//!
//! Marker segments are copied as they are, thumbnails among them: what they hold is for whoever scrubs the
//! stream. Fill bytes and what stands behind EOI go.

mod additions;
mod black;
mod cells;
mod frame;
mod pass;
mod proof;
mod scan;
mod writer;

use super::CodestreamError;
use crate::area::Rectangle;
use additions::Additions;
pub(crate) use proof::proves;

/// A codestream with areas that are black.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Masked {
    /// The new codestream.
    pub(crate) stream: Vec<u8>,
    /// What is black now: for each rectangle that meets the image the whole cells around it, in pixels, cut
    /// to the image. In the order of the rectangles.
    pub(crate) covered: Vec<Rectangle>,
}

/// What is asked for.
#[derive(Clone, Copy)]
struct Request<'a> {
    rectangles: &'a [Rectangle],
    /// The sample that stands for black, for each component.
    black: &'a [u16],
}

/// Turns all cells that the rectangles touch into `black`, a sample for each component.
///
/// `Unsupported` says that this stream has to be decoded to be masked: it is progressive, arithmetic or
/// lossless, or its Huffman tables have no room for the codes that are needed.
pub(crate) fn mask(
    stream: &[u8],
    rectangles: &[Rectangle],
    black: &[u16],
) -> Result<Masked, CodestreamError> {
    let request = Request { rectangles, black };
    let first = pass::write(stream, request, &Additions::default())?;
    if first.missing.is_empty() {
        return Ok(first.masked);
    }
    // Once more with the tables that have the symbols which were not there.
    let second = pass::write(stream, request, &first.missing)?;
    if second.missing.is_empty() { Ok(second.masked) } else { Err(NO_ROOM) }
}

const NOT_SEQUENTIAL: CodestreamError =
    CodestreamError::Unsupported("a JPEG that is not sequential with Huffman codes");
const NO_ROOM: CodestreamError =
    CodestreamError::Unsupported("a JPEG whose Huffman tables have no room for another code");
const NO_BLACK: CodestreamError =
    CodestreamError::Unsupported("a JPEG whose quantisation has no black");
const OUT_OF_RANGE: CodestreamError =
    CodestreamError::Unsupported("a JPEG with coefficients out of range");

#[cfg(test)]
mod tests;
