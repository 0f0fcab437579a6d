//! Scrubbing: a codestream in, the same coded image out without what could carry an identity:
//! comments, application data, boxes, unused tables, bytes that no decoder reads.

mod jpeg;
mod jpeg_2000;
mod jpeg_ls;
mod rle;

use dicom::dictionary_std::uids;

use super::decode::{self, DEFLATED_IMAGE_FRAME, ENCAPSULATED_UNCOMPRESSED};
use super::deflate;
use crate::codestream::{CodestreamError, is_jpeg_2000};
use crate::image::ImagePixel;

/// The codestream of a frame, scrubbed; or why it cannot be passed on.
pub(super) fn scrub(
    stream: &[u8],
    image: &ImagePixel,
    transfer_syntax: &str,
) -> Result<Vec<u8>, CodestreamError> {
    match transfer_syntax {
        uids::JPEG_BASELINE8_BIT
        | uids::JPEG_EXTENDED12_BIT
        | uids::JPEG_LOSSLESS
        | uids::JPEG_LOSSLESS_SV1 => jpeg::scrub(stream),
        uids::JPEGLS_LOSSLESS | uids::JPEGLS_NEAR_LOSSLESS => jpeg_ls::scrub(stream),
        uid if is_jpeg_2000(uid) => jpeg_2000::scrub(stream, image),
        uids::RLE_LOSSLESS => rle::scrub(stream, image),
        DEFLATED_IMAGE_FRAME => deflated_frame(stream, image),
        // What follows a frame goes, and comes back as padding.
        ENCAPSULATED_UNCOMPRESSED => {
            stream.get(..frame_length(image)).map(<[u8]>::to_vec).ok_or(UNCLEAR)
        }
        _ => Err(CodestreamError::TransferSyntax),
    }
}

/// A deflated frame, deflated anew: a deflate stream can hold what nobody inflates.
fn deflated_frame(stream: &[u8], image: &ImagePixel) -> Result<Vec<u8>, CodestreamError> {
    let frame = decode::frame(stream, image, DEFLATED_IMAGE_FRAME, frame_length(image));
    deflate::deflated(&frame.map_err(|_| UNCLEAR)?).map_err(|_| UNCLEAR)
}

/// The length of a native frame that shares no byte with another.
fn frame_length(image: &ImagePixel) -> usize {
    (image.samples_per_frame() * u64::from(image.bits_allocated)).div_ceil(8) as usize
}

/// A part that may hold anything, or that cannot be left out without a change of the samples.
const UNCLEAR: CodestreamError =
    CodestreamError::Unsound("a codestream holds what cannot be passed on");

/// Appends a marker segment (ITU-T T.81 section B.1.1.4).
fn put_segment(out: &mut Vec<u8>, marker: u8, content: &[u8]) -> Result<(), CodestreamError> {
    let length = u16::try_from(content.len() + 2).map_err(|_| UNCLEAR)?;
    out.extend([0xFF, marker]);
    out.extend(length.to_be_bytes());
    out.extend(content);
    Ok(())
}

#[cfg(test)]
mod tests;
