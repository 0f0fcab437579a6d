//! Before a codec sees a codestream: its own header must say what the Image Pixel Module says, and
//! it must reach its end. Codecs allocate by that header and some invent pixels past a cut.

mod entropy;
mod jpeg;
mod jpeg_2000;
mod rle;

use dicom::dictionary_std::uids;

use super::ReadError;
use crate::image::ImagePixel;

pub(super) fn check(
    stream: &[u8],
    image: &ImagePixel,
    transfer_syntax: &str,
) -> Result<(), ReadError> {
    match transfer_syntax {
        uids::RLE_LOSSLESS => rle::check(stream, image),
        // Deflated Image Frame (PS3.5 section A.4.13): the decoder stops at the frame's length.
        "1.2.840.10008.1.2.8.1" => Ok(()),
        // Encapsulated Uncompressed (section A.4.11): the length of a frame is checked on decoding.
        "1.2.840.10008.1.2.1.98" => Ok(()),
        uid if uid.starts_with("1.2.840.10008.1.2.4.") => {
            let is_jpeg_ls = matches!(uid, uids::JPEGLS_LOSSLESS | uids::JPEGLS_NEAR_LOSSLESS);
            if stream.starts_with(&[0xFF, 0xD8]) {
                jpeg::check(stream, image, is_jpeg_ls)
            } else if stream.starts_with(&[0xFF, 0x4F, 0xFF, 0x51]) && !is_jpeg_ls {
                jpeg_2000::check(stream, image)
            } else {
                Err(OTHER_KIND)
            }
        }
        _ => Err(ReadError::TransferSyntax),
    }
}

const CUT: ReadError = ReadError::Pixels("a codestream is cut off");
const OTHER_KIND: ReadError =
    ReadError::Pixels("not the codestream that the transfer syntax names");
const UNUSUAL: ReadError = ReadError::Pixels("a codestream is of a kind that cannot be checked");

/// The header of a frame as the codestream gives it.
struct Frame {
    rows: u32,
    columns: u32,
    components: u16,
    precision: u16,
}

impl Frame {
    fn agrees_with(&self, image: &ImagePixel) -> Result<(), ReadError> {
        if (self.rows, self.columns) != (image.rows, image.columns) {
            return Err(ReadError::Pixels("the codestream has another size than Rows x Columns"));
        }
        if self.components != image.samples_per_pixel {
            return Err(ReadError::Pixels("the codestream has other components"));
        }
        if self.precision == 0 || self.precision > image.bits_allocated {
            return Err(ReadError::Pixels("the codestream has more bits than Bits Allocated"));
        }
        Ok(())
    }
}

/// EOI and EOC are both FF D9. Some writers pad the fragment behind it with more than one byte.
fn reaches_its_end(stream: &[u8]) -> bool {
    const PADDING: usize = 16;
    let tail = &stream[stream.len().saturating_sub(PADDING)..];
    tail.windows(2).any(|pair| pair == [0xFF, 0xD9])
}

#[cfg(test)]
mod tests;
