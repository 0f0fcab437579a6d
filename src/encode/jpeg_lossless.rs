//! JPEG Lossless with predictor 1 (ITU-T T.81, process 14; transfer syntax 1.2.840.10008.1.2.4.70).

use dicom::dictionary_std::uids;

use super::jpeg_ls::{decode_error, form, precision, unfit};
use super::{Codec, EncodeError, Frame, FrameOutcome, FrameSamples};
use crate::codec::jpeg_lossless;
use crate::image::ImagePixel;

// What it cannot hold is what JPEG-LS cannot: readers take the samples of both alike.
pub(super) const CODEC: Codec = Codec {
    name: "jpeg-lossless",
    transfer_syntax: uids::JPEG_LOSSLESS_SV1,
    encode,
    gives_back,
    unfit,
};

fn encode(frame: &Frame<'_>) -> Result<FrameOutcome, EncodeError> {
    let form = form(frame.image, precision(frame.image));
    let coded = match frame.samples {
        FrameSamples::Eight(samples) => jpeg_lossless::encode(samples, form),
        FrameSamples::Sixteen(samples) => jpeg_lossless::encode(samples, form),
    };
    coded.map(FrameOutcome::Coded).map_err(|_| EncodeError::Encode)
}

/// Whether a codestream decodes to the samples of the frame.
fn gives_back(stream: &[u8], frame: &Frame<'_>) -> Result<bool, EncodeError> {
    let form = form(frame.image, precision(frame.image));
    match frame.samples {
        FrameSamples::Eight(samples) => jpeg_lossless::gives_back(stream, form, samples),
        FrameSamples::Sixteen(samples) => jpeg_lossless::gives_back(stream, form, samples),
    }
    .map_err(decode_error)
}

/// Decodes a frame into native pixel data; the samples of a pixel stand side by side.
pub(super) fn decode(stream: &[u8], image: &ImagePixel) -> Result<Vec<u8>, EncodeError> {
    let form = form(image, image.bits_allocated);
    let native = match image.bits_allocated {
        8 => jpeg_lossless::decode::<u8>(stream, form),
        16 => {
            jpeg_lossless::decode::<u16>(stream, form).map(|samples| super::samples::le(&samples))
        }
        _ => return Err(EncodeError::Unsupported),
    };
    native.map_err(decode_error)
}
