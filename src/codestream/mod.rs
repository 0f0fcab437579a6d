//! Before a codec sees a codestream: its own header must say what the Image Pixel Module says, and
//! it must reach its end. Codecs allocate by that header and some invent pixels past a cut.

mod bits;
mod entropy;
mod jp2;
mod jpeg;
mod jpeg_2000;
mod jpeg_ls;
pub(crate) mod mask_jpeg;
mod parts;
mod rle;

use dicom::dictionary_std::uids;

use crate::image::ImagePixel;
pub(crate) use entropy::walk as walk_jpeg;
pub(crate) use jp2::{is_wrapped, unwrapped};
pub(crate) use jpeg_2000::{Part as Jpeg2000Part, is_irreversible, walk as walk_jpeg_2000};
pub(crate) use jpeg_ls::walk as walk_jpeg_ls;
pub(crate) use parts::{Part, tables};
pub(crate) use rle::segments as rle_segments;

/// Why a codestream is not let through. The messages hold no value of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CodestreamError {
    /// It contradicts itself or the attributes, or cannot be checked.
    #[error("{0}")]
    Unsound(&'static str),
    /// No way to check this transfer syntax.
    #[error("the transfer syntax is not supported")]
    TransferSyntax,
    /// Sound, but not of the kind that this can be done with.
    #[error("{0}")]
    Unsupported(&'static str),
}

/// Checks the codestream of one frame.
pub(crate) fn check(
    stream: &[u8],
    image: &ImagePixel,
    transfer_syntax: &str,
) -> Result<(), CodestreamError> {
    match transfer_syntax {
        uids::RLE_LOSSLESS => rle::check(stream, image),
        // Deflated Image Frame (PS3.5 section A.4.13): the decoder stops at the frame's length.
        "1.2.840.10008.1.2.8.1" => Ok(()),
        // Encapsulated Uncompressed (section A.4.11): the length of a frame is checked on decoding.
        "1.2.840.10008.1.2.1.98" => Ok(()),
        uid if uid.starts_with("1.2.840.10008.1.2.4.") => {
            if holds_another(stream) {
                return Err(CodestreamError::Unsound("a second codestream behind the first"));
            }
            let is_jpeg_ls = matches!(uid, uids::JPEGLS_LOSSLESS | uids::JPEGLS_NEAR_LOSSLESS);
            if stream.starts_with(&[0xFF, 0xD8]) {
                jpeg::check(stream, image, is_jpeg_ls)
            } else if stream.starts_with(&[0xFF, 0x4F, 0xFF, 0x51]) && !is_jpeg_ls {
                jpeg_2000::check(stream, image)
            } else {
                Err(OTHER_KIND)
            }
        }
        _ => Err(CodestreamError::TransferSyntax),
    }
}

/// Whether frames are coded in JPEG 2000 or HTJ2K.
pub(crate) fn is_jpeg_2000(transfer_syntax: &str) -> bool {
    matches!(
        transfer_syntax,
        uids::JPEG2000_LOSSLESS
            | uids::JPEG2000
            | uids::HTJ2K_LOSSLESS
            | uids::HTJ2K_LOSSLESS_RPCL
            | uids::HTJ2K
    )
}

const CUT: CodestreamError = CodestreamError::Unsound("a codestream is cut off");
const OTHER_KIND: CodestreamError =
    CodestreamError::Unsound("not the codestream that the transfer syntax names");
const UNUSUAL: CodestreamError =
    CodestreamError::Unsound("a codestream is of a kind that cannot be checked");

/// The header of a frame as the codestream gives it.
struct Frame {
    rows: u32,
    columns: u32,
    components: u16,
    precision: u16,
}

impl Frame {
    fn agrees_with(&self, image: &ImagePixel) -> Result<(), CodestreamError> {
        if (self.rows, self.columns) != (image.rows, image.columns) {
            return Err(CodestreamError::Unsound(
                "the codestream has another size than Rows x Columns",
            ));
        }
        if self.components != image.samples_per_pixel {
            return Err(CodestreamError::Unsound("the codestream has other components"));
        }
        if self.precision == 0 || self.precision > image.bits_allocated {
            return Err(CodestreamError::Unsound(
                "the codestream has more bits than Bits Allocated",
            ));
        }
        Ok(())
    }
}

/// Whether another codestream follows an end, with a byte of padding between them or without.
fn holds_another(stream: &[u8]) -> bool {
    const STARTS: [&[u8]; 2] = [&[0xFF, 0xD8, 0xFF], &[0xFF, 0x4F, 0xFF, 0x51]];
    memchr::memmem::find_iter(stream, &[0xFF, 0xD9]).any(|end| {
        let behind = &stream[end + 2..];
        let padded = behind.strip_prefix(&[0]).unwrap_or(behind);
        STARTS.iter().any(|start| behind.starts_with(start) || padded.starts_with(start))
    })
}

/// EOI and EOC are both FF D9. Some writers pad the fragment behind it with more than one byte.
fn reaches_its_end(stream: &[u8]) -> bool {
    const PADDING: usize = 16;
    let tail = &stream[stream.len().saturating_sub(PADDING)..];
    tail.windows(2).any(|pair| pair == [0xFF, 0xD9])
}

#[cfg(test)]
mod tests;
