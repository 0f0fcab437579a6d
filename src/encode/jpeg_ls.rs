//! JPEG-LS lossless (ITU-T T.87; transfer syntax 1.2.840.10008.1.2.4.80).

use dicom::dictionary_std::uids;

use super::photometric::is_carried;
use super::shared::{decode_error, form, precision, side_by_side};
use super::{Codec, EncodeError, Frame, FrameSamples};
use crate::codec::jpeg_ls::{self, Interleave};
use crate::image::{ImagePixel, SampleType};
use crate::instance::KeptNative;

pub(super) const CODEC: Codec = Codec {
    name: "jpeg-ls",
    transfer_syntax: uids::JPEGLS_LOSSLESS,
    encode,
    gives_back,
    unfit,
    describe: side_by_side,
};

fn encode(frame: &Frame<'_>) -> Result<Vec<u8>, EncodeError> {
    let form = form(frame.image, precision(frame.image));
    let coded = match frame.samples {
        FrameSamples::Eight(samples) => jpeg_ls::encode(samples, form, Interleave::Sample),
        FrameSamples::Sixteen(samples) => jpeg_ls::encode(samples, form, Interleave::Sample),
    };
    coded.map_err(|_| EncodeError::Encode)
}

/// Whether a codestream decodes to the samples of the frame.
fn gives_back(stream: &[u8], frame: &Frame<'_>) -> Result<bool, EncodeError> {
    let form = form(frame.image, precision(frame.image));
    match frame.samples {
        FrameSamples::Eight(samples) => jpeg_ls::gives_back(stream, form, samples),
        FrameSamples::Sixteen(samples) => jpeg_ls::gives_back(stream, form, samples),
    }
    .map_err(decode_error)
}

/// Decodes a frame into native pixel data; the samples of a pixel stand side by side.
pub(super) fn decode(stream: &[u8], image: &ImagePixel) -> Result<Vec<u8>, EncodeError> {
    let form = form(image, image.bits_allocated);
    let native = match image.bits_allocated {
        8 => jpeg_ls::decode::<u8>(stream, form),
        16 => jpeg_ls::decode::<u16>(stream, form).map(|samples| super::samples::le(&samples)),
        _ => return Err(EncodeError::Unsupported),
    };
    native.map_err(decode_error)
}

/// What keeps an image native.
pub(super) fn unfit(image: &ImagePixel) -> Option<KeptNative> {
    let stored_from_lowest_bit = image.high_bit + 1 == image.bits_stored;
    // Coded with more bits than are stored, a sign would be lost.
    let signed_and_narrow =
        image.sample_type == SampleType::Signed && image.bits_stored < precision(image);
    match image.bits_allocated {
        1 => Some(KeptNative::OneBit),
        8 | 16 if image.bits_stored == 1 => Some(KeptNative::OneBit),
        8 | 16 if image.photometric_interpretation == "PALETTE COLOR" => Some(KeptNative::Palette),
        8 | 16 if !is_carried(&image.photometric_interpretation) => Some(KeptNative::Photometric),
        8 | 16 if !matches!(image.samples_per_pixel, 1 | 3) => Some(KeptNative::Photometric),
        8 | 16 if !stored_from_lowest_bit => Some(KeptNative::HighBit),
        8 | 16 if signed_and_narrow => Some(KeptNative::NarrowSigned),
        8 | 16 => None,
        _ => Some(KeptNative::WideSamples),
    }
}
